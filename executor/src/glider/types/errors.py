"""What can go wrong between Python and Flyte, in words for the person who wrote the task."""

from __future__ import annotations

from glider.wire.jsonform import Literal, from_literal
from glider.wire.jsonform import describe as describe_json
from glider.wire.structs import MSGPACK_TAG, UnreadableMsgpackError, unpack

_LONGEST = 100


class ConversionError(Exception):
    """A value that doesn't fit: names the variable, the expected type, and what was found."""

    def __init__(self, variable: str, *, expected: str, found: str) -> None:
        self.variable = variable
        self.expected = expected
        self.found = found
        super().__init__(f"{variable}: expected {expected}, found {found}")


class ValueRaisedError(Exception):
    """The user's own code, which a conversion runs, raised `__cause__`: the body of a generator that is an output."""


class InterfaceError(Exception):
    """A function whose signature can't be a task's; the message names the parameter."""


def describe(value: object) -> str:
    """A Python value for a message: its type, and the value cut to a readable length."""
    try:
        text = repr(value)
    except Exception:  # a user's __repr__ may do anything
        return type_name(type(value))
    if value is None:
        return text
    text = one_line(text)
    shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return f"{type_name(type(value))} {shown}"


def one_line(text: object) -> str:
    """A text that may have several lines, as data frames and pyarrow's errors do, for a message that is one."""
    return " ".join(str(text).split()) if "\n" in str(text) else str(text)


def type_name(hint: object) -> str:
    """A type hint as its author wrote it."""
    if isinstance(hint, type) and not hasattr(hint, "__args__"):
        return hint.__qualname__ if hint.__module__ in ("builtins", "datetime") else f"{hint.__module__}.{hint.__qualname__}"
    return str(hint).replace("typing.", "")


def describe_literal(literal: Literal) -> str:
    """A Literal for a message: its kind and what it holds."""
    kind = literal_kind(literal)
    if kind == "binary" and literal.scalar.binary.tag == MSGPACK_TAG:
        try:
            unpack(literal.scalar.binary.value)
        except UnreadableMsgpackError as error:
            return str(error)
    return f"{kind} {describe_json(from_literal(literal))}" if kind != "none" else kind


def literal_kind(literal: Literal) -> str:
    """What a Literal is: `integer`, `string`, `list`, `map`, `blob`, `none`, …"""
    which = literal.WhichOneof("value")
    if which == "scalar":
        scalar = literal.scalar
        which = scalar.WhichOneof("value")
        if which == "primitive":
            which = scalar.primitive.WhichOneof("value")
    names = {"float_value": "float", "string_value": "string", "none_type": "none", "collection": "list"}
    return names.get(which or "", which) or "an empty literal"
