"""Structs as plain data: msgpack, their form since flytekit 1.14, and the protobuf Struct of before."""

from __future__ import annotations

import math
from typing import Any, TypeAlias

from google.protobuf import struct_pb2

Json: TypeAlias = Any

MSGPACK_TAG = "msgpack"


def pack(value: Json) -> bytes:
    """`value` as msgpack, the form of structs since flytekit 1.14."""
    import msgpack

    packed: bytes = msgpack.packb(value)
    return packed


class UnreadableMsgpackError(ValueError):
    """Bytes with msgpack's tag that hold no msgpack, or more levels of it than can be read. The message names what was found."""

    def __init__(self, data: bytes, reason: object) -> None:
        super().__init__(f"{len(data)} bytes that are no msgpack ({str(reason) or 'of no known format'})")


def unpack(data: bytes) -> Json:
    """What `data` holds as msgpack; map keys may be of any type, a list among them is a tuple.

    Raises:
        UnreadableMsgpackError: it is no msgpack.
    """
    import msgpack

    try:
        try:
            return msgpack.unpackb(data, strict_map_key=False)
        except TypeError:  # a map with keys that Python can't hash
            return msgpack.unpackb(data, strict_map_key=False, object_pairs_hook=_with_hashable_keys)
    except msgpack.exceptions.StackError as error:
        raise UnreadableMsgpackError(data, "nested too deeply") from error
    except (ValueError, TypeError, RecursionError) as error:
        raise UnreadableMsgpackError(data, error) from error


def _with_hashable_keys(pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    return {_hashable(key): value for key, value in pairs}


def _hashable(key: Any) -> Any:
    return tuple(map(_hashable, key)) if isinstance(key, list) else key


def from_struct(struct: struct_pb2.Struct) -> dict[str, Json]:
    """What a protobuf Struct holds, infinity and NaN too, which protobuf's own JSON mapping refuses."""
    return {name: _from_value(value) for name, value in struct.fields.items()}


def _from_value(value: struct_pb2.Value) -> Json:
    match value.WhichOneof("kind"):
        case "struct_value":
            return from_struct(value.struct_value)
        case "list_value":
            return [_from_value(item) for item in value.list_value.values]
        case "number_value" | "string_value" | "bool_value" as kind:
            return getattr(value, kind)
        case _:
            return None


def finite_or_text(number: float) -> float | str:
    """`number`, or its proto JSON name where JSON has no such number."""
    if math.isfinite(number):
        return number
    return "NaN" if math.isnan(number) else ("Infinity" if number > 0 else "-Infinity")
