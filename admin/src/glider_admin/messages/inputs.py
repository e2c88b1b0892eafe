"""Whether the literals that a client sends are the inputs of the task, by its interface."""

from __future__ import annotations

from flyteidl.core import literals_pb2, types_pb2

from glider.wire.interface import Interface, LiteralType
from glider.wire.jsonform import FieldError, from_literal, to_literal, words
from glider_client.sdk.values import check_names

_PRIMITIVES = {
    types_pb2.INTEGER: "integer",
    types_pb2.FLOAT: "float_value",
    types_pb2.STRING: "string_value",
    types_pb2.BOOLEAN: "boolean",
    types_pb2.DATETIME: "datetime",
    types_pb2.DURATION: "duration",
}
_SCALARS = {
    types_pb2.NONE: ("none_type",),
    types_pb2.STRUCT: ("binary", "generic"),
    types_pb2.BINARY: ("binary",),
    types_pb2.ERROR: ("error",),
}
#: By the kind of the type: which values of a scalar are of it.
_KINDS = {
    "blob": ("blob",),
    "schema": ("schema", "structured_dataset"),
    "structured_dataset_type": ("structured_dataset", "schema"),
}


def check_inputs(literals: literals_pb2.LiteralMap, interface: Interface) -> None:
    """Raises a FieldError that names the input, where one is missing, unknown or of another type than `interface` has."""
    try:
        check_names(literals.literals, interface, required=True)
        for name in sorted(literals.literals):
            _check(literals.literals[name], interface.inputs[name], field=name)
    except FieldError as error:
        raise FieldError(f"inputs.{error.field}", expected=error.expected, found=words(error.found)) from error


def _check(literal: literals_pb2.Literal, kind: LiteralType, *, field: str) -> None:
    if fits(literal, kind):
        return
    try:
        value = from_literal(literal)
    except FieldError:
        raise
    except (ValueError, OverflowError) as error:  # a moment or a duration that protobuf has and Python hasn't
        expected = "moments of the years 1 to 9999, and durations of less than a billion days"
        raise FieldError(field, expected=expected, found=words("others")) from error
    to_literal(value, kind, field=field)  # what reads as such a value is one, as an integer is for a float


def fits(literal: literals_pb2.Literal, kind: LiteralType) -> bool:
    """Whether `literal` is a value of that type, also of one that JSON has no form for."""
    value = literal.WhichOneof("value")
    if value == "offloaded_metadata":
        return True
    match kind.WhichOneof("type"):
        case "collection_type":
            return value == "collection" and all(fits(one, kind.collection_type) for one in literal.collection.literals)
        case "map_value_type":
            return value == "map" and all(fits(one, kind.map_value_type) for one in literal.map.literals.values())
        case "union_type":
            inner = literal.scalar.union.value if literal.scalar.HasField("union") else literal
            return any(fits(inner, variant) for variant in kind.union_type.variants)
        case _:
            return value == "scalar" and _is_scalar(literal.scalar, kind)


def _is_readable(primitive: literals_pb2.Primitive) -> bool:
    """Whether Python has such a moment, or such a duration."""
    try:
        match primitive.WhichOneof("value"):
            case "datetime":
                primitive.datetime.ToDatetime()
            case "duration":
                primitive.duration.ToTimedelta()
    except (ValueError, OverflowError):
        return False
    return True


def _is_scalar(scalar: literals_pb2.Scalar, kind: LiteralType) -> bool:
    value, primitive = scalar.WhichOneof("value"), scalar.primitive.WhichOneof("value")
    match kind.WhichOneof("type"):
        case "simple" if kind.simple in _PRIMITIVES:
            return bool(value == "primitive" and primitive == _PRIMITIVES[kind.simple] and _is_readable(scalar.primitive))
        case "simple":
            return bool(value in _SCALARS.get(kind.simple, ()))
        case "enum_type":
            return bool(primitive == "string_value" and scalar.primitive.string_value in kind.enum_type.values)
        case "blob":
            return bool(value == "blob" and scalar.blob.metadata.type.dimensionality == kind.blob.dimensionality)
        case other:
            return value in _KINDS.get(other or "", ())
