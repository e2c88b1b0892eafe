"""Plain JSON <-> Literal: what a person writes under `spec.inputs`, and what they read under `status.outputs`.

The interface determines which Literal a JSON value becomes; on the way back the Literal itself determines the value.
JSON has one kind of number, and no NaN: a float that is not finite is written as proto JSON does, "NaN", "Infinity" or "-Infinity".
"""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, TypeAlias

from flyteidl.core import literals_pb2, types_pb2
from google.protobuf import timestamp_pb2

from glider.wire.durations import format_duration, parse_duration
from glider.wire.interface import LiteralType, format_type, tagged, written_in_yaml, yaml_hint
from glider.wire.masking import masked
from glider.wire.structs import MSGPACK_TAG, UnreadableMsgpackError, finite_or_text, from_struct, pack, unpack

Literal: TypeAlias = literals_pb2.Literal
LiteralMap: TypeAlias = literals_pb2.LiteralMap
Json: TypeAlias = Any

#: protobuf's own limit.
_LONGEST_DURATION = timedelta(seconds=315_576_000_000)
_INT64 = 2**63
_NON_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class FieldError(ValueError):
    """A value that doesn't fit: names the field, what was expected and what was found."""

    def __init__(self, field: str, *, expected: str, found: object) -> None:
        self.field = field
        self.expected = expected
        self.found = describe(found) if not isinstance(found, _Text) else str(found)
        super().__init__(f"{field}: expected {expected}, found {self.found}")

    def within(self, place: str) -> FieldError:
        """The same of a field in `place`, such as a file."""
        return FieldError(f"{place}: {self.field}" if self.field else place, expected=self.expected, found=words(self.found))

    def below(self, path: str, *, why: str) -> FieldError:
        """The same error with its field below `path`, and why more is expected there."""
        return FieldError(f"{path}.{self.field}", expected=f"{self.expected}, {why}", found=words(self.found))


class _Text(str):
    """What `words` makes."""


def nothing() -> str:
    """The `found` of a value that isn't there."""
    return words("nothing")


def words(text: str) -> str:
    """The `found` of what is better described than shown."""
    return _Text(text)


def describe(value: object, *, limit: int = 60) -> str:
    """`value` as a person would write it in JSON, cut to about `limit` characters."""
    import json

    try:
        text = json.dumps(value, ensure_ascii=False, default=repr)
    except (TypeError, ValueError, RecursionError):  # keys that JSON hasn't, a value that holds itself, too many levels
        text = f"a {type(value).__name__} that JSON can't hold"
    text = masked(text).encode(errors="backslashreplace").decode()  # halves of surrogate pairs can't be printed
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text)} characters)"


def to_literal_map(
    values: Mapping[str, Json], types: Mapping[str, LiteralType], *, field: str, left_out: Collection[str] = ()
) -> LiteralMap:
    """The LiteralMap of `values`, one of each name in `types`.

    Args:
        values: the JSON object that somebody wrote.
        types: the interface's types by name.
        field: the path of `values` in the resource, for messages.
        left_out: names that are in the map only if they are in `values`.

    Raises:
        FieldError: a value is missing, superfluous or of another type.
    """
    for name in values:
        if name not in types:
            expected = f"one of {', '.join(sorted(types))}" if types else "no inputs"
            raise FieldError(f"{field}.{name}", expected=expected, found=words(f'the unknown name "{name}"{yaml_hint(name, types)}'))
    literals = {}
    for name, literal_type in types.items():
        if name in values:
            literals[name] = to_literal(values[name], literal_type, field=f"{field}.{name}")
        elif name in left_out:
            continue
        elif accepts_none(literal_type):
            literals[name] = to_literal(None, literal_type, field=f"{field}.{name}")
        else:
            raise FieldError(f"{field}.{name}", expected=format_type(literal_type), found=nothing())
    return LiteralMap(literals=literals)


def accepts_none(literal_type: LiteralType) -> bool:
    """Whether null is a value of `literal_type`, so that it may be left out."""
    if literal_type.WhichOneof("type") == "union_type":
        return any(accepts_none(variant) for variant in literal_type.union_type.variants)
    return literal_type.WhichOneof("type") == "simple" and literal_type.simple == types_pb2.NONE


def to_literal(value: Json, literal_type: LiteralType, *, field: str) -> Literal:
    """The Literal of one JSON `value` of type `literal_type`.

    Raises:
        FieldError: `value` isn't of that type.
    """
    try:
        return _literal(value, literal_type, field)
    except FieldError:
        raise
    except (ValueError, TypeError, OverflowError, RecursionError) as error:  # what neither protobuf nor msgpack can hold
        raise FieldError(field, expected=f"{format_type(literal_type)} ({error})", found=value) from error


