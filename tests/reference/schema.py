"""JSON Schema of what a parser takes: the parser itself is run, and each question that it asks of a field becomes its schema.

So a rule stands in the parser alone. What a schema can't say (a sum of durations, settings that have to fit together) stays the
parser's; what it says has to be what Go's regular expressions know, since helm applies it. A field that is null counts as absent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from glider_core.api import fields as rules
from glider_core.api.fields import Fields
from glider_core.api.moments import TIME
from glider_core.api.names import LONGEST_NAME, NAME
from glider_core.api.quantities import LONGEST, QUANTITY
from glider_core.api.shapes import INTEGERS, fields_of, required_of

Json = dict[str, Any]

_AMOUNT: Json = {"type": ["string", "number"], "pattern": f"^({QUANTITY})$", "maxLength": LONGEST}


def _integer(kind: str) -> Json:
    return {"type": "integer", "minimum": -INTEGERS[kind], "maximum": INTEGERS[kind] - 1}


_SHAPE = re.compile("#/definitions/(?P<kind>.+)")
_SIMPLE: Mapping[str, Json] = {
    "string": {"type": "string"},
    **{kind: _integer(kind) for kind in INTEGERS},
    "boolean": {"type": "boolean"},
    "port": {**_integer("int32"), "type": ["integer", "string"]},
    "name": {"type": "string", "pattern": f"^({NAME})$", "maxLength": LONGEST_NAME},
    "time": {"type": "string", "pattern": f"^({TIME})$"},
    "quantity": _AMOUNT,
    "any": {},
}


def schema_of(parse: Callable[[Fields], object]) -> Json:
    """The schema of the objects that `parse` takes."""
    asked = Asked()
    parse(asked)
    return asked.schema()


def core_schema(kind: str) -> Json:
    """The schema of a type of core/v1, as in the parser's table."""
    if kind.startswith("[]"):
        return {"type": "array", "items": core_schema(kind[2:])}
    if kind.startswith("{}"):
        return {"type": "object", "additionalProperties": _or_null(core_schema(kind[2:]))}
    return dict(_SIMPLE[kind]) if kind in _SIMPLE else {"$ref": f"#/definitions/{kind}"}


def definitions_for(schema: Json) -> Json:
    """The shapes of core/v1 that `schema` refers to, by name."""
    found: Json = {}
    left = _references(schema)
    while left:
        kind = left.pop()
        if kind not in found:
            found[kind] = _definition(kind)
            left |= _references(found[kind])
    return dict(sorted(found.items()))


def _definition(kind: str) -> Json:
    required = required_of(kind)
    properties = {name: core_schema(form) for name, form in fields_of(kind).items()}
    properties = {name: schema if name in required else _or_null(schema) for name, schema in properties.items()}
    if "name" in required:
        properties["name"] = {**properties["name"], "minLength": 1}
    needs = {"required": sorted(required)} if required else {}
    return {"type": "object", **needs, "additionalProperties": False, "properties": properties}


def _references(schema: Any) -> set[str]:
    if isinstance(schema, dict):
        own = {found["kind"] for found in [_SHAPE.fullmatch(str(schema.get("$ref")))] if found}
        return own.union(*map(_references, schema.values()))
    return set().union(*map(_references, schema)) if isinstance(schema, list) else set()


def _or_null(schema: Json) -> Json:
    if not schema:
        return schema
    if "type" not in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return {**schema, "type": [*kinds, "null"]}


