"""Structured values on the wire: msgpack in a binary scalar, as flytekit has written them since 1.14.

What flytekit before that wrote, a protobuf Struct, is read too, and written where FLYTE_USE_OLD_DC_FORMAT asks for it. A
Struct knows only floats: they become int again where a type requires it, and stay floats where none does, as in flytekit.
"""

from __future__ import annotations

import os
from typing import Any

from flyteidl.core import types_pb2
from google.protobuf import struct_pb2

from glider.types.errors import ConversionError, describe, type_name
from glider.types.hints import bare
from glider.types.jsonschema import as_json
from glider.wire.interface import LiteralType
from glider.wire.jsonform import Literal
from glider.wire.structs import MSGPACK_TAG, UnreadableMsgpackError, from_struct, pack, unpack

_OLD_FORMAT = "FLYTE_USE_OLD_DC_FORMAT"


def struct_type(*, schema: dict[str, Any] | None = None, fields: dict[str, LiteralType] | None = None) -> LiteralType:
    """The type of a struct that travels as msgpack, with the JSON schema and the fields' types where they are known."""
    literal_type = LiteralType(simple=types_pb2.STRUCT)
    literal_type.annotation.annotations.update({"cache-key-metadata": {"serialization-format": "msgpack"}})
    if schema is not None:
        literal_type.metadata.update(schema)
    if fields is not None:
        literal_type.structure.SetInParent()
        for name, field in fields.items():
            literal_type.structure.dataclass_type[name].CopyFrom(field)
    return literal_type


def old_format() -> bool:
    """Whether structs are to be written as protobuf Structs."""
    return os.environ.get(_OLD_FORMAT, "").lower() in ("true", "t", "1")


def packed(plain: Any, variable: str) -> Literal:
    """`plain` as a literal of either form.

    Raises:
        ConversionError: it holds what msgpack or JSON can't.
    """
    try:
        if old_format():
            struct = struct_pb2.Struct()
            struct.update(as_json(plain))
            return Literal(scalar={"generic": struct})
        return Literal(scalar={"binary": {"value": pack(plain), "tag": MSGPACK_TAG}})
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        deep = "recursion" in str(error)  # that of all within it is no one part's
        path, part = (variable, plain) if deep else _culprit(plain, variable)
        raise ConversionError(path, expected="a value that msgpack can hold", found=f"{describe(part)} ({error})") from error


def _culprit(plain: Any, path: str) -> tuple[str, Any]:
    """The innermost part that msgpack can't hold."""
    parts = plain.items() if isinstance(plain, dict) else enumerate(plain) if isinstance(plain, (list, tuple)) else ()
    for key, part in parts:
        try:
            pack(part)
        except (TypeError, ValueError, OverflowError):
            return _culprit(part, f"{path}.{key}" if isinstance(plain, dict) else f"{path}[{key}]")
    return path, plain


def is_packed(literal: Literal) -> bool:
    """Whether `literal` holds a structured value, of either form."""
    scalar = literal.scalar
    return scalar.HasField("generic") or (scalar.HasField("binary") and scalar.binary.tag == MSGPACK_TAG)


def unpacked(literal: Literal, hint: Any, variable: str) -> Any:
    """The plain value of a literal of either form, which is to be a `hint`; None for any other literal.

    Raises:
        ConversionError: the bytes are no msgpack.
    """
    scalar = literal.scalar
    if scalar.HasField("binary") and scalar.binary.tag == MSGPACK_TAG:
        try:
            return unpack(scalar.binary.value)
        except UnreadableMsgpackError as error:
            raise ConversionError(variable, expected=type_name(bare(hint)), found=str(error)) from error
    if scalar.HasField("generic"):
        return from_struct(scalar.generic)
    return None
