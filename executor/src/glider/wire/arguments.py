"""The value of an input as text in a command line: `{{.inputs.x}}`, as propeller writes it, which is as Go's %v does.

Where propeller gives up (maps, unions, none, structs in the old form, tables) the value is written as JSON.

The operator fills in inputs that it has. Those of a file it leaves to the executor: in their place stands `{{<mark>.inputs.x}}`. The
mark is the execution's own, so that a value which looks like a variable stays a value.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from glider.wire.contract import MAX_ARGUMENT_BYTES
from glider.wire.jsonform import FieldError, Literal, LiteralMap, from_literal, moment_of, nothing, words
from glider.wire.structs import MSGPACK_TAG, unpack

#: Go writes a float with an exponent where that is less, or not less, than these.
_SMALL, _LARGE = -4, 6
#: What has more bytes as a literal has no text that fits an argument, or hides a small one in a heap of types.
_MAX_LITERAL_BYTES = 8 * MAX_ARGUMENT_BYTES
_MAX_TEXT_BYTES = MAX_ARGUMENT_BYTES - 1


def marked(name: str, *, mark: str) -> str:
    """What stands in an argument for the input `name`, until the executor fills it in."""
    return f"{{{{{mark}.inputs.{name}}}}}"


def marked_names(arguments: Iterable[str], *, mark: str) -> frozenset[str]:
    """The inputs for which something stands in `arguments`."""
    return frozenset(name for argument in arguments for name in _marked(mark).findall(argument))


def fill_in_marked(arguments: Iterable[str], texts: Mapping[str, str], *, mark: str) -> list[str]:
    """`arguments` with the inputs in their places; one argument stays one argument."""
    return [_marked(mark).sub(lambda match: texts[match.group(1)], argument) for argument in arguments]


def _marked(mark: str) -> re.Pattern[str]:
    return re.compile(r"\{\{" + re.escape(mark) + r"\.inputs\.([^}\s]+)\}\}")


def input_texts(data: bytes, names: Collection[str], *, field: str) -> dict[str, str]:
    """The inputs `names` in `data`, a serialised LiteralMap that anybody may have written, as text for arguments.

    Raises:
        FieldError: it is none, an input isn't there, or its value can't be an argument.
    """
    literals = decode_literal_map(data, field=field).literals
    return {name: _input_text(literals.get(name), field=f"{field}: {name}") for name in sorted(names)}


def decode_literal_map(data: bytes, *, field: str) -> LiteralMap:
    """The LiteralMap in `data`.

    Raises:
        FieldError: it is none.
    """
    try:
        return LiteralMap.FromString(data)
    except Exception as error:  # protobuf's DecodeError has moved between modules from 4 to 7
        raise FieldError(field, expected="a serialised flyteidl LiteralMap", found=words(f"{len(data)} other bytes")) from error


def _input_text(literal: Literal | None, *, field: str) -> str:
    if literal is None:
        raise FieldError(field, expected="this input to be in the file", found=nothing())
    if (size := literal.ByteSize()) > _MAX_LITERAL_BYTES:
        raise FieldError(
            field, expected=f"a value of at most {_MAX_TEXT_BYTES} bytes, as an argument may have", found=words(f"{size} bytes")
        )
    try:
        text = literal_text(literal, most=_MAX_TEXT_BYTES)
        size = len(text.encode())
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise FieldError(field, expected="a value that can be written as text", found=words(str(error))) from error
    if size > _MAX_TEXT_BYTES or "\0" in text:
        expected = f"a value of at most {_MAX_TEXT_BYTES} bytes and without NUL, as an argument may have"
        raise FieldError(field, expected=expected, found=text)
    return text


def literal_text(literal: Literal, *, most: int | None = None) -> str:
    """`literal` as one argument, or part of one.

    Raises:
        ValueError: it can't be written, or has more than `most` characters.
    """
    found, length = [], 0
    for piece in _pieces(literal):
        found.append(piece)
        length += len(piece)
        if most is not None and length > most:
            raise ValueError(f"more than {most} characters")
    return "".join(found)


def _pieces(literal: Literal) -> Iterator[str]:
    match literal.WhichOneof("value"):
        case "collection":
            yield "["
            for number, item in enumerate(literal.collection.literals):
                if number:
                    yield ","
                yield from _pieces(item)
            yield "]"
        case "scalar":
            yield _scalar_text(literal)
        case _:
            yield _json(literal)


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
    whole = moment_of(timestamp).strftime("%Y-%m-%dT%H:%M:%S")
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
