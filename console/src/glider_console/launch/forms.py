"""The form for a task: a control for each input, by its type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flyteidl.core import types_pb2

from glider.wire.interface import LiteralType, format_type
from glider.wire.jsonform import choices_of, describe
from glider_client.inputs.declarations import Input, variants
from glider_client.inputs.schemas import schema_of
from glider_console.launch.controls import Control, Kind, Part
from glider_console.launch.fields import struct

#: What is nested more deeply is entered as JSON.
_DEEPEST = 6
_PICKLE = "PythonPickle"


def form_of(inputs: Sequence[Input]) -> tuple[Part, ...]:
    """The parts of a form, in the order of the interface."""
    return tuple(
        Part(
            name=one.name,
            control=control_of(one.type),
            required=one.required,
            docs=one.docs,
            default=one.default,
            has_default=one.has_default,
        )
        for one in inputs
    )


def control_of(literal_type: LiteralType, *, levels: int = _DEEPEST) -> Control:
    """The control for a value of `literal_type`."""
    kind, words = literal_type.WhichOneof("type"), format_type(literal_type)
    match kind:
        case "simple":
            return _simple(literal_type, words, levels)
        case "enum_type":
            return Control(kind=Kind.CHOICE, type=words, choices=tuple(literal_type.enum_type.values), literal=literal_type)
        case "collection_type" | "map_value_type":
            if levels < 1:
                return Control(kind=Kind.JSON, type=words, literal=literal_type)
            inner = control_of(getattr(literal_type, kind), levels=levels - 1)
            return Control(kind=Kind.LIST if kind == "collection_type" else Kind.MAP, type=words, item=inner, literal=literal_type)
        case "blob" | "structured_dataset_type" | "schema":
            return Control(kind=Kind.URI, type="table" if kind == "schema" else words, hint=_hint(literal_type), literal=literal_type)
        case "union_type":
            return _union(literal_type, words, levels)
        case _:
            return _opaque(words)


def _simple(literal_type: LiteralType, words: str, levels: int) -> Control:
    if choices := choices_of(literal_type):
        texts = tuple(one if isinstance(one, str) else describe(one) for one in choices)
        return Control(kind=Kind.CHOICE, type=words, choices=texts, literal=literal_type)
    if literal_type.simple == types_pb2.STRUCT:
        return replace(struct(schema_of(literal_type), levels=levels), literal=literal_type, schema=None)
    kind = _SIMPLE.get(literal_type.simple)
    return _opaque(words) if kind is None else Control(kind=kind, type=words, literal=literal_type)


def _union(literal_type: LiteralType, words: str, levels: int) -> Control:
    """What may be null is a control of the other type; of several types one is chosen first."""
    kinds = [one for one in variants(literal_type) if not _is_none(one)]
    nullable = len(kinds) < len(variants(literal_type))
    if len(kinds) == 1:
        inner = control_of(kinds[0], levels=levels)
        return replace(inner, nullable=nullable, type=f"{inner.type}, or null" if nullable else inner.type, literal=literal_type)
    if not kinds or levels < 1:
        return Control(kind=Kind.JSON if kinds else Kind.NONE, type=words, nullable=nullable, literal=literal_type)
    inners = tuple(control_of(one, levels=levels - 1) for one in kinds)
    return Control(kind=Kind.UNION, type=words, nullable=nullable, variants=inners, literal=literal_type)


def _opaque(words: str) -> Control:
    hint = f"A {words} has no form in plain JSON, so it can't be entered here. Give all inputs as one file (inputsUri) instead."
    return Control(kind=Kind.OPAQUE, type=words, hint=hint)


def _hint(literal_type: LiteralType) -> str:
    if literal_type.WhichOneof("type") != "blob":
        return f"The URI of a table{_columns(literal_type)}, such as s3://bucket/table.parquet."
    if literal_type.blob.format == _PICKLE:
        return "A value that Python has pickled can't be entered; this is the URI of its file, such as s3://bucket/value.pickle."
    if literal_type.blob.dimensionality == types_pb2.BlobType.MULTIPART:
        return "The URI of a folder, such as s3://bucket/folder."
    return "The URI of a file, such as s3://bucket/file.csv."


def _columns(literal_type: LiteralType) -> str:
    table = literal_type.schema if literal_type.WhichOneof("type") == "schema" else literal_type.structured_dataset_type
    names = ", ".join(column.name for column in table.columns)
    return f" with the columns {names}" if names else ""


def _is_none(literal_type: LiteralType) -> bool:
    return literal_type.WhichOneof("type") == "simple" and literal_type.simple == types_pb2.NONE


_SIMPLE = {
    types_pb2.INTEGER: Kind.INTEGER,
    types_pb2.FLOAT: Kind.FLOAT,
    types_pb2.STRING: Kind.STRING,
    types_pb2.BOOLEAN: Kind.BOOLEAN,
    types_pb2.DATETIME: Kind.DATETIME,
    types_pb2.DURATION: Kind.DURATION,
    types_pb2.NONE: Kind.NONE,
}
