"""How values are written inside structs that are one plain value each: the two kinds of forms, and what they are made of."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta, timezone
from typing import Any

NUMBERS = range(-(2**63), 2**64)  # msgpack's


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
    """A type that travels as a string or a number. `lossy` means that not every value of it can be read back from that."""

    encode: Callable[[Any], Any]
    decode: Callable[[Any], Any]
    schema: dict[str, Any]
    lossy: bool = False


def decode_int(plain: Any) -> int:
    """The console, and a protobuf Struct, have floats only."""
    if isinstance(plain, int) or (isinstance(plain, float) and plain.is_integer()):
        return int(plain)
    raise ValueError


def decode_float(plain: Any) -> float:
    """A whole number is one too."""
    if isinstance(plain, (int, float)):
        return float(plain)
    raise ValueError


def exactly(kind: type) -> Callable[[Any], Any]:
    """Passes on what is of that class; raises ValueError for the rest."""

    def check(plain: Any) -> Any:
        if isinstance(plain, kind):
            return plain
        raise ValueError

    return check


def decode_bytes(plain: Any) -> bytes:
    """From msgpack's bytes, or from base64 in the old JSON form."""
    return plain if isinstance(plain, bytes) else base64.b64decode(exactly(str)(plain))


def _iso(parse: Callable[[str], Any]) -> Callable[[Any], Any]:
    """Python 3.10 doesn't know the Z of UTC."""

    def read(plain: Any) -> Any:
        text = exactly(str)(plain)
        return parse(f"{text[:-1]}+00:00" if text.endswith("Z") else text)

    return read


def decode_timezone(plain: Any) -> timezone:
    """As Python names those that have no name of their own."""
    match = re.fullmatch(r"UTC(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?", exactly(str)(plain))
    if match is None:
        raise ValueError
    sign, hours, minutes, seconds = match.groups()
    if sign is None:
        return timezone.utc
    offset = timedelta(hours=int(hours), minutes=int(minutes), seconds=int(seconds or 0))
    return timezone(-offset if sign == "-" else offset)


def decode_pattern(plain: Any) -> re.Pattern[Any]:
    """Without its flags, which the text does not hold."""
    if not isinstance(plain, (str, bytes)):
        raise ValueError
    return re.compile(plain)


def decode_seconds(plain: Any) -> timedelta:
    """From seconds."""
    return timedelta(seconds=decode_float(plain))


def text(form: str, *, lossy: bool = False) -> Callable[[Any], Scalar]:
    """For classes that are made of their own str()."""
    schema = {"type": "string", "format": form}
    return lambda kind: Scalar(encode=str, decode=lambda plain: kind(exactly(str)(plain)), schema=schema, lossy=lossy)


def path(kind: Callable[[str], Any]) -> Scalar:
    """For a class of paths."""
    return Scalar(encode=os.fspath, decode=lambda plain: kind(exactly(str)(plain)), schema={"type": "string", "format": "path"})


def pure_path(kind: Any) -> Scalar:
    """For os.PathLike, which has no constructor."""
    import pathlib  # 5 ms of start-up, and few structs have an os.PathLike

    return path(pathlib.PurePath)


def moment(form: str) -> Callable[[Any], Scalar]:
    """For classes with ISO texts."""
    schema = {"type": "string", "format": form}
    return lambda kind: Scalar(encode=lambda value: value.isoformat(), decode=_iso(kind.fromisoformat), schema=schema)
