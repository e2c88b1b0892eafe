"""Values as trees for a page, by type: each node with its kind and a bounded part of what is in it. Pure.

A page gets so many nodes and characters; of what is larger it gets the size, and asks for the rest by the node's place, `at`: the names
and numbers that lead there, as a JSON pointer (RFC 6901).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from flyteidl.core import types_pb2

from glider.wire.interface import LiteralType, format_type
from glider.wire.jsonform import FieldError, Json, Literal, LiteralMap, from_literal, to_literal

#: Of one answer: all nodes, the children of one of them, and the characters of a text.
MOST_NODES = 2_000
MOST_CHILDREN = 200
MOST_CHARACTERS = 4_000
#: How deep an answer goes; the page asks for what is below.
MOST_LEVELS = 12

_PRIMITIVE_KINDS = {
    "integer": ("number", "integer"),
    "float_value": ("number", "float"),
    "string_value": ("text", "string"),
    "boolean": ("boolean", "boolean"),
    "datetime": ("datetime", "datetime"),
    "duration": ("duration", "duration"),
}


class NoSuchValueError(LookupError):
    """There is no value at a place."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Value:
    """A value, not yet cut: a literal, or JSON where no literal can be made of it.

    Attributes:
        name: what it is called where it is: an output, a key, an index.
        type: its type in the short form; empty for what is inside of a struct.
        kind: how it is shown: number, text, boolean, datetime, duration, enum, none, json, list, map, file, directory, table, bytes, error.
        text: what is shown of a single value.
        uri: where its content is, of a file, directory or table.
        format: that of the content.
        inner: what is in it: literals, or JSON.
        default: whether nobody gave it, and it is the interface's default.
    """

    name: str
    type: str = ""
    kind: str
    text: str = ""
    uri: str = ""
    format: str = ""
    inner: Any = None
    default: bool = False

    @property
    def count(self) -> int:
        """How many values are in it."""
        return len(self.inner) if self.inner is not None else 0

    def children(self, start: int = 0) -> Iterator[Value]:
        """The values in it, from the one with the number `start`."""
        match self.inner:
            case Mapping() if self.kind == "json":
                return (value_of_json(key, self.inner[key]) for key in islice(self.inner, start, None))
            case Mapping():
                return (value_of(key, self.inner[key]) for key in islice(sorted(self.inner), start, None))
            case list():
                return (value_of_json(str(start + index), item) for index, item in enumerate(islice(self.inner, start, None)))
            case None:
                return iter(())
            case items:
                return (value_of(str(start + index), item) for index, item in enumerate(islice(items, start, None)))

    def child(self, name: str) -> Value:
        """The value of that name in it.

        Raises:
            NoSuchValueError: there is none.
        """
        if isinstance(self.inner, Mapping):
            if name in self.inner:
                return value_of_json(name, self.inner[name]) if self.kind == "json" else value_of(name, self.inner[name])
        elif self.inner is not None and name.isdecimal() and len(name) <= 9 and int(name) < len(self.inner):
            return next(self.children(int(name)))
        raise NoSuchValueError(name)


def values_of(literals: LiteralMap, types: Mapping[str, LiteralType]) -> list[Value]:
    """Each value of a file of literals, in the order of the names."""
    return [value_of(name, literals.literals[name], types.get(name)) for name in sorted(literals.literals)]


def values_of_plain(plain: Mapping[str, Json], types: Mapping[str, LiteralType], *, defaults: Mapping[str, Json]) -> list[Value]:
    """Each value of plain JSON, as in a spec or a status; `defaults` are those that nobody gave."""
    given = {**{name: value for name, value in defaults.items() if name not in plain}, **plain}
    return [_typed(name, given[name], types.get(name), default=name not in plain) for name in sorted(given)]


def _typed(name: str, value: Json, kind: LiteralType | None, *, default: bool) -> Value:
    if kind is None:
        return value_of_json(name, value, default=default)
    try:
        return value_of(name, to_literal(value, kind, field=name), kind, default=default)
    except FieldError:  # the template has another interface by now
        return value_of_json(name, value, default=default)


def value_of(name: str, literal: Literal, kind: LiteralType | None = None, *, default: bool = False) -> Value:
    """A literal. `kind` is its type in the interface, where that is known."""
    declared = format_type(kind) if kind is not None else ""
    match literal.WhichOneof("value"):
        case "collection":
            return Value(name=name, type=declared or "list", kind="list", inner=literal.collection.literals, default=default)
        case "map":
            return Value(name=name, type=declared or "map", kind="map", inner=dict(literal.map.literals), default=default)
        case "offloaded_metadata":
            return Value(name=name, type=declared, kind="file", uri=literal.offloaded_metadata.uri, format="literal", default=default)
        case "scalar":
            return _of_scalar(name, literal, kind, declared, default=default)
        case _:
            return Value(name=name, type=declared, kind="none", default=default)


