"""The values inside structs that are one plain value each: how every type is written, read, and described in JSON schema."""

from __future__ import annotations

import base64
import collections
import collections.abc
import datetime as dt
import decimal
import fractions
import os
import pathlib
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Primitive:
    """A type that msgpack has itself. `accepts` are the Python types of its values."""

    accepts: tuple[type, ...]
    decode: Callable[[Any], Any]
    schema: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Scalar:
    """A type that travels as a string or a number."""

    encode: Callable[[Any], Any]
    decode: Callable[[Any], Any]
    schema: dict[str, Any]


def _int(plain: Any) -> int:
    """The console, and a protobuf Struct, have floats only."""
    if isinstance(plain, int) or (isinstance(plain, float) and plain.is_integer()):
        return int(plain)
    raise ValueError


def _float(plain: Any) -> float:
    if isinstance(plain, (int, float)):
        return float(plain)
    raise ValueError


def _exactly(kind: type) -> Callable[[Any], Any]:
    def check(plain: Any) -> Any:
        if isinstance(plain, kind):
            return plain
        raise ValueError

    return check


def _bytes(plain: Any) -> bytes:
    """From msgpack's bytes, or from base64 in the old JSON form."""
    return plain if isinstance(plain, bytes) else base64.b64decode(plain)


def _iso(parse: Callable[[str], Any]) -> Callable[[Any], Any]:
    """Python 3.10 doesn't know the Z of UTC."""
    return lambda plain: parse(f"{plain[:-1]}+00:00" if plain.endswith("Z") else plain)


def _text(kind: Callable[[str], Any], form: str) -> Scalar:
    return Scalar(encode=str, decode=lambda plain: kind(_exactly(str)(plain)), schema={"type": "string", "format": form})


def _moment(kind: Any, form: str) -> Scalar:
    return Scalar(encode=lambda value: value.isoformat(), decode=_iso(kind.fromisoformat), schema={"type": "string", "format": form})


PRIMITIVES: dict[Any, Primitive] = {
    int: Primitive(accepts=(int,), decode=_int, schema={"type": "integer"}),
    float: Primitive(accepts=(float, int), decode=_float, schema={"type": "number"}),
    str: Primitive(accepts=(str,), decode=_exactly(str), schema={"type": "string"}),
    bool: Primitive(accepts=(bool,), decode=_exactly(bool), schema={"type": "boolean"}),
    bytes: Primitive(accepts=(bytes,), decode=_bytes, schema={"type": "string", "format": "base64"}),
}

SCALARS: dict[Any, Scalar] = {
    dt.datetime: _moment(dt.datetime, "date-time"),
    dt.date: _moment(dt.date, "date"),
    dt.time: _moment(dt.time, "time"),
    dt.timedelta: Scalar(
        encode=lambda value: value.total_seconds(),
        decode=lambda plain: dt.timedelta(seconds=plain),
        schema={"type": "number", "format": "time-delta"},
    ),
    uuid.UUID: _text(uuid.UUID, "uuid"),
    decimal.Decimal: _text(decimal.Decimal, "decimal"),
    fractions.Fraction: _text(fractions.Fraction, "fraction"),
    **{kind: _text(kind, "path") for kind in (pathlib.Path, pathlib.PurePath, pathlib.PosixPath, pathlib.PurePosixPath)},
    os.PathLike: _text(pathlib.PurePath, "path"),
}

#: What is written as a list, and how it is read back.
SEQUENCES: dict[Any, Callable[[Iterable[Any]], Any]] = {
    list: list,
    tuple: tuple,
    set: set,
    frozenset: frozenset,
    collections.deque: collections.deque,
    collections.abc.Sequence: list,
    collections.abc.Set: set,
    collections.abc.Collection: list,
}
