"""A form begins with its defaults, with what its address holds, or with an execution that is repeated with changes."""

from __future__ import annotations

from typing import Any

import pytest

from glider.wire.jsonform import FieldError
from glider_client.inputs.declarations import declared
from glider_client.sdk.reruns import rerun_of
from glider_console.launch.beginning import beginning, inputs_in
from glider_console.launch.checking import checked
from glider_console.launch.documents import Filled
from tests.unit.glider_console.launch.samples import ENTRIES, INTERFACE, NOW, VALUES, execution, template

Json = Any


def begin(*, given: Json = None, repeated: Json = None, interface: Json = INTERFACE) -> dict[str, Any]:
    return beginning(declared(interface), given=given, execution=repeated, templated=True)


def test_defaults_are_shown_and_not_entered() -> None:
    found = begin(interface={"inputs": {"a": {"type": "list[integer]", "default": [1]}, "b": "integer"}})
    assert (found["defaults"], found["inputs"]) == ({"a": ["1"]}, {})


def test_a_rerun_without_changes_is_what_glider_rerun_makes() -> None:
    repeated = execution(
        phase="Failed",
        taskRef={"name": "every-1"},
        inputs=VALUES,
        cancel=True,
        retries={"user": 2, "system": 1},
        env=[{"name": "A", "value": "1"}],
        resources={"requests": {"cpu": "1", "memory": "2Gi"}, "limits": {"cpu": "1"}},
    )
    found = begin(repeated=repeated)
    filled = Filled(name="again", **{name: found[name] for name in ("inputs", "settings", "labels", "spec")})
    made = checked(filled, declared(INTERFACE), namespace="ml", template=template(), now=NOW)
    assert made.errors == ()
    assert made.document == rerun_of(repeated, name="again")


def test_the_inputs_of_an_address_count_alone() -> None:
    """Who leaves one out, and reloads the page, has left it out."""
    repeated = execution(taskRef={"name": "t"}, inputs={"a": 1, "b": 2})
    found = begin(repeated=repeated, given={"a": "7"}, interface={"inputs": {"a": "integer", "b": "integer"}})
    assert found["inputs"] == {"a": "7"}


def test_inputs_of_another_version_are_named() -> None:
    found = begin(repeated=execution(taskRef={"name": "t"}, inputs={"a": 1, "old": 2}), interface={"inputs": {"a": "integer"}})
    assert (found["inputs"], found["unknown"]) == ({"a": "1"}, ["old"])


def test_inputs_in_a_file_stay_there() -> None:
    found = begin(repeated=execution(taskRef={"name": "t"}, inputsUri="s3://bucket/inputs.pb"))
    assert found["settings"]["inputsUri"] == "s3://bucket/inputs.pb"


def test_an_address_holds_entries() -> None:
    import json

    assert begin(given=inputs_in(json.dumps(ENTRIES)))["inputs"] == ENTRIES


@pytest.mark.parametrize("text", ["[1]", "{", '{"a": "' + "x" * 5000 + '"}'], ids=["a list", "no JSON", "too long"])
def test_an_address_that_holds_something_else_is_refused(text: str) -> None:
    with pytest.raises(FieldError, match="inputs: expected a JSON object with the inputs by name"):
        inputs_in(text)
