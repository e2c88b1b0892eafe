"""`glider validate`: every mistake in every file, as the operator would report it, and an exit code for CI."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from glider_client.cli.glider import main
from tests.conftest import ROOT
from tests.unit.glider_core.builders import CONFIGURATION, task_document

TEMPLATE = {"apiVersion": "glider.dev/v1alpha1", "kind": "TaskTemplate", "metadata": {"name": "divider"}, "spec": task_document()}
REFERENCE: dict[str, Any] = {"taskRef": {"name": "divider"}, "inputs": {"a": 1, "b": 2}}


def execution(name: str = "divide", **spec: Any) -> dict[str, Any]:
    return {"apiVersion": "glider.dev/v1alpha1", "kind": "TaskExecution", "metadata": {"name": name}, "spec": spec or REFERENCE}


def template(name: str = "divider", **spec: Any) -> dict[str, Any]:
    return TEMPLATE | {"metadata": {"name": name}, "spec": task_document(**spec)}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def validate(*files: list[Any] | str, options: tuple[str, ...] = ()) -> Result:
    """What it reports about files 0.yaml, 1.yaml and so on."""
    names = []
    for number, documents in enumerate(files):
        names.append(f"{number}.yaml")
        text = documents if isinstance(documents, str) else "---\n".join(yaml.safe_dump(one, sort_keys=False) for one in documents)
        Path(names[-1]).write_text(text)
    return CliRunner().invoke(main, ["validate", *names, *options])


def test_what_the_operator_takes_is_fine() -> None:
    result = validate([TEMPLATE, execution()])
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "no problems in 2 objects of 1 file\n"


def test_every_mistake_of_every_object_in_every_file_is_reported() -> None:
    result = validate(
        [template(retries={"user": "many"}, timeouts={"total": "soon"}), execution("Bad_Name")],
        "kind: [",
        [
            execution("second", taskRef={"name": "divider"}, inputs={"a": "one", "c": 3}),
            execution("third", imputs={}, task=task_document()),
        ],
    )
    assert result.exit_code == 1
    assert [line.partition(": expected")[0] for line in result.stdout.splitlines()] == [
        "0.yaml: TaskTemplate divider: spec.retries.user",
        "0.yaml: TaskTemplate divider: spec.timeouts.total",
        "0.yaml: TaskExecution Bad_Name: metadata.name",
        "1.yaml",
        "2.yaml: TaskExecution third: spec",
    ]
    assert result.stderr == "5 problems, 0 warnings in 4 objects of 3 files\n"


def test_each_wrong_input_is_reported() -> None:
    result = validate([TEMPLATE, execution(taskRef={"name": "divider"}, inputs={"a": "one", "c": 3})])
    assert [line.partition("spec.inputs.")[2].partition(":")[0] for line in result.stdout.splitlines()] == ["a", "c", "b"]


@pytest.mark.parametrize(
    ("documents", "message"),
    [
        pytest.param([execution(**REFERENCE, task=task_document())], "expected exactly one of taskRef and task", id="a rule of the CRD"),
        pytest.param([template(container={"image": "i", "args": ["{{.outputPrefx}}"]})], "did you mean {{.outputPrefix}}", id="a variable"),
        pytest.param([execution("x" * 64)], "expected at most 63 characters", id="a name that no label can have"),
        pytest.param(
            [execution() | {"specs": {}}], "expected only the fields apiVersion, kind, metadata, spec, status", id="a stray field"
        ),
        pytest.param([execution(), execution()], "expected one object of that name in namespace default, found several", id="a name twice"),
        pytest.param([{"apiVersion": "glider.dev/v1", "kind": "TaskTemplate", "metadata": {"name": "t"}}], "apiVersion", id="a version"),
        pytest.param(
            [{"apiVersion": "glider.dev/v1alpha1", "kind": "TaskTemplat", "metadata": {"name": "t"}}],
            "did you mean TaskTemplate?",
            id="a kind",
        ),
        pytest.param([{"kind": "Pod"}], "metadata.name: expected", id="an object without a name"),
        pytest.param([execution(task=task_document(), inputs={"a": 1, "b": 2}, labels={"x": "not valid!"})], "spec.labels.x", id="a label"),
        pytest.param([CONFIGURATION | {"retries": {"user": "many"}}], "retries.user", id="the operator's configuration"),
    ],
)
def test_what_is_wrong(documents: list[Any], message: str) -> None:
    result = validate([TEMPLATE, *documents] if documents[0].get("kind") == "TaskExecution" else documents)
    assert result.exit_code == 1
    assert message in result.stdout
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("field", "entries", "message"),
    [
        pytest.param(
            "env", [{"name": "A"}, {"name": "B"}, {"name": "A"}], 'spec.env[2]: expected each name once, found "A"', id="a variable"
        ),
        pytest.param(
            "hostAliases",
            [{"ip": "10.0.0.1"}, {"ip": "10.0.0.1"}],
            'spec.hostAliases[1]: expected each ip once, found "10.0.0.1"',
            id="an IP",
        ),
    ],
)
def test_a_key_that_the_api_server_takes_once_is_there_twice(field: str, entries: list[Any], message: str) -> None:
    given: dict[str, Any] = {field: entries}
    for document in (execution(**REFERENCE, **given), template(**given)):
        assert message in validate([document]).stdout
    assert "once" not in validate([execution(task=task_document(**given), inputs={"a": 1, "b": 2})]).stdout, "as in a pod"


def test_the_configuration_counts(folder: Path) -> None:
    (folder / "config.yaml").write_text(yaml.safe_dump(CONFIGURATION | {"restrictions": {"templates": "Required"}}))
    options = ("--config", "config.yaml")
    result = validate([TEMPLATE, execution(task=task_document(), inputs={"a": 1, "b": 2})], options=options)
    assert result.exit_code == 1
    assert "restrictions.templates: Required" in result.stdout
    assert validate([TEMPLATE, execution()], options=options).exit_code == 0


@pytest.mark.parametrize(
    ("documents", "message"),
    [
        pytest.param([execution()], "the TaskTemplate divider isn't in the files", id="a template"),
        pytest.param([template(podTemplateRef={"name": "base"})], "the PodTemplate base isn't in the files", id="a PodTemplate"),
        pytest.param([template(container={"image": "i", "args": ["{{input}}"]})], "is left as it is", id="what the operator warns about"),
    ],
)
def test_warnings_are_no_problems_unless_they_are_to_be(documents: list[Any], message: str) -> None:
    result = validate(documents)
    assert result.exit_code == 0
    assert f": warning: {message}" in result.stdout or ("warning" in result.stdout and message in result.stdout)
    assert validate(documents, options=("--strict",)).exit_code == 1


def code_in_config_maps(*parts: bytes, sha256: str = "") -> list[Any]:
    digest = sha256 or hashlib.sha256(b"".join(parts)).hexdigest()
    names = [f"glider-code-{digest[:16]}-{number}" for number in range(len(parts))]
    maps = [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "binaryData": {"part": base64.b64encode(part).decode()}}
        for name, part in zip(names, parts, strict=True)
    ]
    return [template(code={"sha256": digest, "configMaps": names}), *maps]


def test_the_code_in_config_maps_is_compared_with_its_hash() -> None:
    assert validate(code_in_config_maps(b"first", b"second")).exit_code == 0
    changed = validate(code_in_config_maps(b"first", b"second", sha256="0" * 64))
    assert "spec.code.sha256: expected" in changed.stdout
    partly = validate(code_in_config_maps(b"first", b"second")[:2])
    assert "spec.code.configMaps: expected all of them in the files, or none" in partly.stdout
    assert validate(code_in_config_maps(b"first", b"second")[:1]).exit_code == 0


def test_json_is_for_tools() -> None:
    result = validate([execution(taskRef={"name": "other"}), template(retries={"user": "many"})], options=("-o", "json"))
    assert result.exit_code == 1
    warning, error = json.loads(result.stdout)
    assert (warning["severity"], warning["kind"], warning["document"]) == ("warning", "TaskExecution", 1)
    assert error == {
        "file": "0.yaml",
        "document": 2,
        "kind": "TaskTemplate",
        "name": "divider",
        "field": "spec.retries.user",
        "message": error["message"],
        "severity": "error",
    }


def test_other_objects_are_left_alone() -> None:
    assert (
        validate([{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "x"}, "spec": {"replicas": "one"}}]).exit_code == 0
    )


def test_standard_input_is_a_file() -> None:
    result = CliRunner().invoke(main, ["validate", "-f", "-"], input=yaml.safe_dump(template(retries={"user": "many"})))
    assert result.exit_code == 1
    assert result.stdout.startswith("-: TaskTemplate divider: spec.retries.user")


def test_without_files_there_is_nothing_to_check() -> None:
    result = CliRunner().invoke(main, ["validate"])
    assert result.exit_code == 2
    assert "expected files to check, found none" in result.stderr


def test_a_configuration_that_makes_no_sense_is_refused(folder: Path) -> None:
    (folder / "config.yaml").write_text(yaml.safe_dump(CONFIGURATION | {"retris": {}}))
    result = validate([TEMPLATE], options=("--config", "config.yaml"))
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: config.yaml: ")


def test_the_hook_for_pre_commit_is_of_the_form_that_pre_commit_asks_for() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert {"id", "name", "entry", "language"} <= hook.keys()
    assert hook["language"] in ("system", "python")
    program, command = hook["entry"].split()
    assert (program, command in main.list_commands(main.context_class(main))) == ("glider", True)
