"""The value of an input as text in a command line: `{{.inputs.x}}`, as propeller writes it, which is as Go's %v does.

Where propeller gives up (maps, unions, none, structs in the old form, tables) the value is written as JSON.
"""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any

from glider.wire.jsonform import MSGPACK_TAG, Literal, from_literal, unpack

#: Go writes a float with an exponent where that is less, or not less, than these.
_SMALL, _LARGE = -4, 6


def literal_text(literal: Literal) -> str:
    """`literal` as one argument, or part of one."""
    match literal.WhichOneof("value"):
        case "collection":
            return "[" + ",".join(literal_text(item) for item in literal.collection.literals) + "]"
        case "scalar":
            return _scalar_text(literal)
        case _:
            return _json(literal)


def _scalar_text(literal: Literal) -> str:
    scalar = literal.scalar
    match scalar.WhichOneof("value"):
        case "primitive":
            return _primitive_text(scalar.primitive)
        case "blob":
            return str(scalar.blob.uri)
        case "schema":
            return str(scalar.schema.uri)
        case "binary" if scalar.binary.tag == MSGPACK_TAG:
            return go_text(unpack(scalar.binary.value))
        case _:
            return _json(literal)


def _primitive_text(primitive: Any) -> str:
    match primitive.WhichOneof("value"):
        case "datetime":
            return _timestamp_text(primitive.datetime)
        case "duration":
            parts = {"seconds": primitive.duration.seconds, "nanos": primitive.duration.nanos}
            return " ".join(f"{name}:{value}" for name, value in parts.items() if value)
        case None:
            return ""
        case kind:
            return go_text(getattr(primitive, kind))


def _timestamp_text(timestamp: Any) -> str:
    """RFC 3339, with as many digits of a second as there are."""
    whole = timestamp.ToDatetime().strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f"{timestamp.nanos:09}".rstrip("0")
    return f"{whole}.{fraction}Z" if fraction else f"{whole}Z"


def go_text(value: Any) -> str:
    """`value` as Go's %v writes it."""
    match value:
        case None:
            return "<nil>"
        case bool():
            return "true" if value else "false"
        case float():
            return _float_text(value)
        case bytes():
            return "[" + " ".join(str(byte) for byte in value) + "]"
        case list():
            return "[" + " ".join(go_text(item) for item in value) + "]"
        case dict():
            keys = sorted(value, key=lambda key: (isinstance(key, str), key))
            return "map[" + " ".join(f"{go_text(key)}:{go_text(value[key])}" for key in keys) + "]"
        case _:
            return str(value)


def _float_text(value: float) -> str:
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("+Inf" if value > 0 else "-Inf")
    if value == 0:
        return "-0" if math.copysign(1, value) < 0 else "0"
    sign, digits, power = Decimal(repr(value)).normalize().as_tuple()
    first, rest = str(digits[0]), "".join(map(str, digits[1:]))
    exponent = len(rest) + int(power)
    if _SMALL <= exponent < _LARGE:
        return f"{value:.{max(0, -int(power))}f}"
    mantissa = f"{first}.{rest}" if rest else first
    return f"{'-' if sign else ''}{mantissa}e{'-' if exponent < 0 else '+'}{abs(exponent):02}"


def _json(literal: Literal) -> str:
    return json.dumps(from_literal(literal), ensure_ascii=False, separators=(",", ":"))
