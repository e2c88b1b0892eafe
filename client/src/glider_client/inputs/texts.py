"""One word of a command line as JSON, by its type: the form that `spec.inputs` has.

Only what the text decides is checked here. Ranges, items and the like are checked with the whole value (`gathering`).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flyteidl.core import types_pb2

from glider.wire.durations import format_duration
from glider.wire.interface import LiteralType, format_type
from glider.wire.jsonform import FieldError, words
from glider.wire.structs import finite_or_text
from glider_client.inputs.declarations import nearest, variants
from glider_client.inputs.documents import structured
from glider_client.inputs.moments import DATETIMES, DURATIONS, duration, moment

Json = Any

#: More digits than 64 bits take, with leading zeros; Python refuses to read thousands.
_LONGEST_INTEGER = 100
_INTEGER = re.compile(r"[+-]?\d+(?:_\d+)*", re.ASCII)
_BOOLEANS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
#: A value that stands in a file, as for curl; and a file's name by itself, as `pyflyte run` takes it.
FILE_MARK = "@"
_SUFFIXES = (".json", ".yaml", ".yml")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What reading a word takes beside its type: the time, and what a file of JSON or YAML holds."""

    now: datetime
    document: Callable[[str, str], Json]


def value_of(text: str, literal_type: LiteralType, *, field: str, reading: Reading) -> Json:
    """The JSON of one word.

    Raises:
        FieldError: it isn't of that type.
    """
    match literal_type.WhichOneof("type"):
        case "simple":
            return _simple(text, literal_type, field, reading)
        case "collection_type" | "map_value_type":
            return _structured(text, literal_type, field, reading)
        case "enum_type":
            choices = list(literal_type.enum_type.values)
            if text not in choices:
                raise FieldError(field, expected=f"one of {', '.join(choices)}", found=words(f'"{text}"{nearest(text, choices)}'))
            return text
        case "union_type":
            return _union(text, literal_type, field, reading)
        case _:
            return text


def _simple(text: str, literal_type: LiteralType, field: str, reading: Reading) -> Json:
    match literal_type.simple:
        case types_pb2.INTEGER:
            if not _INTEGER.fullmatch(text) or len(text) > _LONGEST_INTEGER:
                raise FieldError(field, expected="integer (64 bits)" if _INTEGER.fullmatch(text) else "integer", found=text)
            return int(text)
        case types_pb2.FLOAT:
            return _float(text, field)
        case types_pb2.BOOLEAN:
            if text.lower() not in _BOOLEANS:
                raise FieldError(field, expected="true or false", found=text)
            return _BOOLEANS[text.lower()]
        case types_pb2.DATETIME:
            return _datetime(text, field, reading.now)
        case types_pb2.DURATION:
            try:
                return format_duration(duration(text))
            except ValueError as error:
                raise FieldError(field, expected=DURATIONS, found=text) from error
        case types_pb2.NONE:
            if text not in ("null", "none", "None", ""):
                raise FieldError(field, expected="null", found=text)
            return None
        case types_pb2.STRUCT:
            return _structured(text, literal_type, field, reading)
        case _:
            return _choice(text, literal_type)


def _choice(text: str, literal_type: LiteralType) -> Json:
    """Text; or the integer of a typing.Literal that has integers."""
    allowed = literal_type.annotation.annotations
    numbers = "literal_values" in allowed and any(isinstance(one, float) for one in allowed["literal_values"])  # type: ignore[union-attr]
    return int(text) if numbers and _INTEGER.fullmatch(text) and len(text) <= _LONGEST_INTEGER else text


def _float(text: str, field: str) -> Json:
    try:
        number = float(text)
    except ValueError as error:
        raise FieldError(field, expected="float", found=text) from error
    return number if math.isfinite(number) else finite_or_text(number)


def _datetime(text: str, field: str, now: datetime) -> str:
    try:
        found = moment(text, now=now)
        return found.astimezone(UTC).isoformat().replace("+00:00", "Z")
    except (ValueError, OverflowError) as error:
        raise FieldError(field, expected=DATETIMES, found=text) from error


def _structured(text: str, literal_type: LiteralType, field: str, reading: Reading) -> Json:
    if text.startswith(FILE_MARK):
        return reading.document(text[1:], field)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        if (value := structured(text)) is not None:
            return value
        if text.endswith(_SUFFIXES):
            return reading.document(text, field)
        expected = f"{format_type(literal_type)} as JSON or YAML, or {FILE_MARK}FILE of it"
        raise FieldError(field, expected=expected, found=text) from error


def _union(text: str, literal_type: LiteralType, field: str, reading: Reading) -> Json:
    """The first variant that takes it, those that take any text last, as in `pyflyte run`."""
    errors = []
    for variant in sorted(variants(literal_type), key=_takes_all):
        try:
            return value_of(text, variant, field=field, reading=reading)
        except FieldError as error:
            errors.append((variant, error))
    informative = [error for variant, error in errors if variant.simple != types_pb2.NONE or variant.WhichOneof("type") != "simple"]
    if len(informative) == 1:
        raise informative[0]
    raise FieldError(field, expected=format_type(literal_type), found=text)


def _takes_all(literal_type: LiteralType) -> int:
    kind = literal_type.WhichOneof("type")
    if kind == "simple":
        return {types_pb2.STRING: 2, types_pb2.NONE: 3}.get(literal_type.simple, 0)
    return 1 if kind in ("blob", "structured_dataset_type", "schema") else 0
