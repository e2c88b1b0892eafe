"""The forms of what holds other values inside structs: lists, tuples, sets, dicts, TypedDicts, NamedTuples."""

from __future__ import annotations

import collections
import collections.abc
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from glider.types.errors import ConversionError, describe, type_name
from glider.types.forms import Form, converted, matching
from glider.types.jsonschema import Definitions, as_json

#: What is written as a list, and how it is read back.
SEQUENCES: dict[Any, Callable[[Iterable[Any]], Any]] = {
    list: list,
    tuple: tuple,
    set: set,
    frozenset: frozenset,
    collections.deque: collections.deque,
    collections.abc.Sequence: list,
    collections.abc.MutableSequence: list,
    collections.abc.Set: set,
    collections.abc.MutableSet: set,
    collections.abc.Collection: list,
}
#: What is written as a map, and how it is read back; `value` is the hint of its values.
MAPPINGS: dict[Any, Callable[[dict[Any, Any], Any], Any]] = {
    dict: lambda found, value: found,
    collections.OrderedDict: lambda found, value: collections.OrderedDict(found),
    collections.defaultdict: lambda found, value: collections.defaultdict(_factory(value), found),
    collections.Counter: lambda found, value: collections.Counter(found),
    MappingProxyType: lambda found, value: MappingProxyType(found),
    collections.abc.Mapping: lambda found, value: found,
    collections.abc.MutableMapping: lambda found, value: found,
}
_SETS = (set, frozenset, collections.abc.Set, collections.abc.MutableSet)


def _factory(hint: Any) -> Callable[[], Any] | None:
    """As mashumaro does it: the type of the values makes the missing ones, if it can."""
    return hint if callable(hint) and hint is not Any else None


class SequenceForm(Form):
    """list[T], tuple[T, ...], set[T], deque[T] and their like."""

    def __init__(self, hint: Any, kind: Any, item: Form) -> None:
        self._hint, self.python, self._item = hint, kind, item

    def encode(self, value: Any, path: str) -> Any:
        """A list."""
        matching(value, isinstance(value, self.python) and not isinstance(value, (str, bytes, bytearray)), self._hint, path)
        return [self._item.encode(item, f"{path}[{i}]") for i, item in enumerate(value)]

    def decode(self, plain: Any, path: str) -> Any:
        """From a list; one that is a map's key is a tuple."""
        matching(plain, isinstance(plain, (list, tuple)), self._hint, path)
        items = [self._item.decode(item, f"{path}[{i}]") for i, item in enumerate(plain)]
        return converted(SEQUENCES[self.python], items, self._hint, path)

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """An array."""
        schema: dict[str, Any] = {"type": "array"}
        if items := self._item.schema(definitions):
            schema["items"] = items
        return {**schema, "uniqueItems": True} if self.python in _SETS else schema

    def exact(self, within: tuple[Form, ...] = ()) -> bool:
        """As its items are."""
        return self._item.exact(within)


class TupleForm(Form):
    """A tuple of a form for each place; `rest` is the place of one that takes any number, as of tuple[int, *tuple[str, ...]]."""

    python = tuple

    def __init__(self, hint: Any, items: list[Form], rest: int | None = None) -> None:
        self._hint, self._items, self._rest = hint, items, rest

    def encode(self, value: Any, path: str) -> Any:
        """A list."""
        matching(value, isinstance(value, tuple) and self._takes(len(value)), self._hint, path)
        return [form.encode(item, f"{path}[{i}]") for i, (form, item) in enumerate(zip(self._forms(len(value)), value, strict=True))]

    def decode(self, plain: Any, path: str) -> Any:
        """From a list; one that is a map's key is a tuple."""
        matching(plain, isinstance(plain, (list, tuple)) and self._takes(len(plain)), self._hint, path)
        return tuple(form.decode(item, f"{path}[{i}]") for i, (form, item) in enumerate(zip(self._forms(len(plain)), plain, strict=True)))

    def _takes(self, length: int) -> bool:
        return length == len(self._items) if self._rest is None else length >= len(self._items) - 1

    def _forms(self, length: int) -> list[Form]:
        if self._rest is None:
            return self._items
        more = [self._items[self._rest]] * (length - len(self._items) + 1)
        return [*self._items[: self._rest], *more, *self._items[self._rest + 1 :]]

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """An array of so many."""
        if self._rest is not None:
            return _many(self._items, self._rest, definitions)
        if not self._items:
            return {"type": "array", "maxItems": 0}
        found = [form.schema(definitions) for form in self._items]
        return {"type": "array", "prefixItems": found, "maxItems": len(found), "minItems": len(found)}

    def exact(self, within: tuple[Form, ...] = ()) -> bool:
        """As its items are."""
        return all(form.exact(within) for form in self._items)


