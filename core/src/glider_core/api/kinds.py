"""The kinds of fields that a TaskTemplate and a TaskExecution have: how each is read, and what its CRD declares for it.

The API server checks the bounds in the CRD when an object is written. Some of them the parser doesn't check again: an object that an
older CRD let in still runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any, TypeVar

from glider_core.api.fields import URI, Fields
from glider_core.api.names import LONGEST_NAME, NAME
from glider_core.api.quantities import LONGEST, QUANTITY, parse_bytes
from glider_core.api.settings import Kind, Rule, Setting, setting

Json = Mapping[str, Any]
E = TypeVar("E", bound=StrEnum)

#: What is passed on as it is, once its shape is known to be core/v1's.
OPEN: Json = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
#: Nobody owns a part of such an object: the bookkeeping of who does costs each write of the status a tenth.
ATOMIC: Json = {"x-kubernetes-map-type": "atomic"}
#: Where a schema has the fields that identify an entry of a list.
LIST_MAP_KEYS = "x-kubernetes-list-map-keys"
#: An entry of a list with keys: who owns it owns the whole of it, which costs a third of owning each of its fields.
ENTRY: Json = {**OPEN, **ATOMIC}
_STRINGS: Json = {"type": "object", "additionalProperties": {"type": "string", "maxLength": 262_144}, "maxProperties": 200}
_DURATION = "self.matches('^([0-9]+([.][0-9]+)?(h|m|s|ms))+$')"
_DURATION_IN_WORDS = "must be a duration such as 90s, 5m or 1h30m"
_MEMORY = "self.matches('^[0-9]+([.][0-9]+)?(k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$')"
_MEMORY_IN_WORDS = "an amount of memory such as 512Mi or 4Gi"
_SHORT: Json = {"type": "string", "maxLength": 32}


def api_field(doc: str, kind: Kind, *, default: Any = None, name: str | None = None) -> Any:
    """Declares a field of the API; `default` may be a class or function that makes it."""
    return setting(doc, kind, default=default, name=name)


def text(*, least: int | None = None, most: int | None = None) -> Kind:
    """A string."""
    return Kind(words="string", read=lambda fields, name: fields.text(name), schema=_string(least=least, most=most))


def filled(*, most: int) -> Kind:
    """A string; an empty one is none."""
    return Kind(words="string", read=lambda fields, name: fields.text(name) or None, schema=_string(most=most))


def required_text(*, most: int | None = None) -> Kind:
    """A string that has to be there."""
    return Kind(words="string", read=lambda fields, name: fields.required_text(name), schema=_string(least=1, most=most), required=True)


def uri(*, most: int, such_as: str) -> Kind:
    """An absolute URI."""
    rule = Rule(cel=f"self.matches(r'^{URI}$')", message=f"must be a URI such as {such_as}")
    return Kind(words="string", read=lambda fields, name: fields.uri(name), schema=_string(most=most), rules=(rule,))


def word(*choices: str) -> Kind:
    """One of a few words, as the API server checks."""
    return Kind(words="string", read=lambda fields, name: fields.text(name) or None, schema={"type": "string", "enum": list(choices)})


def choice(*choices: str) -> Kind:
    """One of a few words."""
    return Kind(words="string", read=lambda fields, name: fields.choice(name, *choices), schema={"type": "string", "enum": list(choices)})


def member(words: type[E]) -> Kind:
    """One of an enum's words."""

    def read(fields: Fields, name: str) -> E | None:
        word = fields.choice(name, *words)
        return None if word is None else words(word)

    return Kind(words="string", read=read, schema={"type": "string", "enum": [one.value for one in words]})


def count(*, most: int | None = None, checked: int | None = None, form: str = "int32") -> Kind:
    """A whole number of at least 0 and at most `most`, as the API server checks, or at most `checked`, as the parser does too."""
    limit = {} if (bound := most if checked is None else checked) is None else {"maximum": bound}
    schema = {"type": "integer", "format": form, "minimum": 0, **limit}
    return Kind(words="integer", read=lambda fields, name: fields.count(name, most=checked), schema=schema)


def whole(*, least: int | None = None, most: int | None = None) -> Kind:
    """Any whole number, within what the API server checks."""
    limits = {"minimum": least, "maximum": most}
    schema = {"type": "integer", "format": "int32"} | {name: bound for name, bound in limits.items() if bound is not None}
    return Kind(words="integer", read=lambda fields, name: fields.whole(name), schema=schema)


def growth(*, most: int) -> Kind:
    """A number of at least 1."""
    schema = {"type": "number", "minimum": 1, "maximum": most}
    return Kind(words="number", read=lambda fields, name: fields.number(name, least=1), schema=schema)


def words(*, most: int, longest: int) -> Kind:
    """A list of words. An empty one counts as set: it takes back what a template sets."""

    def read(fields: Fields, name: str) -> tuple[str, ...] | None:
        texts = fields.texts(name)
        return texts if fields.has(name) else None

    item = Setting(doc="A code or a reason.", kind=text(least=1, most=longest))
    return Kind(words="list of strings", read=read, items=item, schema=_array(most))


def core(shape: str, *, described: Mapping[str, Setting] | None = None, schema: Json = OPEN) -> Kind:
    """An object of core/v1, passed on as it is; an empty one is none. `described` are fields that the CRD describes."""
    return Kind(
        words=f"core/v1 {shape}",
        read=lambda fields, name: fields.core(name, shape) or None,
        table=described,
        schema={"type": "object", **schema},
    )


