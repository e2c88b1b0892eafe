"""The CRDs, which are made from the typed model (`tests.reference.crds`), say what the API needs, and what the model reads."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from glider.wire.errors import Kind, Origin
from glider.wire.jsonform import FieldError
from glider.wire.summary import Usage
from glider_core.api.conditions import Condition
from glider_core.api.execution import parse_spec
from glider_core.api.failure import user_failure
from glider_core.api.lifecycle import MUTABLE
from glider_core.api.phases import Phase
from glider_core.api.status import MAX_ATTEMPTS, Attempt, Failures, Link, Status, status_document
from glider_core.api.task import parse_task
from glider_core.render.merging import key_of
from tests.unit.glider_core.builders import T0, make_execution, task_document

FOLDER = Path(__file__).parents[4] / "manifests" / "crd"
PLURALS = ["taskexecutions", "tasktemplates"]


def crd(plural: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((FOLDER / f"{plural}.yaml").read_text())
    return document


def schema(plural: str, *path: str) -> dict[str, Any]:
    found: dict[str, Any] = crd(plural)["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    for name in path:
        found = found["items"] if name == "[]" else found["properties"][name]
    return found


def undescribed(node: dict[str, Any], path: str) -> list[str]:
    found = [] if node.get("description", "").strip() or path == "metadata" else [path]
    for name, child in node.get("properties", {}).items():
        found += undescribed(child, f"{path}.{name}".lstrip("."))
    if "items" in node:
        found += undescribed(node["items"], f"{path}[]")
    return found


@pytest.mark.parametrize("plural", PLURALS)
def test_every_field_is_described(plural):
    assert undescribed(schema(plural), "") == []


@pytest.mark.parametrize("plural", PLURALS)
def test_a_crd_is_small(plural):
    assert (FOLDER / f"{plural}.yaml").stat().st_size < 100_000


@pytest.mark.parametrize("plural", PLURALS)
def test_no_field_is_one_that_yaml_takes_for_a_boolean(plural):
    assert not {"n", "y", "no", "yes", "on", "off"} & names(schema(plural))


def names(node: dict[str, Any]) -> set[Any]:
    children = node.get("properties", {})
    below = [names(child) for child in [*children.values(), *([node["items"]] if "items" in node else [])]]
    return set(children).union(*below)


def test_a_task_written_out_has_the_fields_of_a_template():
    """Nobody owns a part of it there, so that its lists have no keys."""
    assert schema("taskexecutions", "spec", "task")["properties"] == shared_by_nobody(schema("tasktemplates", "spec")["properties"])


def shared_by_nobody(node: Any) -> Any:
    about = {"x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-map-type"}
    if isinstance(node, dict):
        return {name: shared_by_nobody(inner) for name, inner in node.items() if name not in about}
    return [shared_by_nobody(one) for one in node] if isinstance(node, list) else node


KEYED = {
    "env": ["name"],
    "volumes": ["name"],
    "volumeMounts": ["mountPath"],
    "imagePullSecrets": ["name"],
    "hostAliases": ["ip"],
    "topologySpreadConstraints": ["topologyKey", "whenUnsatisfiable"],
}


@pytest.mark.parametrize("plural", PLURALS)
def test_lists_that_pods_merge_by_a_key_have_it_so_that_field_managers_can_share_them(plural):
    lists = {name: node.get("x-kubernetes-list-map-keys") for name, node in schema(plural, "spec")["properties"].items() if "items" in node}
    assert {name: keys for name, keys in lists.items() if keys} == KEYED
    for name, keys in KEYED.items():
        assert key_of(name, {key: key for key in keys}) == "/".join(keys)


def test_no_entry_that_an_older_crd_let_in_lacks_a_field_that_is_required_now():
    entries = {name: schema("taskexecutions", "spec", name, "[]") for name in KEYED}
    assert {name for name, entry in entries.items() if "required" in entry} == {"env"}, "which has always been required there"


@pytest.mark.parametrize("path", ["", "id", "interface", "retries", "retries.backoff", "retries.oom", "timeouts", "storage"])
def test_the_model_reads_a_tasks_fields(path):
    document = task_document(retries={"backoff": {}, "oom": {}}, timeouts={}, storage={})
    asked = asked_fields(document, path, lambda: parse_task(document, path="spec"))
    assert asked == set(schema("tasktemplates", "spec", *filter(None, path.split(".")))["properties"])


@pytest.mark.parametrize("path", ["", "taskRef", "retries", "retries.backoff", "retries.oom", "timeouts", "storage"])
def test_the_model_reads_an_executions_fields(path):
    spec: dict[str, Any] = {"taskRef": {"name": "x"}, "retries": {"backoff": {}, "oom": {}}, "timeouts": {}, "storage": {}}
    asked = asked_fields(spec, path, lambda: parse_spec(make_execution(**spec)))
    assert asked == set(schema("taskexecutions", "spec", *filter(None, path.split(".")))["properties"])


def asked_fields(document: dict[str, Any], path: str, parse) -> set[str]:
    """What the model expects at `path`, from its answer to a field that nobody knows."""
    for name in filter(None, path.split(".")):
        document = document[name]
    document["bogus"] = 1
    with pytest.raises(FieldError) as refused:
        parse()
    assert refused.value.found == '"bogus"'
    return set(refused.value.expected.removeprefix("only the fields ").split(", "))


def test_the_status_that_is_written_is_the_status_of_the_schema():
    failure = user_failure("Code", "message")
    attempt = Attempt(
        number=0,
        pod_name="p",
        pod_uid="u",
        node_name="n",
        started=T0,
        completed=T0,
        exit_code=1,
        reason="Code",
        queued=T0,
        memory="1Gi",
        usage=Usage(),
        failure=failure,
    )
    status = Status(
        phase=Phase.RETRYING,
        condition=Condition(true=False, reason="Code", message="message", since=T0),
        suspended=Condition(true=False),
        warning=Condition(true=True),
        observed_generation=1,
        started=T0,
        completed=T0,
        inputs_uri="i",
        outputs_uri="o",
        raw_output_data_prefix="r",
        outputs={"o0": 1},
        failures=Failures(user=1),
        checkpoint_uri="c",
        memory="1Gi",
        links=(Link(name="log", uri="https://logs"),),
        failure=failure,
        attempts=(attempt,) * 20,
    )
    document = status_document(status)
    properties = schema("taskexecutions", "status")["properties"]
    assert set(document) == set(properties)
    assert set(document["conditions"][0]) == set(schema("taskexecutions", "status", "conditions", "[]")["properties"])
    assert set(document["attempts"][0]) == set(schema("taskexecutions", "status", "attempts", "[]")["properties"])
    usage = schema("taskexecutions", "status", "attempts", "[]", "usage")["properties"]
    assert set(document["attempts"][0]["usage"]) == set(usage)
    assert set(document["error"]) == set(properties["error"]["properties"])
    assert set(document["failures"]) == set(properties["failures"]["properties"])
    assert len(document["attempts"]) == MAX_ATTEMPTS == properties["attempts"]["maxItems"]


def test_enums_agree():
    properties = schema("taskexecutions", "status")["properties"]
    assert properties["phase"]["enum"] == [phase.value for phase in Phase]
    assert properties["error"]["properties"]["kind"]["enum"] == [kind.value for kind in Kind]
    assert set(properties["error"]["properties"]["origin"]["enum"]) == {origin.value for origin in Origin}


def test_names():
    for plural, short in zip(PLURALS, ["te", "tt"], strict=True):
        names = crd(plural)["spec"]["names"]
        assert (names["shortNames"], names["categories"]) == ([short], ["glider"])
    assert crd("taskexecutions")["spec"]["versions"][0]["subresources"] == {"status": {}}


def test_every_field_of_an_executions_spec_is_immutable_but_those_that_are_meant_to_change():
    [rule] = [rule for rule in schema("taskexecutions")["x-kubernetes-validations"] if "immutable" in rule["message"]]
    names = [name for name in schema("taskexecutions", "spec")["properties"] if name not in MUTABLE]
    phase, whole, fields = (part.strip() for part in rule["rule"].split("||", maxsplit=2))
    assert phase == "self.status.phase != oldSelf.status.phase", "most writes of the status cost no more than this"
    assert whole == "self.spec == oldSelf.spec", "and other writes of it no more than this"
    assert sorted(re.split(r" && (?=\(has)", fields)) == sorted(unchanged(name) for name in names)
    assert rule["fieldPath"] == ".spec"
    assert ", ".join(MUTABLE[:-1]) + f" and {MUTABLE[-1]}" in rule["message"]


def test_a_template_is_immutable_field_by_field():
    [rule] = [rule for rule in schema("tasktemplates", "spec")["x-kubernetes-validations"] if "immutable" in rule["message"]]
    whole, fields = (part.strip() for part in rule["rule"].split("||", maxsplit=1))
    assert whole == "self == oldSelf"
    names = schema("tasktemplates", "spec")["properties"]
    assert sorted(re.split(r" && (?=\(has)", fields)) == sorted(unchanged(name, "") for name in names)


def unchanged(name: str, within: str = ".spec") -> str:
    """A list with keys entry by entry, since as a whole it isn't equal to itself where a key is there twice."""
    new, old = f"self{within}.{name}", f"oldSelf{within}.{name}"
    entries = ".map(entry, entry)" if name in KEYED else ""
    return f"(has({new}) == has({old}) && (!has({new}) || {new}{entries} == {old}{entries}))"
