"""Iterator[T]: a collection whose items are converted one by one. Iterator[JSON]: a file with a line of JSON an item."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any, Dict, List, TypeAlias, Union, get_args  # noqa: UP035 - JSON is to equal flytekit's

from flyteidl.core import literals_pb2, types_pb2

from glider.storage.access import current_access
from glider.types.blobs import blob_literal, blob_uri, download_blob, new_scratch_file, upload_blob
from glider.types.errors import ConversionError, ValueRaisedError, describe, describe_literal, type_name
from glider.types.hints import bare
from glider.types.transformer import Types
from glider.wire.interface import LiteralType
from glider.wire.jsonform import Literal

JSON: TypeAlias = Union[Dict[str, Any], List[Any], bool, float, int, str]  # noqa: UP006, UP007

_FORMAT = "jsonl"


class Iterators:
    """Iterator[T]."""

    tag = "Typed Iterator"

    def __init__(self, types: Types) -> None:
        self._types = types

    def literal_type(self, hint: Any) -> LiteralType:
        """A collection of T."""
        (item,) = get_args(bare(hint))
        return LiteralType(collection_type=self._types.literal_type(item))

    def to_literal(self, value: Any, hint: Any, variable: str) -> Literal:
        """All the items."""
        (item,) = get_args(bare(hint))
        items = _items(value, type_name(hint), variable)
        literals = [self._types.to_literal(element, item, f"{variable}[{i}]") for i, element in enumerate(items)]
        return Literal(collection=literals_pb2.LiteralCollection(literals=literals))

    def to_python(self, literal: Literal, hint: Any, variable: str) -> LazyItems:
        """Items that are converted when they are asked for."""
        if literal.WhichOneof("value") != "collection":
            raise ConversionError(variable, expected=type_name(hint), found=describe_literal(literal))
        (item,) = get_args(bare(hint))
        return LazyItems(self._types, list(literal.collection.literals), item, variable)


class LazyItems(Iterator[Any]):
    """The items of a collection; `iter()` starts again."""

    def __init__(self, types: Types, literals: list[Literal], hint: Any, variable: str) -> None:
        self._types, self._literals, self._hint, self._variable = types, literals, hint, variable
        self._next = 0

    def __len__(self) -> int:
        return len(self._literals)

    def __iter__(self) -> LazyItems:
        self._next = 0
        return self

    def __next__(self) -> Any:
        if self._next >= len(self._literals):
            raise StopIteration
        index, self._next = self._next, self._next + 1
        return self._types.to_python(self._literals[index], self._hint, f"{self._variable}[{index}]")


class JsonLines:
    """Iterator[JSON]."""

    tag = "JSON Iterator"

    def literal_type(self, hint: Any) -> LiteralType:
        """A jsonl blob."""
        literal_type = LiteralType(blob=types_pb2.BlobType(format=_FORMAT))
        literal_type.metadata.update({"format": "json iterator"})
        return literal_type

    def to_literal(self, value: Any, hint: Any, variable: str) -> Literal:
        """Writes a line an item. As in flytekit an iterator without items is an error."""
        items = _items(value, "an iterator of JSON values", variable)
        path = new_scratch_file(os.urandom(16).hex())
        with open(path, "w", encoding="utf-8") as file:  # noqa: PTH123
            for index, item in enumerate(items):
                file.write(_line(item, f"{variable}[{index}]"))
            if not file.tell():
                raise ConversionError(variable, expected="an iterator with at least one item", found="an empty one")
        return blob_literal(upload_blob(path, variable), format=_FORMAT)

    def to_python(self, literal: Literal, hint: Any, variable: str) -> Iterator[Any]:
        """Reads a line an item, as they are asked for."""
        uri = blob_uri(literal, expected="a jsonl file", variable=variable)
        return _lines(download_blob(uri, current_access()))


def _items(value: Any, expected: str, variable: str) -> Iterator[Any]:
    """The items of the user's iterator. What its code raises is the task's own end, as if the function had raised it."""
    if not hasattr(value, "__iter__"):
        raise ConversionError(variable, expected=expected, found=describe(value))
    try:
        yield from value
    except GeneratorExit:
        raise
    except BaseException as error:
        raise ValueRaisedError from error


def _line(item: Any, variable: str) -> str:
    try:
        _check_keys(item, variable)
        return json.dumps(item, ensure_ascii=False) + "\n"
    except (TypeError, ValueError) as error:
        raise ConversionError(variable, expected="a JSON value", found=describe(item)) from error


def _check_keys(item: Any, variable: str) -> None:
    """JSON's keys are strings, and json.dumps makes strings of others without a word."""
    if isinstance(item, dict):
        for key, part in item.items():
            if not isinstance(key, str):
                raise ConversionError(variable, expected="a JSON value, whose keys are str", found=f"the key {describe(key)}")
            _check_keys(part, f"{variable}.{key}")
    elif isinstance(item, (list, tuple)):
        for part in item:
            _check_keys(part, variable)


def _lines(path: str) -> Iterator[Any]:
    with open(path, encoding="utf-8") as file:  # noqa: PTH123
        for line in file:
            if line.strip():
                yield json.loads(line)
