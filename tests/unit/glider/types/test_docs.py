"""The examples of docs/tasks.md run, each task's outputs going to the next one's inputs through literals."""

from __future__ import annotations

import re
import sys
from datetime import date, datetime, timedelta
from enum import Enum
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, Literal

import numpy as np
import pytest

from glider import FlyteDirectory, FlyteFile, StructuredDataset
from glider.types.interface import signature_of, to_arguments, to_literals
from glider.types.registry import TYPES
from glider.wire.interface import format_type, parse_type
from glider.wire.jsonform import LiteralMap
from tests.unit.glider.support import Workspace

PAGE = (Path(__file__).parents[4] / "docs" / "tasks.md").read_text()
EXAMPLES = re.findall(r"^## (.*?)$|^```python( flytekit)?\n(.*?)^```$", f"## A first task\n{PAGE}", re.M | re.S)


def examples(kind: str) -> list[Any]:
    found, heading = [], ""
    for title, flavour, source in EXAMPLES:
        heading = title or heading
        if source and flavour == kind:
            found.append(pytest.param(source, id=heading))
    return found


@pytest.fixture
def module(request: pytest.FixtureRequest) -> Any:
    """A module of that source; dataclasses and pickles look for the module that they are from."""
    found = ModuleType("example")
    sys.modules["example"] = found
    exec(request.param, found.__dict__)
    yield found
    del sys.modules["example"]


@pytest.mark.parametrize("module", examples(""), indirect=True)
def test_the_example_runs(module: ModuleType) -> None:
    tasks = [value for value in vars(module).values() if isinstance(value, FunctionType) and value.__module__ == "example"]
    outputs: list[Any] = []
    for task in (task for task in tasks if task.__name__ != "digest"):
        signature = signature_of(task)
        inputs = dict(zip(signature.inputs, outputs, strict=False))
        result = task(**to_arguments(LiteralMap(literals=inputs), signature))
        literals = to_literals(result, signature).literals
        outputs = [literals[name] for name in signature.outputs]


@pytest.mark.parametrize(
    ("written", "hint", "form"),
    [
        ("`int`", int, "integer"),
        ("`float`", float, "float"),
        ("`str`", str, "string"),
        ("`bool`", bool, "boolean"),
        ("`datetime`", datetime, "datetime"),
        ("`date`", date, "datetime"),
        ("`timedelta`", timedelta, "duration"),
        ("`None`", type(None), "none"),
        ("an Enum", Enum("Letter", {"A": "a", "B": "b"}), "enum[a, b]"),
        ('`Literal["a", "b"]`', Literal["a", "b"], "string"),
        ("`list[int]`", list[int], "list[integer]"),
        ("`dict[str, int]`", dict[str, int], "map[integer]"),
        ("`int \\| None`", int | None, "integer?"),
        ("`FlyteFile`", FlyteFile, "file"),
        ('`FlyteFile["csv"]`', FlyteFile["csv"], "file[csv]"),  # type: ignore[misc]
        ("`FlyteDirectory`", FlyteDirectory, "directory"),
        ("`StructuredDataset`", StructuredDataset, "table"),
        ("`dict`", dict, "struct"),
        ("what is pickled", set, "file[PythonPickle]"),
        ("numpy arrays", np.ndarray, "file[NumpyArray]"),
    ],
)
def test_what_a_hint_is_called_in_an_interface(written: str, hint: Any, form: str) -> None:
    [row] = [line for line in PAGE.splitlines() if line.startswith("|") and written in line and f"`{form}`" in line]
    assert format_type(TYPES.literal_type(hint)) == format_type(parse_type(form)), row


@pytest.mark.parametrize("source", examples(" flytekit"))
def test_the_example_with_flytekit_runs(source: str, workspace: Workspace) -> None:
    workspace.write(source)
    assert workspace.run().exit_code == 0
