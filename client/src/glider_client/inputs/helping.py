"""The rows of a task's help text: each input's option with its type, its docs and its default."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flyteidl.core import types_pb2

from glider.wire.interface import LiteralType, format_type
from glider_client.inputs.declarations import Input, is_boolean, variants
from glider_client.inputs.schemas import default_of, fields_of, schema_of, shown, type_of


def rows(inputs: Sequence[Input]) -> Iterator[tuple[str, str]]:
    """Each option and its text, as click's definition lists take them."""
    for one in inputs:
        yield _option(one), " ".join(filter(None, (one.docs.strip(), _remark(one))))
        for path, schema, required in sorted(fields_of(schema_of(one.type)), key=lambda row: row[0]):
            default = f"[default: {shown(default_of(schema))}]" if "default" in schema else ""
            yield f"  {one.option}.{path} {type_of(schema)}", default or ("[required]" if required and one.required else "")


def _option(one: Input) -> str:
    if is_boolean(one.type):
        return f"{one.option} / --no-{one.name}"
    return f"{one.option} {_metavar(one.type)}"


def _metavar(literal_type: LiteralType) -> str:
    kind = literal_type.WhichOneof("type")
    if kind == "enum_type":
        return f"[{'|'.join(literal_type.enum_type.values)}]"
    if kind == "collection_type" and literal_type.collection_type.WhichOneof("type") in ("simple", "blob"):
        return f"{_metavar(literal_type.collection_type)}..."
    if kind == "union_type":
        return "|".join(
            _metavar(one) for one in variants(literal_type) if one.WhichOneof("type") != "simple" or one.simple != types_pb2.NONE
        )
    return format_type(literal_type).upper()


def _remark(one: Input) -> str:
    if one.has_default:
        return f"[default: {shown(one.default)}]"
    if one.required:
        return "[required]"
    return "" if not one.nullable else f"[may be null: --no-{one.name}]"
