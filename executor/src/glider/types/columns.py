"""The columns of data sets and schemas, as an author names them and as Flyte's types do."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing
from collections.abc import Mapping
from typing import Any

from flyteidl.core import types_pb2

from glider.types.errors import InterfaceError, type_name
from glider.wire.interface import LiteralType

Column = types_pb2.StructuredDatasetType.DatasetColumn
_SchemaColumn = types_pb2.SchemaType.SchemaColumn

_SIMPLE: dict[Any, types_pb2.SimpleType] = {
    int: types_pb2.INTEGER,
    float: types_pb2.FLOAT,
    str: types_pb2.STRING,
    bool: types_pb2.BOOLEAN,
    dt.datetime: types_pb2.DATETIME,
    dt.timedelta: types_pb2.DURATION,
}
_NUMPY = {
    **dict.fromkeys(("int32", "int64", "uint32", "uint64"), types_pb2.INTEGER),
    **dict.fromkeys(("float32", "float64"), types_pb2.FLOAT),
    **dict.fromkeys(("bool", "bool_"), types_pb2.BOOLEAN),
    **dict.fromkeys(("bytes_", "str_", "object_"), types_pb2.STRING),
    "datetime64": types_pb2.DATETIME,
    "timedelta64": types_pb2.DURATION,
}
_OF_SCHEMA = {
    types_pb2.INTEGER: _SchemaColumn.INTEGER,
    types_pb2.FLOAT: _SchemaColumn.FLOAT,
    types_pb2.STRING: _SchemaColumn.STRING,
    types_pb2.BOOLEAN: _SchemaColumn.BOOLEAN,
    types_pb2.DATETIME: _SchemaColumn.DATETIME,
    types_pb2.DURATION: _SchemaColumn.DURATION,
}
_FROM_SCHEMA = {schema: simple for simple, schema in _OF_SCHEMA.items()}


def dataset_columns(columns: Mapping[str, Any]) -> list[Column]:
    """The columns of a data set; nested ones get a name with dots.

    Raises:
        InterfaceError: a column of a type that Flyte has no columns of.
    """
    found: list[Column] = []
    for name, hint in columns.items():
        nested = typing.get_type_hints(hint) if dataclasses.is_dataclass(hint) else hint
        if isinstance(nested, Mapping):
            inner = {f"{name}.{key}": value for key, value in nested.items()}
            found.extend(dataset_columns(inner))
        else:
            found.append(Column(name=name, literal_type=_column_type(hint, name)))
    return found


def _column_type(hint: Any, name: str) -> LiteralType:
    arguments = typing.get_args(hint)
    if typing.get_origin(hint) is list:
        return LiteralType(collection_type=_column_type(arguments[0], name))
    if typing.get_origin(hint) is dict:
        return LiteralType(map_value_type=_column_type(arguments[1], name))
    return LiteralType(simple=_simple(hint, name))


def schema_type(columns: Mapping[str, Any]) -> types_pb2.SchemaType:
    """The columns of a FlyteSchema; raises InterfaceError."""
    found = [_SchemaColumn(name=name, type=_OF_SCHEMA[_simple(hint, name)]) for name, hint in columns.items()]
    return types_pb2.SchemaType(columns=found)


def columns_of_schema(schema: types_pb2.SchemaType) -> list[Column]:
    """A schema's columns as those of a data set."""
    return [Column(name=column.name, literal_type=LiteralType(simple=_FROM_SCHEMA[column.type])) for column in schema.columns]


def _simple(hint: Any, name: str) -> types_pb2.SimpleType:
    if hint in _SIMPLE:
        return _SIMPLE[hint]
    if getattr(hint, "__module__", "") == "numpy" and hint.__name__ in _NUMPY:
        return _NUMPY[hint.__name__]
    raise InterfaceError(f"the column {name}: expected int, float, str, bool, datetime or timedelta, found {type_name(hint)}")
