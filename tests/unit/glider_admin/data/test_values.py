"""Inputs and outputs from an execution's document."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from glider.wire.interface import Interface, parse_type
from glider.wire.jsonform import LiteralMap, from_literal_map, to_literal
from glider_admin.data.files import files_of
from glider_admin.data.values import Data, inputs_of, outputs_of, store_inputs
from glider_admin.errors import RefusedError
from glider_admin.settings import Settings

TASK = {"interface": {"inputs": {"n": "integer", "rate": {"type": "float", "default": 0.5}}, "outputs": {"o0": "datetime"}}}


class Call:
    """A call of somebody who may read this template, if there is one."""

    def __init__(self, template: Any = None) -> None:
        own: Any = None
        self.front: Any = SimpleNamespace(files=files_of(Settings(), own=own, url="http://front"))
        self._template = template

    async def ask(self, question: Any) -> Any:
        raise AssertionError("nothing is asked for")

    async def template_named(self, namespace: str, name: str) -> Any:
        return self._template


def execution(*, spec: Any = None, status: Any = None) -> dict[str, Any]:
    metadata = {"name": "run", "namespace": "team-a", "uid": "0123456789", "creationTimestamp": "2026-11-29T21:00:00Z"}
    return {"metadata": metadata, "spec": {"task": TASK, "inputs": {"n": 1}, **(spec or {})}, "status": status or {}}


def values(data: Data) -> dict[str, Any]:
    assert data.literals is not None
    return from_literal_map(data.literals)


def test_inputs_have_the_defaults_of_the_interface() -> None:
    assert values(asyncio.run(inputs_of(Call(), execution()))) == {"n": 1, "rate": 0.5}


def test_outputs_have_the_types_of_the_interface() -> None:
    done = execution(status={"phase": "Succeeded", "outputs": {"o0": "2026-11-29T21:00:00Z"}})
    data = asyncio.run(outputs_of(Call(), done))
    assert data.literals is not None
    assert data.literals.literals["o0"].scalar.primitive.HasField("datetime")


@pytest.mark.parametrize("template", [None, {"spec": {"interface": {"inputs": {"n": "datetime"}}}}], ids=["deleted", "another by now"])
def test_a_template_that_does_not_fit_takes_nothing_away(template: Any) -> None:
    spec = {"inputs": {"n": 1, "flag": True, "names": ["a", "b"], "more": {"k": [1, "x"]}, "none": None}}
    given = execution(spec=spec)
    del given["spec"]["task"]
    given["spec"]["taskRef"] = {"name": "t"}
    assert values(asyncio.run(inputs_of(Call(template), given))) == spec["inputs"]


@pytest.mark.parametrize("phase", ["Running", "Failed", ""])
def test_what_has_not_succeeded_has_no_outputs(phase: str) -> None:
    assert asyncio.run(outputs_of(Call(), execution(status={"phase": phase}))).literals == LiteralMap()


def test_what_the_front_may_not_read_is_left_to_the_client() -> None:
    stored = execution(status={"phase": "Succeeded", "outputsUri": "s3://elsewhere/outputs.pb"})
    assert asyncio.run(outputs_of(Call(), stored)) == Data(url="s3://elsewhere/outputs.pb", bytes=1)


@pytest.mark.parametrize(
    ("inputs", "why"),
    [
        pytest.param(
            {"n": to_literal(1, parse_type("integer"), field="n"), "t": to_literal("x" * 100_000, parse_type("string"), field="t")},
            r"^The inputs have 100,\d+ bytes, expected at most 98,\d+ in an execution itself, and the namespace team-a has no store",
            id="they are too large",
        ),
        pytest.param(
            {"n": to_literal(1, parse_type("integer"), field="n"), "b": {"scalar": {"binary": {"value": b"\xff", "tag": "raw"}}}},
            "^The input b has a value that JSON doesn't hold exactly, such as bytes, .*, and the namespace team-a has no store",
            id="one is none that JSON has",
        ),
    ],
)
def test_inputs_that_need_a_store_where_there_is_none_are_refused_by_why_they_need_one(inputs: Any, why: str) -> None:
    types = {"n": "integer", "t": "string", "b": "struct"}
    interface = Interface(inputs={name: parse_type(types[name]) for name in inputs}, outputs={})
    with pytest.raises(RefusedError, match=why):
        asyncio.run(store_inputs(Call(), namespace="team-a", literals=LiteralMap(literals=inputs), interface=interface))
