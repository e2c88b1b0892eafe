"""Types that are one primitive of Flyte. A value's type must be the declared one exactly, as in flytekit: `True` is no int, and 1 is no
float on its way out.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

from flyteidl.core import literals_pb2, types_pb2

from glider.types.errors import ConversionError, describe, describe_literal, type_name
from glider.types.packed import is_packed, unpacked
from glider.types.scalars import Scalar
from glider.wire.interface import LiteralType
from glider.wire.jsonform import Literal

_INT64 = range(-(2**63), 2**63)


class Simple:
    """One Python type that is one primitive of Flyte."""

    def __init__(
        self,
        python_type: type,
        scalar: Scalar | None,
        *,
        tag: str,
        simple: types_pb2.SimpleType,
        pack: Callable[[Any], dict[str, Any] | literals_pb2.Primitive | None],
        unpack_primitive: Callable[[literals_pb2.Primitive], Any],
        range_: str = "",
    ) -> None:
        """`scalar` is its form inside a struct, if that isn't the value itself.

        `range_` describes in words what of the type the wire can hold, where that isn't all: `pack` has None for the rest.
        """
        self.tag = tag
        self._range = range_
        self._type = python_type
        self._scalar = scalar
        self._simple = simple
        self._pack = pack
        self._unpack = unpack_primitive

    def literal_type(self, hint: Any) -> LiteralType:
        """The simple type."""
        return LiteralType(simple=self._simple)

    def to_literal(self, value: Any, hint: Any, variable: str) -> Literal:
        """A primitive."""
        if type(value) is not self._type:
            raise ConversionError(variable, expected=type_name(self._type), found=describe(value))
        primitive = self._pack(value)
        if primitive is None:
            raise ConversionError(variable, expected=f"{type_name(self._type)} {self._range}".rstrip(), found=describe(value))
        return Literal(scalar={"primitive": primitive})

    def to_python(self, literal: Literal, hint: Any, variable: str) -> Any:
        """From a primitive, or from the msgpack of a struct's member."""
        value = None
        if literal.scalar.HasField("primitive"):
            value = self._unpack(literal.scalar.primitive)
        elif is_packed(literal):
            value = self._from_plain(unpacked(literal, hint, variable))
        if value is None:
            raise ConversionError(variable, expected=type_name(self._type), found=describe_literal(literal))
        return value

    def _from_plain(self, plain: Any) -> Any:
        """A member of a struct: a time as text, any other type only as itself, so that a union finds the right one."""
        if self._scalar is None:
            return plain if type(plain) is self._type else None
        try:
            return self._scalar.decode(plain)
        except (ValueError, TypeError, AttributeError):
            return None


class Nothing:
    """None."""

    tag = "none"

    def literal_type(self, hint: Any) -> LiteralType:
        """The type none."""
        return LiteralType(simple=types_pb2.NONE)

    def to_literal(self, value: Any, hint: Any, variable: str) -> Literal:
        """A Void."""
        if value is not None:
            raise ConversionError(variable, expected="None", found=describe(value))
        return Literal(scalar={"none_type": literals_pb2.Void()})

    def to_python(self, literal: Literal, hint: Any, variable: str) -> None:
        """None, from a Void or a null in a struct."""
        if not literal.scalar.HasField("none_type") and not (is_packed(literal) and unpacked(literal, hint, variable) is None):
            raise ConversionError(variable, expected="None", found=describe_literal(literal))


def pack_int(value: int) -> dict[str, Any] | None:
    """None for more than 64 bits."""
    return {"integer": value} if value in _INT64 else None


def pack_str(value: str) -> dict[str, Any] | None:
    """Python's str may hold lone surrogates, as of undecodable file names; protobuf's may not."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return None
    return {"string_value": value}


def unpack_int(primitive: literals_pb2.Primitive) -> int | None:
    """Flyte's console sends floats for integers."""
    kind = primitive.WhichOneof("value")
    if kind == "integer":
        return int(primitive.integer)
    if kind == "float_value" and primitive.float_value.is_integer():
        return int(primitive.float_value)
    return None


def unpack_float(primitive: literals_pb2.Primitive) -> float | None:
    """A whole number is one too."""
    kind = primitive.WhichOneof("value")
    if kind == "float_value":
        return float(primitive.float_value)
    return float(primitive.integer) if kind == "integer" else None


def pack_datetime(value: datetime) -> literals_pb2.Primitive | None:
    """A naive datetime is in UTC, as in flytekit and in `spec.inputs`, whatever the container's time zone is."""
    primitive = literals_pb2.Primitive()
    try:
        primitive.datetime.FromDatetime(value if value.tzinfo is None else value.astimezone(timezone.utc))
    except OverflowError:  # in UTC it would be before the year 1 or after 9999
        return None
    return primitive


def pack_date(value: date) -> literals_pb2.Primitive | None:
    """Midnight in UTC."""
    return pack_datetime(datetime.combine(value, time.min))


def pack_timedelta(value: timedelta) -> literals_pb2.Primitive:
    """A Duration holds every timedelta."""
    primitive = literals_pb2.Primitive()
    primitive.duration.FromTimedelta(value)
    return primitive


def field_of(name: str) -> Callable[[literals_pb2.Primitive], Any]:
    """Reads the field of that name; None where another is set."""
    return lambda primitive: getattr(primitive, name) if primitive.WhichOneof("value") == name else None


def unpack_datetime(primitive: literals_pb2.Primitive) -> datetime | None:
    """In UTC."""
    moment = field_of("datetime")(primitive)
    try:
        return None if moment is None else moment.ToDatetime(tzinfo=timezone.utc)
    except (ValueError, OverflowError):  # before the year 1 or after 9999
        return None


def unpack_date(primitive: literals_pb2.Primitive) -> date | None:
    """The day in UTC."""
    moment = unpack_datetime(primitive)
    return None if moment is None else moment.date()


def unpack_timedelta(primitive: literals_pb2.Primitive) -> timedelta | None:
    """From a Duration."""
    duration = field_of("duration")(primitive)
    try:
        return None if duration is None else duration.ToTimedelta()
    except (ValueError, OverflowError):  # more than a timedelta holds
        return None