def _many(items: list[Form], rest: int, definitions: Definitions) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "array"}
    if rest:
        schema["prefixItems"] = [form.schema(definitions) for form in items[:rest]]
    if rest == len(items) - 1 and (more := items[rest].schema(definitions)):
        schema["items"] = more
    return {**schema, "minItems": len(items) - 1} if len(items) > 1 else schema


class NamedTupleForm(Form):
    """A NamedTuple, as a list; `fields` are its forms by name."""

    def __init__(self, kind: Any, fields: dict[str, Form]) -> None:
        self.python, self._fields = kind, fields

    def encode(self, value: Any, path: str) -> Any:
        """A list."""
        matching(value, isinstance(value, self.python), self.python, path)
        return [form.encode(item, f"{path}.{name}") for (name, form), item in zip(self._fields.items(), value, strict=True)]

    def decode(self, plain: Any, path: str) -> Any:
        """From a list; those at the end that have defaults may be missing."""
        matching(plain, isinstance(plain, (list, tuple)) and len(plain) <= len(self._fields), self.python, path)
        items = [form.decode(item, f"{path}.{name}") for (name, form), item in zip(self._fields.items(), plain, strict=False)]
        return converted(lambda found: self.python(*found), items, self.python, path)

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """An array of so many."""
        found = []
        for name, form in self._fields.items():
            schema = form.schema(definitions)
            found.append(with_default(schema, form, self.python._field_defaults[name]) if name in self.python._field_defaults else schema)
        sizes = {"maxItems": len(found), "minItems": len(found)} if found else {}
        return {"type": "array", **({"prefixItems": found} if found else {}), **sizes}

    def exact(self, within: tuple[Form, ...] = ()) -> bool:
        """As its fields are, unless it has a constructor of its own."""
        return all(form.exact(within) for form in self._fields.values())


class TypedDictForm(Form):
    """A TypedDict; `optional` are the keys that may be missing."""

    python = dict

    def __init__(self, kind: Any, keys: dict[str, Form], optional: frozenset[str]) -> None:
        self._hint, self._keys, self._optional = kind, keys, optional
        self._order = sorted(keys, key=lambda key: key in optional)

    def encode(self, value: Any, path: str) -> Any:
        """A map, of the keys that are known and no others."""
        matching(value, isinstance(value, dict), self._hint, path)
        if unknown := [key for key in value if key not in self._keys]:
            raise ConversionError(path, expected=f"{type_name(self._hint)} (keys {', '.join(self._keys)})", found=f"the key {unknown[0]!r}")
        return {key: self._keys[key].encode(item, f"{path}.{key}") for key, item in self._present(value, path)}

    def decode(self, plain: Any, path: str) -> Any:
        """From a map; keys that aren't known are left out, as by mashumaro."""
        matching(plain, isinstance(plain, dict), self._hint, path)
        return {key: self._keys[key].decode(item, f"{path}.{key}") for key, item in self._present(plain, path)}

    def _present(self, found: Mapping[str, Any], path: str) -> Iterable[tuple[str, Any]]:
        for key in self._order:
            if key in found:
                yield key, found[key]
            elif key not in self._optional:
                raise ConversionError(f"{path}.{key}", expected=f"a value of {type_name(self._hint)}", found="nothing")

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """An object."""
        schema: dict[str, Any] = {"type": "object", "additionalProperties": False}
        if self._keys:
            schema["properties"] = {key: form.schema(definitions) for key, form in self._keys.items()}
        required = sorted(self._keys.keys() - self._optional)
        return {**schema, "required": required} if required else schema

    def exact(self, within: tuple[Form, ...] = ()) -> bool:
        """As its values are."""
        return all(form.exact(within) for form in self._keys.values())