class Asked(Fields):
    """Remembers what it is asked for, and answers as an object would that has nothing in it."""

    def __init__(self, value: object = None, *, path: str = "") -> None:
        super().__init__({}, path=path)
        self._schemas: dict[str, Json] = {}
        self._inner: dict[str, Asked] = {}
        self._items: dict[str, Asked] = {}
        self._words: dict[str, list[str]] = {}
        self._required: list[str] = []
        self._closed = False

    def schema(self) -> Json:
        """All that was asked for."""
        properties = {name: self._property(name) for name in self._asked}
        required = {"required": sorted(set(self._required))} if self._required else {}
        closed = {"additionalProperties": False} if self._closed else {}
        return {"type": "object", **required, **closed, "properties": properties}

    def _property(self, name: str) -> Json:
        schema = self._schemas.get(name, {})
        if name in self._inner:
            schema = self._inner[name].schema()
        if name in self._items:
            schema = {**schema, "items": self._items[name].schema()}
        if name not in self._required and ("$ref" in schema or isinstance(schema.get("type"), str)):
            schema = _or_null(schema)
        if name in self._words:
            return {"anyOf": [{"enum": self._words[name]}, schema]}
        return schema

    def _ask(self, name: str, schema: Json) -> None:
        self._asked[name] = None
        self._schemas.setdefault(name, schema)

    def has(self, name: str) -> bool:
        """So that what is there is asked for, too."""
        return True

    def raw(self, name: str) -> Any:
        """Anything."""
        self._asked[name] = None

    def object(self, name: str) -> Asked:
        """An object, and what is asked of it."""
        self._asked[name] = None
        return self._inner.setdefault(name, Asked(path=self.path(name)))

    def mapping(self, name: str) -> None:
        """An object, or what was asked of it before."""
        self._ask(name, {"type": "object"})

    def text(self, name: str) -> None:
        """Any string."""
        self._ask(name, {"type": "string"})

    def required_text(self, name: str) -> str:
        """A string that has to be there."""
        self._ask(name, {"type": "string", "minLength": 1})
        self._required.append(name)
        return name

    def name(self, name: str) -> None:
        """A name."""
        self.matching(name, NAME, expected="", longest=LONGEST_NAME)

    def required_name(self, name: str) -> str:
        """A name that has to be there."""
        self._ask(name, {"type": "string", "pattern": f"^({NAME})$", "maxLength": LONGEST_NAME})
        self._required.append(name)
        return "name"

    def matching(self, name: str, pattern: str, *, expected: str, longest: int | None = None) -> None:
        """A string that matches, or none."""
        limit = {} if longest is None else {"maxLength": longest}
        self._ask(name, {"type": "string", "pattern": f"^({pattern})?$", **limit})

    def is_word(self, name: str, word: str) -> bool:
        """The word, besides what is asked for otherwise."""
        self._asked[name] = None
        self._words.setdefault(name, []).append(word)
        return False

    def choice(self, name: str, *choices: str) -> None:
        """One of the choices."""
        self._ask(name, {"enum": [*map(str, choices), None]})

    def count(self, name: str, *, least: int = 0, most: int | None = None) -> None:
        """A whole number of at least `least`."""
        self._ask(name, {"type": "integer", "minimum": least, **({} if most is None else {"maximum": most})})

    def whole(self, name: str) -> None:
        """Any whole number."""
        self._ask(name, {"type": "integer"})

    def flag(self, name: str) -> bool:
        """True or false."""
        self._ask(name, {"type": "boolean"})
        return False

    def switch(self, name: str) -> None:
        """True or false."""
        self._ask(name, {"type": "boolean"})

    def strings(self, name: str) -> Mapping[str, str]:
        """An object of strings."""
        self._ask(name, {"type": "object", "additionalProperties": {"type": "string"}})
        return {}

    def labels(self, name: str) -> Mapping[str, str]:
        """An object of labels. By `propertyNames` Helm's message would lack the path."""
        value = {"type": "string", "pattern": f"^({rules.LABEL_VALUE})?$"}
        self._ask(name, {"type": "object", "patternProperties": {f"^({rules.LABEL_KEY})$": value}, "additionalProperties": False})
        return {}

    def annotations(self, name: str) -> Mapping[str, str]:
        """An object of annotations."""
        values = {f"^({rules.ANNOTATION_KEY})$": {"type": "string"}}
        self._ask(name, {"type": "object", "patternProperties": values, "additionalProperties": False})
        return {}

    def number(self, name: str, *, least: float) -> None:
        """A number of at least `least`."""
        self._ask(name, {"type": "number", "minimum": least, "maximum": rules.LARGEST})

    def duration(self, name: str) -> timedelta | None:
        """A duration, of which a schema can't say how long it may be."""
        self.matching(name, rules.DURATION, expected="", longest=rules.LONGEST_DURATION)
        return None

    def quantity(self, name: str) -> None:
        """A quantity."""
        self._ask(name, {**_AMOUNT, "type": [*_AMOUNT["type"], "null"]})

    def quantities(self, name: str) -> None:
        """An object of quantities."""
        self._ask(name, {"type": "object", "additionalProperties": _AMOUNT})

    def lists(self, name: str) -> Mapping[str, tuple[Mapping[str, Any], ...]]:
        """An object of lists of objects."""
        self._ask(name, {"type": "object", "additionalProperties": {"type": ["array", "null"], "items": {"type": "object"}}})
        return {}

    def objects(self, name: str) -> tuple[Mapping[str, Any], ...]:
        """A list of objects."""
        self._ask(name, {"type": "array", "items": {"type": "object"}})
        return ()

    def core(self, name: str, kind: str) -> None:
        """An object of Kubernetes' own, or what was asked of it before."""
        self._ask(name, core_schema(kind))

    def core_list(self, name: str, kind: str) -> tuple[Mapping[str, Any], ...]:
        """A list of them."""
        self._ask(name, core_schema(f"[]{kind}"))
        return ()

    def each(self, name: str, *, most: int | None = None, what: str = "") -> list[Fields]:
        """A list of objects, and what is asked of each."""
        limit = {} if most is None else {"maxItems": most}
        self._ask(name, {"type": "array", **limit})
        return [self._items.setdefault(name, Asked(path=f"{self.path(name)}[]"))]

    def texts(self, name: str, *, pattern: str = ".*", what: str = "", required: bool = False) -> tuple[str, ...]:
        """A list of strings."""
        matching = {} if pattern == ".*" else {"pattern": f"^({pattern})$"}
        self._ask(name, {"type": "array", "items": {"type": "string", **matching}, **({"minItems": 1} if required else {})})
        if required:
            self._required.append(name)
        return ()

    def rest(self, *names: str) -> Mapping[str, Any]:
        """Nothing else."""
        return {}

    def done(self) -> None:
        """Nothing else may be there."""
        self._closed = True