def _literal(value: Json, literal_type: LiteralType, field: str) -> Literal:
    match literal_type.WhichOneof("type"):
        case "simple":
            return _simple(value, literal_type, field)
        case "collection_type":
            if not isinstance(value, list):
                raise FieldError(field, expected=format_type(literal_type), found=value)
            items = [to_literal(item, literal_type.collection_type, field=f"{field}[{i}]") for i, item in enumerate(value)]
            return Literal(collection=literals_pb2.LiteralCollection(literals=items))
        case "map_value_type":
            if not isinstance(value, dict):
                raise FieldError(field, expected=format_type(literal_type), found=value)
            entries = {key: to_literal(item, literal_type.map_value_type, field=f"{field}.{key}") for key, item in value.items()}
            return Literal(map=LiteralMap(literals=entries))
        case "blob":
            if not isinstance(value, str) or not value:
                raise FieldError(field, expected=f"the URI of a {format_type(literal_type)}", found=value)
            return Literal(scalar={"blob": {"uri": value, "metadata": {"type": literal_type.blob}}})
        case "schema" | "structured_dataset_type" as kind:
            if not isinstance(value, str) or not value:
                raise FieldError(field, expected="the URI of a table", found=value)
            return _table(value, kind, literal_type)
        case "union_type":
            return _union(value, literal_type, field)
        case "enum_type":
            if value not in literal_type.enum_type.values:
                raise FieldError(field, expected=f"one of {', '.join(literal_type.enum_type.values)}", found=not_text(value))
            return Literal(scalar={"primitive": {"string_value": value}})
        case _:
            kind = format_type(literal_type)
            raise FieldError(field, expected=f"spec.inputsUri, since a {kind} has no form in plain JSON", found=value)


def _union(value: Json, literal_type: LiteralType, field: str) -> Literal:
    for variant in literal_type.union_type.variants:
        try:
            inner = to_literal(value, variant, field=field)
        except FieldError:
            continue
        return Literal(scalar={"union": {"value": inner, "type": tagged(variant)}})
    raise FieldError(field, expected=format_type(literal_type), found=value)


def _table(uri: str, kind: str, literal_type: LiteralType) -> Literal:
    if kind == "schema":
        return Literal(scalar={"schema": {"uri": uri, "type": literal_type.schema}})
    metadata = {"structured_dataset_type": literal_type.structured_dataset_type}
    return Literal(scalar={"structured_dataset": {"uri": uri, "metadata": metadata}})


def _simple(value: Json, literal_type: LiteralType, field: str) -> Literal:
    convert = _SIMPLE_FROM_JSON.get(literal_type.simple)
    if literal_type.simple == types_pb2.STRUCT:
        value = _packable(value, field)
    scalar = convert(value) if convert else None
    choices = choices_of(literal_type)
    found = not_text(value) if literal_type.simple == types_pb2.STRING else value
    if choices and value not in choices:
        raise FieldError(field, expected=f"one of {', '.join(map(describe, choices))}", found=found)
    if scalar is None:
        raise FieldError(field, expected=_SIMPLE_EXPECTED.get(literal_type.simple, format_type(literal_type)), found=found)
    return Literal(scalar=scalar)


def not_text(value: Any) -> Any:
    """`value` where text is expected, with what YAML may have made it of."""
    if not isinstance(value, bool):
        return value
    made = describe(value)
    return words(f"{made} (YAML makes {made} of an unquoted {written_in_yaml(made)}: write it in quotes)")


def choices_of(literal_type: LiteralType) -> list[Json]:
    """What flytekit's typing.Literal allows; a protobuf Struct has made floats of integers."""
    annotations = literal_type.annotation.annotations
    values = list(annotations["literal_values"]) if "literal_values" in annotations else []  # type: ignore[arg-type]
    return [int(value) if isinstance(value, float) and value.is_integer() else value for value in values]


def _integer(value: Json) -> literals_pb2.Scalar | None:
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**63) <= value < 2**63:
        return None
    return literals_pb2.Scalar(primitive={"integer": value})


def _float(value: Json) -> literals_pb2.Scalar | None:
    number = _NON_FINITE.get(value) if isinstance(value, str) else value
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        return None
    try:
        return literals_pb2.Scalar(primitive={"float_value": float(number)})
    except OverflowError:
        return None


def _string(value: Json) -> literals_pb2.Scalar | None:
    return literals_pb2.Scalar(primitive={"string_value": value}) if isinstance(value, str) else None


def _boolean(value: Json) -> literals_pb2.Scalar | None:
    return literals_pb2.Scalar(primitive={"boolean": value}) if isinstance(value, bool) else None


def _datetime(value: Json) -> literals_pb2.Scalar | None:
    try:
        moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
        moment = moment if moment.tzinfo is None else moment.astimezone(timezone.utc)
    except (AttributeError, ValueError, OverflowError):  # the first, or the last, moment of a calendar may be none in UTC
        return None
    primitive = literals_pb2.Primitive()
    primitive.datetime.FromDatetime(moment)
    return literals_pb2.Scalar(primitive=primitive)


def _duration(value: Json) -> literals_pb2.Scalar | None:
    try:
        duration = parse_duration(value)
    except (TypeError, ValueError):
        return None
    if abs(duration) > _LONGEST_DURATION:
        return None
    primitive = literals_pb2.Primitive()
    primitive.duration.FromTimedelta(duration)
    return literals_pb2.Scalar(primitive=primitive)


