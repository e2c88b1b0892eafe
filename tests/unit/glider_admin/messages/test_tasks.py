"""Tasks as clients register and fetch them: the TaskTemplate of `glider convert`, and the original to the letter."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from flyteidl.admin import task_pb2
from flyteidl.core import identifier_pb2

from glider.wire.jsonform import FieldError
from glider_admin.messages.registrations import DIGEST
from glider_admin.messages.tasks import (
    code_uri,
    is_same,
    registered_document,
    registered_spec,
    spec_in,
    task_digest,
    task_message,
)
from glider_client.conversion.documents import FLYTE_SPEC, Target, template_document

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
OWN = identifier_pb2.Identifier(resource_type=identifier_pb2.TASK, project="team", domain="development", name="app.add", version="v1")
FAST = ["pyflyte-fast-execute", "--additional-distribution", "http://front/a.tar.gz", "--dest-dir", ".", "--", "pyflyte-execute", "x"]


def request(*, args: list[str] | None = None, **template: Any) -> task_pb2.TaskCreateRequest:
    own = {"type": "python-task", "container": {"image": "app:1", "args": args or ["pyflyte-execute", "x"]}}
    return task_pb2.TaskCreateRequest(id=OWN, spec={"template": {**own, **template}})


def spec(**changes: Any) -> task_pb2.TaskSpec:
    return registered_spec(request(**changes))


def document(made: task_pb2.TaskSpec, code: Any = None) -> dict[str, Any]:
    found = registered_document(made, namespace="lab", code=code, now=NOW)
    return {**found, "metadata": {**found["metadata"], "creationTimestamp": "2026-11-29T12:00:00Z"}}


def test_the_identifier_of_the_request_counts() -> None:
    asked = request(id={"project": "other", "domain": "x", "name": "y", "version": "z"})
    assert registered_spec(asked).template.id == OWN
    assert asked.spec.template.id.name == "y", "the request is left as it is"


def test_a_template_is_that_of_convert_with_the_original_beside_it() -> None:
    made = spec()
    found, converted = document(made), template_document(made, Target(namespace="lab"))
    assert found["spec"] == converted["spec"]
    assert json.loads(found["metadata"]["annotations"][FLYTE_SPEC])["template"]["id"]["name"] == "app.add"
    assert spec_in(found) == made
    assert task_message(found, OWN).closure.compiled_task.template == made.template


def test_code_in_config_maps_replaces_the_download_and_the_original_still_has_it() -> None:
    made = spec(args=FAST)
    assert code_uri(made.template) == "http://front/a.tar.gz"
    found = document(made, {"sha256": "0" * 64, "configMaps": ["a"]})
    assert found["spec"]["container"]["args"] == ["pyflyte-execute", "x"]
    assert found["spec"]["code"] == {"sha256": "0" * 64, "configMaps": ["a"]}
    assert list(spec_in(found).template.container.args) == FAST


def test_the_same_code_at_another_address_is_the_same_task() -> None:
    code = {"sha256": "0" * 64, "configMaps": ["a"]}
    one, other = spec(args=FAST), spec(args=[word.replace("http://front/a", "http://front/b") for word in FAST])
    assert task_digest(one, code=code) == task_digest(other, code=code)
    assert task_digest(one) != task_digest(other), "elsewhere the address is all that is known of it"
    assert task_digest(one, code=code) != task_digest(one, code={**code, "sha256": "1" * 64})


def test_what_was_registered_is_compared_and_else_what_runs() -> None:
    one, other = document(spec()), document(spec(metadata={"runtime": {"version": "1.16"}}))
    assert is_same(one, document(spec()))
    assert not is_same(one, other)
    by_hand = {**other, "metadata": {**other["metadata"], "annotations": {}}}
    assert is_same(by_hand, one), "another tool's template has no more than what runs"
    assert not is_same(by_hand, document(spec(args=["pyflyte-execute", "y"])))
    elsewhere = {**by_hand, "spec": {**by_hand["spec"], "id": {**by_hand["spec"]["id"], "domain": "production"}}}
    assert is_same(elsewhere, one), "projects and domains of one namespace are the same"


@pytest.mark.parametrize("written", ["{", "[" * 100_000], ids=["no JSON", "deeper than anything reads"])
def test_an_annotation_that_was_broken_by_hand_leaves_what_runs(written: str) -> None:
    found = document(spec())
    broken = {**found, "metadata": {**found["metadata"], "annotations": {FLYTE_SPEC: written, DIGEST: "x"}}}
    assert task_message(broken, OWN).closure.compiled_task.template.container.image == "app:1"


def test_a_place_for_code_has_to_be_filled_in() -> None:
    with pytest.raises(FieldError, match="the address of the task's code"):
        code_uri(spec(args=["pyflyte-fast-execute", "--additional-distribution", "{{ .remote_package_path }}"]).template)
