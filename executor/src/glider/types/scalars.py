"""The values inside structs that are one plain value each: how every type is written, read, and described in JSON schema."""

from __future__ import annotations

import base64
import datetime as dt
import decimal
import fractions
import os
import pathlib
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_NUMBERS = range(-(2**63), 2**64)  # msgpack's


@dataclass(frozen=True, kw_only=True, slots=True)
class Primitive:
    """A type that msgpack has itself. `accepts` are the Python types of its values, `fits` (in words `range_`) is what msgpack can hold."""

    accepts: tuple[type, ...]
    decode: Callable[[Any], Any]
    schema: dict[str, Any]
    encode: Callable[[Any], Any] = lambda value: value
    fits: Callable[[Any], bool] = lambda value: True
    range_: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scalar:
    """A type that travels as a string or a number. `lossy` says that not every value of it can be read back from that."""

    encode: Callable[[Any], Any]
    decode: Callable[[Any], Any]
    schema: dict[str, Any]
    lossy: bool = False


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
    return plain if isinstance(plain, bytes) else base64.b64decode(_exactly(str)(plain))


def _iso(parse: Callable[[str], Any]) -> Callable[[Any], Any]:
    """Python 3.10 doesn't know the Z of UTC."""

    def read(plain: Any) -> Any:
        text = _exactly(str)(plain)
        return parse(f"{text[:-1]}+00:00" if text.endswith("Z") else text)

    return read


def _timezone(plain: Any) -> dt.timezone:
    """As Python names those that have no name of their own."""
    match = re.fullmatch(r"UTC(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?", _exactly(str)(plain))
    if match is None:
        raise ValueError
    sign, hours, minutes, seconds = match.groups()
    if sign is None:
        return dt.timezone.utc
    offset = dt.timedelta(hours=int(hours), minutes=int(minutes), seconds=int(seconds or 0))
    return dt.timezone(-offset if sign == "-" else offset)


def _pattern(plain: Any) -> re.Pattern[Any]:
    if not isinstance(plain, (str, bytes)):
        raise ValueError
    return re.compile(plain)


def _seconds(plain: Any) -> dt.timedelta:
    return dt.timedelta(seconds=_float(plain))


def text_form(kind: Callable[[str], Any], form: str, *, lossy: bool = False) -> Scalar:
    """A class that is made of its own str()."""
    schema = {"type": "string", "format": form}
    return Scalar(encode=str, decode=lambda plain: kind(_exactly(str)(plain)), schema=schema, lossy=lossy)


def _path_form(kind: Callable[[str], Any]) -> Scalar:
    return Scalar(encode=os.fspath, decode=lambda plain: kind(_exactly(str)(plain)), schema={"type": "string", "format": "path"})


def _moment(kind: Any, form: str) -> Scalar:
    return Scalar(encode=lambda value: value.isoformat(), decode=_iso(kind.fromisoformat), schema={"type": "string", "format": form})


_BASE64 = {"type": "string", "format": "base64"}

PRIMITIVES: dict[Any, Primitive] = {
    int: Primitive(accepts=(int,), decode=_int, schema={"type": "integer"}, fits=_NUMBERS.__contains__, range_="of 64 bits"),
    float: Primitive(accepts=(float, int), decode=_float, schema={"type": "number"}, fits=lambda v: type(v) is not int or v in _NUMBERS),
    str: Primitive(accepts=(str,), decode=_exactly(str), schema={"type": "string"}),
    bool: Primitive(accepts=(bool,), decode=_exactly(bool), schema={"type": "boolean"}),
    bytes: Primitive(accepts=(bytes,), decode=_bytes, schema=_BASE64),
    bytearray: Primitive(accepts=(bytearray,), decode=lambda plain: bytearray(_bytes(plain)), schema=_BASE64, encode=bytes),
    memoryview: Primitive(accepts=(memoryview,), decode=lambda plain: memoryview(_bytes(plain)), schema=_BASE64, encode=bytes),
}

SCALARS: dict[Any, Scalar] = {
    dt.datetime: _moment(dt.datetime, "date-time"),
    dt.date: _moment(dt.date, "date"),
    dt.time: _moment(dt.time, "time"),
    dt.timedelta: Scalar(
        encode=lambda value: value.total_seconds(), decode=_seconds, schema={"type": "number", "format": "time-delta"}, lossy=True
    ),
    dt.timezone: Scalar(
        encode=lambda value: value.tzname(None),
        decode=_timezone,
        schema={"type": "string", "pattern": r"^UTC([+-][0-2][0-9]:[0-5][0-9])?$"},
        lossy=True,
    ),
    re.Pattern: Scalar(encode=lambda value: value.pattern, decode=_pattern, schema={"type": "string", "format": "regex"}, lossy=True),
    uuid.UUID: text_form(uuid.UUID, "uuid"),
    decimal.Decimal: text_form(decimal.Decimal, "decimal"),
    fractions.Fraction: text_form(fractions.Fraction, "fraction"),
    os.PathLike: _path_form(pathlib.PurePath),
}

#: The same, for classes of modules that few tasks need: by name, and the format in JSON schema.
_NAMED = {
    "zoneinfo.ZoneInfo": "time-zone",
    "ipaddress.IPv4Address": "ipv4",
    "ipaddress.IPv6Address": "ipv6",
    "ipaddress.IPv4Network": "ipv4network",
    "ipaddress.IPv6Network": "ipv6network",
    "ipaddress.IPv4Interface": "ipv4interface",
    "ipaddress.IPv6Interface": "ipv6interface",
}


def scalar_of(kind: Any) -> Scalar | None:
    """How `kind` is written and read, if it travels as one string or number."""
    if not isinstance(kind, type):
        return None
    if (known := SCALARS.get(kind)) is not None:
        return known
    if (form := _NAMED.get(f"{kind.__module__}.{kind.__qualname__}")) is not None:
        return text_form(kind, form, lossy=True)
    return _path_form(kind) if issubclass(kind, os.PathLike) else None
