"""The table of native types: those whose values are one text, number or moment. A row has all that there is about one.

Each row has two forms: `alone`, a literal of its own (`simple`), and `inside`, a plain value within a struct (`scalars`), with its
JSON schema. Classes stand there by name, so that a row costs nothing until a task has its type.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from flyteidl.core import types_pb2

from glider.types.scalars import (
    NUMBERS,
    Primitive,
    Scalar,
    decode_bytes,
    decode_float,
    decode_int,
    decode_pattern,
    decode_seconds,
    decode_timezone,
    exactly,
    moment,
    path,
    pure_path,
    text,
)
from glider.types.simple import (
    Nothing,
    Simple,
    field_of,
    pack_date,
    pack_datetime,
    pack_int,
    pack_str,
    pack_timedelta,
    unpack_date,
    unpack_datetime,
    unpack_float,
    unpack_int,
    unpack_timedelta,
)
from glider.types.transformer import Transformer

_BASE64 = {"type": "string", "format": "base64"}


@dataclass(frozen=True, kw_only=True, slots=True)
class NativeType:
    """One row. Both forms are made for the class that is called `name`.

    Args:
        name: the class' module and qualified name.
        inside: how its values are written inside a struct; None where they can't be there, or have a form of their own.
        alone: the transformer of a literal of its own, given the class and its form inside; None where it travels as a pickle.
    """

    name: str
    inside: Callable[[Any], Primitive | Scalar] | None = None
    alone: Callable[[Any, Scalar | None], Transformer] | None = None


def _same(form: Primitive | Scalar) -> Callable[[Any], Primitive | Scalar]:
    return lambda kind: form


#: A Python type is added by its row here, and by a line in docs/tasks.md.
NATIVE_TYPES: dict[str, NativeType] = {
    row.name: row
    for row in (
        NativeType(
            name="builtins.int",
            alone=partial(Simple, tag="int", simple=types_pb2.INTEGER, pack=pack_int, unpack_primitive=unpack_int, range_="of 64 bits"),
            inside=_same(
                Primitive(accepts=(int,), decode=decode_int, schema={"type": "integer"}, fits=NUMBERS.__contains__, range_="of 64 bits")
            ),
        ),
        NativeType(
            name="builtins.float",
            alone=partial(Simple, tag="float", simple=types_pb2.FLOAT, pack=lambda v: {"float_value": v}, unpack_primitive=unpack_float),
            inside=_same(
                Primitive(
                    accepts=(float, int), decode=decode_float, schema={"type": "number"}, fits=lambda v: type(v) is not int or v in NUMBERS
                )
            ),
        ),
        NativeType(
            name="builtins.str",
            alone=partial(
                Simple,
                tag="str",
                simple=types_pb2.STRING,
                pack=pack_str,
                unpack_primitive=field_of("string_value"),
                range_="that UTF-8 can hold (no lone surrogates)",
            ),
            inside=_same(Primitive(accepts=(str,), decode=exactly(str), schema={"type": "string"})),
        ),
        NativeType(
            name="builtins.bool",
            alone=partial(
                Simple, tag="bool", simple=types_pb2.BOOLEAN, pack=lambda v: {"boolean": v}, unpack_primitive=field_of("boolean")
            ),
            inside=_same(Primitive(accepts=(bool,), decode=exactly(bool), schema={"type": "boolean"})),
        ),
        NativeType(name="builtins.NoneType", alone=lambda kind, scalar: Nothing()),
        NativeType(name="builtins.bytes", inside=_same(Primitive(accepts=(bytes,), decode=decode_bytes, schema=_BASE64))),
        NativeType(
            name="builtins.bytearray",
            inside=_same(
                Primitive(accepts=(bytearray,), decode=lambda plain: bytearray(decode_bytes(plain)), schema=_BASE64, encode=bytes)
            ),
        ),
        NativeType(
            name="builtins.memoryview",
            inside=_same(
                Primitive(accepts=(memoryview,), decode=lambda plain: memoryview(decode_bytes(plain)), schema=_BASE64, encode=bytes)
            ),
        ),
        NativeType(
            name="datetime.datetime",
            alone=partial(
                Simple,
                tag="datetime",
                simple=types_pb2.DATETIME,
                pack=pack_datetime,
                unpack_primitive=unpack_datetime,
                range_="in the years 1 to 9999 of UTC",
            ),
            inside=moment("date-time"),
        ),
        NativeType(
            name="datetime.date",
            alone=partial(Simple, tag="date", simple=types_pb2.DATETIME, pack=pack_date, unpack_primitive=unpack_date),
            inside=moment("date"),
        ),
        NativeType(name="datetime.time", inside=moment("time")),
        NativeType(
            name="datetime.timedelta",
            alone=partial(Simple, tag="timedelta", simple=types_pb2.DURATION, pack=pack_timedelta, unpack_primitive=unpack_timedelta),
            inside=_same(
                Scalar(
                    encode=lambda value: value.total_seconds(),
                    decode=decode_seconds,
                    schema={"type": "number", "format": "time-delta"},
                    lossy=True,
                )
            ),
        ),
        NativeType(
            name="datetime.timezone",
            inside=_same(
                Scalar(
                    encode=lambda value: value.tzname(None),
                    decode=decode_timezone,
                    schema={"type": "string", "pattern": r"^UTC([+-][0-2][0-9]:[0-5][0-9])?$"},
                    lossy=True,
                )
            ),
        ),
        NativeType(
            name="re.Pattern",
            inside=_same(
                Scalar(encode=lambda value: value.pattern, decode=decode_pattern, schema={"type": "string", "format": "regex"}, lossy=True)
            ),
        ),
        NativeType(name="uuid.UUID", inside=text("uuid")),
        NativeType(name="decimal.Decimal", inside=text("decimal")),
        NativeType(name="fractions.Fraction", inside=text("fraction")),
        NativeType(name="os.PathLike", inside=pure_path),
        NativeType(name="zoneinfo.ZoneInfo", inside=text("time-zone", lossy=True)),
        NativeType(name="ipaddress.IPv4Address", inside=text("ipv4", lossy=True)),
        NativeType(name="ipaddress.IPv6Address", inside=text("ipv6", lossy=True)),
        NativeType(name="ipaddress.IPv4Network", inside=text("ipv4network", lossy=True)),
        NativeType(name="ipaddress.IPv6Network", inside=text("ipv6network", lossy=True)),
        NativeType(name="ipaddress.IPv4Interface", inside=text("ipv4interface", lossy=True)),
        NativeType(name="ipaddress.IPv6Interface", inside=text("ipv6interface", lossy=True)),
    )
}


@cache
def native_transformer(kind: type) -> Transformer | None:
    """The transformer of exactly `kind`, if it is a native type with a literal of its own."""
    row = NATIVE_TYPES.get(f"{kind.__module__}.{kind.__qualname__}")
    return row.alone(kind, scalar_of(kind)) if row is not None and row.alone is not None else None


def primitive_of(kind: Any) -> Primitive | None:
    """How exactly `kind` is written inside a struct, if msgpack has it."""
    found = _inside(kind)
    return found if isinstance(found, Primitive) else None


def scalar_of(kind: Any) -> Scalar | None:
    """How `kind` is written inside a struct, if it travels as one string or number there. Paths are of many classes."""
    found = _inside(kind)
    if found is None and isinstance(kind, type) and issubclass(kind, os.PathLike):
        return path(kind)
    return found if isinstance(found, Scalar) else None


def _inside(kind: Any) -> Primitive | Scalar | None:
    row = NATIVE_TYPES.get(f"{kind.__module__}.{kind.__qualname__}") if isinstance(kind, type) else None
    return row.inside(kind) if row is not None and row.inside is not None else None
