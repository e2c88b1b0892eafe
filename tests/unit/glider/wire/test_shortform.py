"""A type is written in the short form wherever it can be read back from that."""

from __future__ import annotations

import typing
from dataclasses import dataclass
from enum import Enum
from typing import Any

import pytest
from flytekit.core.type_engine import TypeEngine
from flytekit.types.directory import FlyteDirectory
from flytekit.types.file import FlyteFile

from glider.types.registry import TYPES
from glider.wire.interface import LiteralType, parse_type
from glider.wire.shortform import write_type


class Color(Enum):
    RED = "red"
    BLUE = "blue"


class Odd(Enum):
    COMMA = "a, b"


@dataclass
class Point:
    x: int = 1


SHORT = [
    "integer",
    "float",
    "string",
    "boolean",
    "datetime",
    "duration",
    "none",
    "struct",
    "file",
    "file[csv]",
    "directory",
    "table",
    "table[csv]",
    "enum[red, blue]",
    "list[integer]",
    "map[list[float]]",
    "integer?",
    "list[map[string?]]",
]


@pytest.mark.parametrize("form", SHORT)
def test_what_was_read_in_the_short_form_is_written_in_it(form: str) -> None:
    assert write_type(parse_type(form)) == form


@pytest.mark.parametrize(
    ("hint", "form"),
    [
        pytest.param(int, "integer", id="an int"),
        pytest.param(typing.Optional[int], "integer?", id="an optional int, whose variants flytekit tags"),  # noqa: UP045
        pytest.param(typing.List[typing.Dict[str, float]], "list[map[float]]", id="lists of dicts"),  # noqa: UP006
        pytest.param(dict, "struct", id="a dict, which flytekit marks as msgpack"),
        pytest.param(Color, "enum[red, blue]", id="an Enum"),
        pytest.param(FlyteFile["csv"], "file[csv]", id="a file with a format"),
        pytest.param(typing.Optional[FlyteFile], "file?", id="an optional file"),  # noqa: UP045
        pytest.param(FlyteDirectory, "directory", id="a directory"),
    ],
)
def test_flytekits_types_are_written_in_the_short_form(hint: Any, form: str) -> None:
    assert write_type(LiteralType.FromString(TypeEngine.to_literal_type(hint).to_flyte_idl().SerializeToString())) == form


@pytest.mark.parametrize(
    "hint",
    [
        pytest.param(Point, id="a dataclass, for its schema"),
        pytest.param(int | str, id="a union of two"),
        pytest.param(list[Point], id="a list of dataclasses"),
        pytest.param(Odd, id="an Enum whose values have commas"),
    ],
)
def test_what_the_short_form_would_lose_is_written_as_a_literal_type(hint: Any) -> None:
    literal_type = TYPES.literal_type(hint)
    written = write_type(literal_type)
    assert isinstance(written, dict)
    assert parse_type(written) == literal_type
