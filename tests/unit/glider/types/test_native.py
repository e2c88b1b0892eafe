"""A native type is a row of one table, and nothing else: by itself, in containers and inside structs."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import Any

import pytest
from flyteidl.core import types_pb2

from glider.types.errors import ConversionError
from glider.types.native import NATIVE_TYPES, NativeType, native_transformer
from glider.types.records import dataclass_schema
from glider.types.registry import TYPES
from glider.types.scalars import text
from glider.types.simple import Simple


class Version:
    """A class that no table knows yet."""

    def __init__(self, written: str) -> None:
        self.parts = tuple(int(part) for part in written.split("."))

    def __str__(self) -> str:
        return ".".join(map(str, self.parts))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and self.parts == other.parts

    def __hash__(self) -> int:
        return hash(self.parts)


ROW = NativeType(
    name=f"{Version.__module__}.{Version.__qualname__}",
    inside=text("version"),
    alone=partial(
        Simple,
        tag="Version",
        simple=types_pb2.STRING,
        pack=lambda value: {"string_value": str(value)},
        unpack_primitive=lambda primitive: Version(primitive.string_value),
    ),
)


@dataclasses.dataclass
class Release:
    version: Version
    others: list[Version]
    dates: dict[Version, int]


RELEASE = Release(version=Version("1.2"), others=[Version("0.9")], dates={Version("1.0"): 3})


@pytest.fixture(autouse=True)
def row(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setitem(NATIVE_TYPES, ROW.name, ROW)
    native_transformer.cache_clear()
    yield
    native_transformer.cache_clear()


@pytest.mark.parametrize(
    ("hint", "value"),
    [
        pytest.param(Version, Version("1.2"), id="alone"),
        pytest.param(list[Version], [Version("1.2"), Version("2.0")], id="in a list"),
        pytest.param(dict[str, Version], {"a": Version("1.2")}, id="in a map"),
        pytest.param(Version | None, Version("1.2"), id="optional"),
        pytest.param(Version | None, None, id="optional, and left out"),
        pytest.param(Release, RELEASE, id="in a dataclass, in its lists and as a key"),
    ],
)
def test_one_row_is_enough_for_a_type_to_travel(hint: Any, value: Any) -> None:
    assert TYPES.to_python(TYPES.to_literal(value, hint, "x"), hint, "x") == value


def test_one_row_says_its_type_in_interfaces_and_schemas() -> None:
    assert TYPES.literal_type(Version).simple == types_pb2.STRING
    assert dataclass_schema(Release)["properties"]["version"] == {"type": "string", "format": "version"}


def test_another_type_is_refused_where_a_row_is_expected() -> None:
    with pytest.raises(ConversionError, match=r"^x: expected .*Version, found str"):
        TYPES.to_literal("1.2", Version, "x")


def test_each_row_is_called_as_its_class() -> None:
    assert all(name == row.name and (row.alone or row.inside) for name, row in NATIVE_TYPES.items())