class MappingForm(Form):
    """dict[K, V], OrderedDict, defaultdict, Counter and their like. `named` means that the hint names K and V."""

    def __init__(self, hint: Any, kind: Any, key: Form, value: Form, *, value_hint: Any = None, named: bool) -> None:
        self._hint, self.python, self._key, self._value, self._named = hint, kind, key, value, named
        self._value_hint = value_hint

    def encode(self, value: Any, path: str) -> Any:
        """A map."""
        matching(value, isinstance(value, self.python), self._hint, path)
        encoded = {self._encode_key(key, path): self._value.encode(item, f"{path}.{key}") for key, item in value.items()}
        if len(encoded) != len(value):
            raise ConversionError(path, expected=f"{type_name(self._hint)} of keys that are written differently", found=describe(value))
        return encoded

    def _encode_key(self, key: Any, path: str) -> Any:
        plain = _hashable(self._key.encode(key, f"{path} (key)"))
        try:
            hash(plain)
        except TypeError as error:
            raise ConversionError(f"{path} (key)", expected="a key that msgpack can hold", found=describe(key)) from error
        return plain

    def decode(self, plain: Any, path: str) -> Any:
        """From a map."""
        matching(plain, isinstance(plain, dict), self._hint, path)
        found = {self._decode_key(key, path): self._value.decode(item, f"{path}.{key}") for key, item in plain.items()}
        return MAPPINGS[self.python](found, self._value_hint)

    def _decode_key(self, key: Any, path: str) -> Any:
        """JSON's keys are strings, so an older writer's ints come as text."""
        if isinstance(key, str) and self._key.python in (int, float):
            key = converted(self._key.python, key, self._key.python, f"{path} (key)")
        return self._key.decode(key, f"{path} (key)")

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """An object."""
        if not self._named and self.python is not collections.Counter:
            return {"type": "object"}
        parts = {"additionalProperties": self._value.schema(definitions), "propertyNames": self._key.schema(definitions)}
        return {"type": "object", **{name: found for name, found in parts.items() if found}}

    def exact(self, within: tuple[Form, ...] = ()) -> bool:
        """As its keys and values are."""
        return self._key.exact(within) and self._value.exact(within)


def _hashable(plain: Any) -> Any:
    return tuple(map(_hashable, plain)) if isinstance(plain, list) else plain


class ChainMapForm(Form):
    """ChainMap[K, V]: a list of its maps."""

    python = collections.ChainMap

    def __init__(self, hint: Any, each: MappingForm) -> None:
        self._hint, self._each = hint, each

    def encode(self, value: Any, path: str) -> Any:
        """A list of maps."""
        matching(value, isinstance(value, collections.ChainMap), self._hint, path)
        return [self._each.encode(dict(each), f"{path}[{i}]") for i, each in enumerate(value.maps)]

    def decode(self, plain: Any, path: str) -> Any:
        """From a list of maps."""
        matching(plain, isinstance(plain, list), self._hint, path)
        return collections.ChainMap(*(self._each.decode(each, f"{path}[{i}]") for i, each in enumerate(plain)))

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """An array of objects."""
        return {"type": "array", "items": self._each.schema(definitions)}

    def exact(self, within: tuple[Form, ...] = ()) -> bool:
        """As its maps are."""
        return self._each.exact(within)


class SliceForm(Form):
    """slice: its three parts."""

    python = slice

    def __init__(self, part: Form) -> None:
        self._part = part

    def encode(self, value: Any, path: str) -> Any:
        """A list of three."""
        matching(value, isinstance(value, slice), slice, path)
        return [self._part.encode(part, path) for part in (value.start, value.stop, value.step)]

    def decode(self, plain: Any, path: str) -> Any:
        """From a list of three."""
        matching(plain, isinstance(plain, list) and len(plain) == 3, slice, path)
        return slice(*(self._part.decode(part, path) for part in plain))

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """An array of three."""
        return {"type": "array", "prefixItems": [self._part.schema(definitions)] * 3, "maxItems": 3, "minItems": 3}


def with_default(schema: dict[str, Any], form: Form, default: Any) -> dict[str, Any]:
    """`schema` with the default in JSON's terms. One that isn't of its type is as it is, or left out: it may never be used."""
    try:
        plain = None if default is None else form.encode(default, "default")
    except Exception:  # a ConversionError, and what a hook of the user's raises
        plain = default
    try:
        return {**schema, "default": as_json(plain)}
    except (TypeError, ValueError):
        return schema
