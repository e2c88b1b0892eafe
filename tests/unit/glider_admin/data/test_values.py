"""Inputs and outputs from an execution's document."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from glider.wire.jsonform import LiteralMap, from_literal_map
from glider_admin.data.files import files_of
from glider_admin.data.values import Data, inputs_of, outputs_of
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