def _of_scalar(name: str, literal: Literal, kind: LiteralType | None, declared: str, *, default: bool) -> Value:
    scalar = literal.scalar
    match scalar.WhichOneof("value"):
        case "primitive":
            shown, inferred = _PRIMITIVE_KINDS.get(scalar.primitive.WhichOneof("value") or "", ("none", "none"))
            if kind is not None and kind.WhichOneof("type") == "enum_type":
                shown = "enum"
            return Value(name=name, type=declared or inferred, kind=shown, text=_text(_json(literal)), default=default)
        case "union":
            inner = value_of(name, scalar.union.value, _variant(scalar.union.type), default=default)
            return replace(inner, type=declared) if declared else inner
        case "blob":
            blob = scalar.blob.metadata.type
            shown = "directory" if blob.dimensionality == types_pb2.BlobType.MULTIPART else "file"
            inferred = format_type(LiteralType(blob=blob))
            return Value(name=name, type=declared or inferred, kind=shown, uri=scalar.blob.uri, format=blob.format, default=default)
        case "structured_dataset":
            table = scalar.structured_dataset
            form = table.metadata.structured_dataset_type.format
            return Value(name=name, type=declared or "table", kind="table", uri=table.uri, format=form, default=default)
        case "schema":
            return Value(name=name, type=declared or "schema", kind="table", uri=scalar.schema.uri, format="parquet", default=default)
        case "binary" | "generic":
            return _of_json(name, _json(literal), declared or "struct", default=default)
        case "error":
            return Value(name=name, type=declared or "error", kind="error", text=scalar.error.message, default=default)
        case _:
            return Value(name=name, type=declared or "none", kind="none", default=default)


def _variant(kind: LiteralType) -> LiteralType | None:
    return kind if kind.WhichOneof("type") else None


def _json(literal: Literal) -> Json:
    try:
        return from_literal(literal)
    except ValueError as error:  # a moment that no calendar has
        return str(error)


def value_of_json(name: str, value: Json, *, default: bool = False) -> Value:
    """JSON without a type, as inside of a struct."""
    return _of_json(name, value, "", default=default)


def _of_json(name: str, value: Json, kind: str, *, default: bool = False) -> Value:
    if isinstance(value, (Mapping, list)):
        return Value(name=name, type=kind, kind="json", inner=value, default=default)
    shown = "none" if value is None else "boolean" if isinstance(value, bool) else "text" if isinstance(value, str) else "number"
    return Value(name=name, type=kind, kind=shown, text=_text(value), default=default)


def _text(value: Json) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else "" if value is None else str(value)


def pointer(parts: Sequence[str]) -> str:
    """The JSON pointer that `parts` are."""
    return "".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in parts)


def parts_of(text: str) -> list[str]:
    """The parts of the JSON pointer `text`."""
    return [part.replace("~1", "/").replace("~0", "~") for part in text.split("/")[1:]]


def find(values: Sequence[Value], at: str) -> Value:
    """The value at the place `at`.

    Raises:
        NoSuchValueError: there is none.
    """
    parts = parts_of(at)
    found = next((value for value in values if parts and value.name == parts[0]), None)
    if found is None:
        raise NoSuchValueError(at)
    for part in parts[1:]:
        found = found.child(part)
    return found


@dataclass(slots=True)
class _Budget:
    nodes: int = MOST_NODES


def nodes_of(values: Sequence[Value]) -> list[dict[str, Any]]:
    """All of `values` for a page. Beyond the limits a node lacks `children`, or has fewer than its `count`."""
    budget = _Budget(nodes=max(MOST_NODES, len(values)))
    return [_node(value, (value.name,), budget) for value in values]


def node_of(value: Value, at: str, *, start: int = 0, characters: int = MOST_CHARACTERS) -> dict[str, Any]:
    """One of them: its children from the number `start`, or that many characters of its text from there."""
    return _node(value, tuple(parts_of(at)), _Budget(), start=start, characters=characters)


def _node(
    value: Value, place: tuple[str, ...], budget: _Budget, *, level: int = 0, start: int = 0, characters: int = MOST_CHARACTERS
) -> dict[str, Any]:
    budget.nodes -= 1
    node: dict[str, Any] = {"name": value.name, "type": value.type, "kind": value.kind, "at": pointer(place)}
    if value.text:
        node["text"] = value.text[start : start + characters]
        if len(value.text) > characters:
            node["length"] = len(value.text)
    if value.uri:
        node["uri"] = value.uri
    if value.format:
        node["format"] = value.format
    if value.default:
        node["default"] = True
    if value.inner is not None:
        node["count"] = value.count
        if isinstance(value.inner, Mapping) and value.kind == "json":
            node["keyed"] = True
        if level < MOST_LEVELS and budget.nodes > 0:
            node["children"] = [
                _node(child, (*place, child.name), budget, level=level + 1)
                for child in islice(value.children(start), max(0, min(MOST_CHILDREN, budget.nodes)))
            ]
    return node


def uris_in(values: Sequence[Value]) -> Iterator[str]:
    """Each URI of a file, directory or table among `values` and in them."""
    for value in values:
        if value.uri:
            yield value.uri
        if value.kind in ("list", "map"):
            yield from uris_in(list(value.children()))


def plain_of(value: Value) -> Json:
    """All of a value as plain JSON: a text as itself."""
    if value.kind in ("list", "map"):
        children = list(value.children())
        return [plain_of(child) for child in children] if value.kind == "list" else {child.name: plain_of(child) for child in children}
    if value.inner is not None:
        return value.inner
    return value.uri or value.text
