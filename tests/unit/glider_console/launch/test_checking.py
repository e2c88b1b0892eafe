"""The execution that a form makes, and all that is wrong with it: what was entered, and what the operator would refuse."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from glider.wire.contract import MAX_INLINE_INPUTS_BYTES
from glider.wire.jsonform import FieldError
from glider_client.inputs.declarations import declared
from glider_client.sdk.documents import execution_document
from glider_console.launch.checking import Checked, checked
from glider_console.launch.documents import Filled, read_filled
from glider_core.api.yaml_form import to_yaml
from glider_core.config import Config
from tests.unit.glider_console.launch.samples import ENTRIES, INTERFACE, NOW, VALUES, template

Json = Any


def check(interface: Json = INTERFACE, **form: Json) -> Checked:
    filled = Filled(name="every-x7k2p", **form)
    return checked(filled, declared(interface), namespace="ml", template=template(interface), now=NOW, config=Config())


def fields_of(found: Checked) -> list[str]:
    return [one.field for one in found.errors]


def test_a_form_of_every_type_makes_what_glider_run_makes() -> None:
    found = check(inputs=ENTRIES)
    assert found.errors == ()
    assert found.document == execution_document(name="every-x7k2p", namespace="ml", template="every-1", inputs=VALUES)


def test_the_yaml_is_what_will_be_applied() -> None:
    found = check(inputs=ENTRIES)
    assert yaml.safe_load(found.as_json()["yaml"]) == found.document


TWO = {"inputs": {"a": "integer", "b": {"type": "integer", "default": 3}}}


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        pytest.param({"inputs": {"a": "1"}}, [], id="nothing is wrong"),
        pytest.param({"inputs": {"a": "x", "b": "y"}}, ["spec.inputs.a", "spec.inputs.b"], id="each input that can't be read, once"),
        pytest.param({"inputs": {}}, ["spec.inputs.a"], id="an input is missing"),
        pytest.param({"inputs": {"a": "1"}, "settings": {"retries": "x"}}, ["spec.retries.user"], id="a setting can't be read"),
        pytest.param(
            {"inputs": {"a": "1"}, "settings": {"memory": "4 GB"}},
            ["spec.resources.requests.memory", "spec.resources.limits.memory"],
            id="the operator refuses it",
        ),
        pytest.param({"inputs": {"a": "1"}, "spec": {"retries": {"usr": 1}}}, ["spec.retries"], id="a field that there isn't"),
        pytest.param({"settings": {"inputsUri": "s3://bucket/inputs.pb"}}, [], id="all inputs are in a file"),
        pytest.param({"yaml": "kind: Pod"}, ["yaml"], id="the YAML is of something else"),
        pytest.param({"yaml": "a: ["}, ["yaml"], id="no YAML"),
    ],
)
def test_errors_name_their_fields(form: dict[str, Json], fields: list[str]) -> None:
    assert fields_of(check(TWO, **form))[:2] == fields


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        pytest.param({}, [], id="as the form made it"),
        pytest.param({"inputs": {"a": "text"}}, ["spec.inputs.a"], id="an input of another type"),
        pytest.param({"inputs": {"a": 1, "c": 1}}, ["spec.inputs.c"], id="an input that there isn't"),
        pytest.param({"image": 5}, ["spec.image"], id="a field of another form"),
    ],
)
def test_yaml_that_somebody_edits_is_checked_too(change: Json, fields: list[str]) -> None:
    document = dict(check(TWO, inputs={"a": "1"}).document)
    document["spec"] = {**document["spec"], **change}
    assert fields_of(check(TWO, yaml=to_yaml(document))) == fields


def test_yaml_is_for_the_namespace_of_the_form() -> None:
    document = {**check(TWO, inputs={"a": "1"}).document, "metadata": {"name": "a", "namespace": "other"}}
    assert fields_of(check(TWO, yaml=to_yaml(document))) == ["metadata.namespace"]


def test_inputs_that_are_too_large_for_an_execution_belong_into_a_file() -> None:
    found = check({"inputs": {"a": "string"}}, inputs={"a": "x" * 2_000_000})
    assert [one.message.partition(";")[0] for one in found.errors][:1] == [
        f"spec.inputs: expected at most {MAX_INLINE_INPUTS_BYTES:,} bytes"
    ]


def test_now_is_what_it_was_when_the_form_was_checked() -> None:
    found = check({"inputs": {"a": "datetime"}}, inputs={"a": "now - 1h"})
    assert (found.document["spec"]["inputs"], found.as_json()["now"]) == ({"a": "2026-03-04T04:06:07Z"}, NOW.isoformat())


def test_what_an_execution_has_beside_inputs_and_settings_stays() -> None:
    found = check(TWO, inputs={"a": "1"}, spec={"tolerations": [{"operator": "Exists"}], "inputs": {"a": 9}}, labels={"x": "y"})
    assert (found.errors, found.document["spec"]["tolerations"]) == ((), [{"operator": "Exists"}])
    assert (found.document["spec"]["inputs"], found.document["metadata"]["labels"]) == ({"a": 1}, {"x": "y"})


def test_a_task_that_is_written_out_is_checked() -> None:
    filled = Filled(name="a", inputs={"a": "x"}, spec={"task": template(TWO)["spec"]})
    found = checked(filled, declared(TWO), namespace="ml", template=None, now=NOW)
    assert fields_of(found) == ["spec.inputs.a"]
    assert found.document["spec"] == {"task": template(TWO)["spec"]}


@pytest.mark.parametrize("form", [None, [], {"inputs": []}, {"yaml": 5}, {"name": {}}], ids=str)
def test_a_form_of_another_shape_is_refused(form: Json) -> None:
    with pytest.raises(FieldError):
        read_filled(form)