def _none(value: Json) -> literals_pb2.Scalar | None:
    return literals_pb2.Scalar(none_type=literals_pb2.Void()) if value is None else None


def _struct(value: Json) -> literals_pb2.Scalar | None:
    if not isinstance(value, dict):
        return None
    return literals_pb2.Scalar(binary={"value": pack(value), "tag": MSGPACK_TAG})


def _packable(value: Json, field: str) -> Json:
    """`value` with numbers that msgpack has: the API server makes an integer of 21 digits of 1e20."""
    if isinstance(value, dict):
        return {key: _packable(item, f"{field}.{key}") for key, item in value.items()}
    if isinstance(value, list):
        return [_packable(item, f"{field}[{i}]") for i, item in enumerate(value)]
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        if not _is_float(value):
            raise FieldError(field, expected="an integer of 64 bits, or one that a float holds exactly", found=value)
        return float(value)
    return value


def _is_float(value: int) -> bool:
    """Whether `value` is what is written of a float: with no more digits than it takes to distinguish it from the next one."""
    from decimal import Decimal

    try:
        return Decimal(repr(float(value))) == value
    except OverflowError:
        return False


_SIMPLE_FROM_JSON: dict[int, Callable[[Json], literals_pb2.Scalar | None]] = {
    types_pb2.INTEGER: _integer,
    types_pb2.FLOAT: _float,
    types_pb2.STRING: _string,
    types_pb2.BOOLEAN: _boolean,
    types_pb2.DATETIME: _datetime,
    types_pb2.DURATION: _duration,
    types_pb2.NONE: _none,
    types_pb2.STRUCT: _struct,
}
_SIMPLE_EXPECTED = {
    types_pb2.DATETIME: "datetime such as 2026-01-31T12:00:00Z",
    types_pb2.DURATION: "duration such as 90s or 1h30m, of at most 10,000 years",
    types_pb2.INTEGER: "integer (64 bits)",
    types_pb2.STRUCT: "struct (a JSON object)",
}


def from_literal_map(literals: LiteralMap) -> dict[str, Json]:
    """Each literal's plain JSON by name, in the order of the names."""
    return {name: from_literal(literals.literals[name]) for name in sorted(literals.literals)}


def from_literal(literal: Literal) -> Json:
    """The plain JSON of one Literal; offloaded data (files, tables, …) by its URI."""
    match literal.WhichOneof("value"):
        case "collection":
            return [from_literal(item) for item in literal.collection.literals]
        case "map":
            return {key: from_literal(item) for key, item in sorted(literal.map.literals.items())}
        case "scalar":
            return _scalar_json(literal.scalar)
        case "offloaded_metadata":
            return literal.offloaded_metadata.uri
        case _:
            return None


def _scalar_json(scalar: literals_pb2.Scalar) -> Json:
    match scalar.WhichOneof("value"):
        case "primitive":
            return _primitive_json(scalar.primitive)
        case "blob" | "schema" | "structured_dataset" as kind:
            return getattr(scalar, kind).uri
        case "union":
            return from_literal(scalar.union.value)
        case "binary" if scalar.binary.tag == MSGPACK_TAG:
            return _msgpack_json(scalar.binary.value)
        case "binary":
            return _plain(scalar.binary.value)
        case "generic":
            return _plain(from_struct(scalar.generic))
        case "error":
            return scalar.error.message
        case _:
            return None


def _msgpack_json(data: bytes) -> Json:
    """What can't be read, and what is nested more deeply than Python recurses, is as opaque as any other bytes."""
    try:
        return _plain(unpack(data))
    except (UnreadableMsgpackError, RecursionError):
        return _plain(data)


def _primitive_json(primitive: literals_pb2.Primitive) -> Json:
    match primitive.WhichOneof("value"):
        case "integer":
            return primitive.integer
        case "float_value":
            return finite_or_text(primitive.float_value)
        case "string_value":
            return primitive.string_value
        case "boolean":
            return primitive.boolean
        case "datetime":
            return moment_of(primitive.datetime).isoformat().replace("+00:00", "Z")
        case "duration":
            duration: timedelta = primitive.duration.ToTimedelta()
            return format_duration(duration)
        case _:
            return None


def moment_of(timestamp: timestamp_pb2.Timestamp) -> datetime:
    """`timestamp` as a datetime.

    Raises:
        ValueError: it is before the year 1 or after the year 9999.
    """
    try:
        return timestamp.ToDatetime(tzinfo=timezone.utc)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"expected a moment of the years 1 to 9999, found {timestamp.seconds} s after 1970") from error


def _plain(value: Any) -> Json:
    """What msgpack can hold and JSON can't, in JSON's terms."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return finite_or_text(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, int) and not -_INT64 <= value < _INT64:
        return str(value)  # Kubernetes would make a float of it, and another number
    return value if isinstance(value, (str, int, bool, type(None))) else str(value)