def core_list(shape: str, *, keys: Mapping[str, str] = {}, most: int = 100, key: Kind | None = None) -> Kind:
    """A list of such objects. `keys` are the fields that identify one, by which field managers can share the list, with their docs."""
    described = {name: Setting(doc=doc, kind=key or _KEY) for name, doc in keys.items()}
    item = Setting(doc=f"core/v1 {shape}.", kind=core(shape, described=described or None, schema=ENTRY if keys else OPEN))
    by_key = {"x-kubernetes-list-type": "map", LIST_MAP_KEYS: list(keys)} if keys else {}
    return Kind(
        words=f"list of core/v1 {shape}",
        read=lambda fields, name: fields.core(name, f"[]{shape}") or None,
        items=item,
        schema={**_array(most), **by_key},
    )


def core_tuple(shape: str, *, keys: Mapping[str, str] = {}, most: int = 100, key: Kind | None = None) -> Kind:
    """A list of such objects that is none of a pod's fields."""
    return replace(core_list(shape, keys=keys, most=most, key=key), read=lambda fields, name: fields.core_list(name, shape))


def each(item: Setting, read: Callable[[Fields], Any], *, most: int) -> Kind:
    """A list of objects, each of which is read by itself."""
    return Kind(
        words="list of objects",
        read=lambda fields, name: tuple(read(one) for one in fields.each(name)),
        items=item,
        schema=_array(most),
    )


def only(name: str, inner: Setting) -> Kind:
    """An object with a single field, which in Python is that field's value; None where the object isn't given."""

    def read(fields: Fields, key: str) -> Any:
        if not fields.has(key):
            return fields.raw(key)
        nested = fields.object(key)
        value = inner.kind.read(nested, name)
        nested.done()
        return value

    return Kind(words="object", read=read, table={name: inner}, schema={"type": "object"})


def reference(doc: str) -> Kind:
    """The name of another object in the same namespace, as `{name: …}`."""
    kind = replace(OBJECT_NAME, read=lambda fields, name: fields.required_name(name), required=True)
    return only("name", Setting(doc=doc, kind=kind))


def fields_by_name(table: Mapping[str, Setting]) -> Kind:
    """Fields that stand beside the others of the object; in Python, an object of those that are given, by the keys of `table`."""
    readers = tuple((declared.name or name, name, declared.kind.read) for name, declared in table.items())

    def read(fields: Fields, _: str) -> dict[str, Any]:
        return {key: value for name, key, reader in readers if (value := reader(fields, name)) is not None}

    return Kind(words="", read=read, table=table)


def unchanged(declared: Setting, field: str, *, new: str = "self", old: str = "oldSelf") -> str:
    """In CEL, that `field` is what it was.

    A list with keys is compared entry by entry. As a whole it is never equal to itself where a key is there twice, as an older CRD has
    let it in, and the object could not be changed any more.
    """
    entries = ".map(entry, entry)" if LIST_MAP_KEYS in declared.kind.schema else ""
    new, old = f"{new}.{field}", f"{old}.{field}"
    return f"(has({new}) == has({old}) && (!has({new}) || {new}{entries} == {old}{entries}))"


def _array(most: int) -> Json:
    return {"type": "array", "maxItems": most}


def _string(*, least: int | None = None, most: int | None = None) -> dict[str, Any]:
    limits = {"minLength": least, "maxLength": most}
    return {"type": "string"} | {name: limit for name, limit in limits.items() if limit is not None}


def _parse_memory(fields: Fields, name: str) -> int | None:
    amount = fields.matching(name, QUANTITY, expected=_MEMORY_IN_WORDS, longest=LONGEST)
    return None if amount is None else parse_bytes(amount)


def _duration(rule: str) -> Kind:
    rules = (Rule(cel=rule, message=_DURATION_IN_WORDS),)
    return Kind(words="string", read=lambda fields, name: fields.duration(name), schema=_SHORT, rules=rules)


DURATION = _duration(_DURATION)
#: A limit of 0 is none, which takes back one from further up.
LIMIT = _duration(f"self == '0' || {_DURATION}")
MEMORY = Kind(words="string", read=_parse_memory, schema=_SHORT, rules=(Rule(cel=_MEMORY, message=f"must be {_MEMORY_IN_WORDS}"),))
#: Not required: an object that an older CRD let in without it could never be written again, not even its status.
_KEY = Kind(words="string", read=lambda fields, name: fields.text(name), schema={**_string(), "default": ""})
OBJECT_NAME = Kind(
    words="string",
    read=lambda fields, name: fields.name(name),
    schema={**_string(least=1, most=LONGEST_NAME), "pattern": f"^{NAME}$"},
)
#: The same; an empty one, as charts like to write, is none.
OBJECT_NAME_OR_EMPTY = replace(OBJECT_NAME, schema={**_string(most=LONGEST_NAME), "pattern": f"^({NAME})?$"})
FLAG = Kind(words="boolean", read=lambda fields, name: fields.switch(name), schema={"type": "boolean"})
#: Labels of nodes, which are only compared with.
STRINGS = Kind(words="map of strings", read=lambda fields, name: fields.core(name, "{}string") or None, schema=_STRINGS)
LABELS = Kind(words="map of strings", read=lambda fields, name: fields.labels(name), schema=_STRINGS)
ANNOTATIONS = Kind(words="map of strings", read=lambda fields, name: fields.annotations(name), schema=_STRINGS)
#: Any object, passed on as it is.
OBJECT = Kind(words="object", read=lambda fields, name: fields.mapping(name), schema=OPEN)
