"""The TaskTemplates of serialized tasks: named, labelled, versioned by their content, with the original in an annotation."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flyteidl.admin import task_pb2
from google.protobuf import json_format

from glider.wire.jsonform import FieldError
from glider_client.conversion.documents import FLYTE_SPEC, MOST_BYTES, Target, convert, template_document
from glider_client.conversion.files import Found, Package
from tests.unit.glider_client.conversion.registered import fan_out, full, mapped, raw, registered, square


def unversioned(task: Any, *, fast: bool = False) -> task_pb2.TaskSpec:
    """As `pyflyte package` writes it: registration gives a task the rest of its identity."""
    spec = registered(task, fast=fast)
    for field in ("project", "domain", "version"):
        spec.template.id.ClearField(field)
    return spec


SQUARE = registered(square)
NAME = SQUARE.template.id.name


def test_identity_name_and_labels_are_the_tasks() -> None:
    document = template_document(SQUARE, Target(namespace="ml"))
    assert document["spec"]["id"] == {"project": "p", "domain": "d", "name": NAME, "version": "v1"}
    assert document["metadata"]["name"].startswith("square-")
    assert document["metadata"]["namespace"] == "ml"
    assert set(document["metadata"]["labels"]) == {"glider.dev/task-hash", "glider.dev/version-hash"}


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        pytest.param(Target(), ("default", "development"), id="of a task that has none, the defaults"),
        pytest.param(Target(namespace="ml"), ("ml", "development"), id="the project is the namespace"),
        pytest.param(Target(project="x", domain="production"), ("x", "production"), id="what is asked for"),
    ],
)
def test_the_rest_of_the_identity(target: Target, expected: tuple[str, str]) -> None:
    identity = template_document(unversioned(square), target)["spec"]["id"]
    assert (identity["project"], identity["domain"]) == expected


def test_the_version_is_the_contents_unless_there_is_one() -> None:
    first, again, other = (
        template_document(unversioned(square), Target(image=image))["spec"]["id"]["version"] for image in ("a:1", "a:1", "a:2")
    )
    assert first == again != other
    assert template_document(SQUARE, Target())["spec"]["id"]["version"] == "v1"
    assert template_document(SQUARE, Target(version="v2"))["spec"]["id"]["version"] == "v2"


def test_two_versions_have_two_names_and_one_label_in_common() -> None:
    first, second = (template_document(SQUARE, Target(version=version))["metadata"] for version in ("1", "2"))
    assert first["name"] != second["name"]
    assert first["labels"]["glider.dev/task-hash"] == second["labels"]["glider.dev/task-hash"]


def test_the_original_is_in_an_annotation_to_the_letter() -> None:
    annotation = template_document(SQUARE, Target())["metadata"]["annotations"][FLYTE_SPEC]
    assert json_format.ParseDict(json.loads(annotation), task_pb2.TaskSpec()) == SQUARE


def test_the_docs_and_the_settings_of_the_cache_are_annotations() -> None:
    annotations = template_document(registered(full), Target())["metadata"]["annotations"]
    assert annotations["glider.dev/description"] == "All that a decorator can set."
    assert json.loads(annotations["glider.dev/cache"])["version"] == "1.0"


def test_an_original_that_is_too_large_is_left_out_and_reported() -> None:
    large = registered(square)
    large.template.container.env.add(key="LARGE", value="x" * MOST_BYTES)
    conversion = convert(Package(found=(Found(source="a.pb", kind="task", name="large", task=large),)), Target())
    assert FLYTE_SPEC not in conversion.templates[0]["metadata"].get("annotations", {})
    assert "the annotation glider.dev/flyte-spec is left out" in conversion.notes[0]


FAST = unversioned(square, fast=True)


@pytest.mark.parametrize(
    ("destination", "expected"),
    [pytest.param("", "/root", id="the folder that it was serialized for"), pytest.param("/tmp/x", "/tmp/x", id="another one")],
)
def test_where_code_is_fast_registered_its_place_is_filled_in_and_the_rest_untouched(destination: str, expected: str) -> None:
    spec = template_document(FAST, Target(code_uri="s3://b/code.tar.gz", destination=destination))["spec"]
    before = list(FAST.template.container.args)
    assert spec["container"]["args"] == [
        {"{{ .remote_package_path }}": "s3://b/code.tar.gz", "/root": expected}.get(word, word) for word in before
    ]


def test_a_destination_that_nobody_named_is_where_the_container_starts() -> None:
    task = unversioned(square, fast=True)
    place = list(task.template.container.args).index("/root")
    task.template.container.args[place] = "{{ .dest_dir }}"
    arguments = template_document(task, Target(code_uri="s3://b/code.tar.gz"))["spec"]["container"]["args"]
    assert arguments[3:5] == ["--dest-dir", "."]


def test_with_the_code_in_the_spec_the_command_line_is_the_tasks_own() -> None:
    code = {"sha256": "0" * 64, "uri": "s3://b/code.tar.gz"}
    spec = template_document(FAST, Target(code=code))["spec"]
    assert spec["code"] == code
    assert spec["container"]["args"] == list(registered(square).template.container.args)


def test_code_that_is_nowhere_is_asked_for() -> None:
    with pytest.raises(FieldError, match="was serialized for fast registration: pass --code-uri or --storage"):
        template_document(FAST, Target())


def test_what_is_not_or_only_partly_converted_is_listed() -> None:
    entities = [("task", square), ("task", raw), ("task", mapped), ("task", fan_out)]
    found = [
        Found(source=str(number), kind=kind, name=spec.template.id.name, task=spec)
        for number, (kind, spec) in enumerate((kind, registered(entity)) for kind, entity in entities)
    ]
    found += [Found(source="w", kind="workflow", name="app.wf"), Found(source="l", kind="launch plan", name="nightly")]
    conversion = convert(Package(found=tuple(found)), Target())
    assert len(conversion.templates) == 3
    assert [note.partition(":")[0] for note in conversion.notes] == [
        "not converted", f"the task {found[2].name}", f"the task {found[3].name}", "not converted", "not converted",
    ]  # fmt: skip
    assert "not converted: the workflow app.wf: Glider runs tasks" in conversion.notes
    assert "one element" in conversion.notes[1]
    assert "futures.pb" in conversion.notes[2]


def test_an_error_names_the_file_and_the_task() -> None:
    task = registered(square)
    task.template.metadata.pod_template_name = "Not_A_Name"
    package = Package(found=(Found(source="app.tgz: 0_square_1.pb", kind="task", name="app.square", task=task),))
    with pytest.raises(FieldError, match=r"^app.tgz: 0_square_1.pb: app.square: spec.podTemplateRef.name: expected"):
        convert(package, Target())
