"""How a setting of the operator, or a field of the API, is declared: what reads it, and how the reference describes it.

Every one is declared once, as a field of a frozen dataclass: a setting with `setting`, a field of the API with `api_field`
(`api.kinds`). Parser, reference, the chart's schema and the CRDs all go by that declaration, so they can't disagree. A name
in Python is the name in YAML, in snake case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import Field, dataclass, field
from dataclasses import fields as dataclass_fields
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from glider_core.api.fields import LABEL_VALUE as _LABEL_VALUE
from glider_core.api.fields import Fields
from glider_core.api.names import NAMESPACE as _NAMESPACE

Json = Mapping[str, Any]
T = TypeVar("T")
_SETTING = "setting"
#: Up to 65535.
_PORT = r"([0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
#: A name or an address; one of IPv6 in brackets. None at all is all addresses of the machine.
_HOST = r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]*)"
_LAST_PORT = 65_535
#: A hundred years: what is longer comes to the same, and no date overflows.
_LONGEST = 100 * 365 * 86_400
#: What `Kind.read` returns where None is meant, and not the default.
NONE = object()


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """A rule in CEL that the API server checks, and what it answers where the rule is broken."""

    cel: str
    message: str
    field_path: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """What a field holds.

    Attributes:
        words: what the reference calls it; empty where the fields of the nested object stand beside the others (`inline`).
        read: takes the field out of its object, None where it isn't given.
        section: the dataclass that the fields of a nested object are declared in.
        table: these fields, where they are no dataclass in Python.
        items: what each item of a list is.
        schema: what a CRD declares for it, besides its fields and items. It may be stricter than `read`, which also meets what an
            API server with an older CRD has let in.
        rules: what a CRD checks with CEL.
        required: whether the object has to have the field.
    """

    words: str
    read: Callable[[Fields, str], Any]
    section: type | None = None
    table: Mapping[str, Setting] | None = None
    items: Setting | None = None
    schema: Json = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    required: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """A declaration. `name`: its own where it isn't the field's. `default_text`: its default in words, where the value doesn't show it."""

    doc: str
    kind: Kind
    name: str | None = None
    default_text: str | None = None
    restart: bool = False


def setting(
    doc: str, kind: Kind, *, default: Any = None, name: str | None = None, default_text: str | None = None, restart: bool = False
) -> Any:
    """Declares a setting; `default` may be a class or function that makes it. `restart`: read once, at the operator's start."""
    metadata = {_SETTING: Setting(doc=doc, kind=kind, name=name, default_text=default_text, restart=restart)}
    if callable(default):
        return field(default_factory=default, metadata=metadata)
    return field(default=default, metadata=metadata)


def settings_of(section: type) -> Iterator[tuple[str, str, Setting, Field[Any]]]:
    """Each setting of a section: its name in YAML, its name in Python, what was declared, and the field itself."""
    for member in dataclass_fields(section):
        if _SETTING in member.metadata:
            declared: Setting = member.metadata[_SETTING]
            yield declared.name or yaml_name(member.name), member.name, declared, member


def declared_in(section: type | Mapping[str, Setting]) -> Iterator[tuple[str, Setting]]:
    """Each field of a section by its name in YAML; those of inline sections stand beside the others."""
    own = section.items() if isinstance(section, Mapping) else ((name, declared) for name, _, declared, _ in settings_of(section))
    for name, declared in own:
        kind = declared.kind
        inner = kind.table or kind.section
        if inner and not kind.words:
            yield from declared_in(inner)
        else:
            yield declared.name or name, declared


def yaml_name(name: str) -> str:
    """client_connection -> clientConnection."""
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def parse_section(section: type[T], fields: Fields) -> T:
    """The section that `fields` holds. What isn't given, or is null, gets its default.

    Raises:
        FieldError: a key is unknown or of another form.
    """
    values = read_section(section, fields)
    fields.done()
    return values


def read_section(section: type[T], fields: Fields, **known: Any) -> T:
    """The same among other fields, which somebody else asks for; `known` are fields of the dataclass that the caller has read itself."""
    values = known
    for name, attribute, read in _readers(section):  # type: ignore[arg-type]  # a class is hashable
        if attribute not in values and (value := read(fields, name)) is not None:
            values[attribute] = None if value is NONE else value
    return section(**values)


@cache
def _readers(section: type) -> tuple[tuple[str, str, Callable[[Fields, str], Any]], ...]:
    return tuple((name, attribute, declared.kind.read) for name, attribute, declared, _ in settings_of(section))


def _text(fields: Fields, name: str) -> str | None:
    return fields.text(name) or None  # charts like to write an empty string for none


def _label_value(fields: Fields, name: str) -> str | None:
    return fields.matching(name, _LABEL_VALUE, expected="at most 63 letters, digits, dashes, underscores and dots")


def _address(fields: Fields, name: str) -> str | None:
    return fields.matching(name, rf"{_HOST}:{_PORT}", expected="host:port such as :8080, 127.0.0.1:8080 or [::1]:8080")


def _address_or_none(fields: Fields, name: str) -> Any:
    return NONE if fields.is_word(name, "0") else _address(fields, name)


def _duration_or_forever(fields: Fields, name: str) -> Any:
    return NONE if fields.is_word(name, "forever") else fields.duration(name)


def _seconds(fields: Fields, name: str) -> timedelta | None:
    seconds = fields.count(name)
    return None if seconds is None else timedelta(seconds=min(seconds, _LONGEST))


def _texts(fields: Fields, name: str) -> tuple[str, ...] | None:
    return fields.texts(name) or None


def _namespaces(fields: Fields, name: str) -> tuple[str, ...] | None:
    return fields.texts(name, pattern=_NAMESPACE, what="namespace's name, as a string") or None


def _path(fields: Fields, name: str) -> Path | None:
    text = fields.text(name)
    return Path(text) if text else None


TEXT = Kind(words="string", read=_text)
PATH = Kind(words="path", read=_path)
NAME = Kind(words="name of an object", read=lambda fields, name: fields.name(name))
NAMESPACE = Kind(
    words="name of a namespace", read=lambda fields, name: fields.matching(name, _NAMESPACE, expected="the name of a namespace")
)
ADDRESS = Kind(words="host:port", read=_address)
ADDRESS_OR_NONE = Kind(words='host:port or "0"', read=_address_or_none)
COUNT = Kind(words="integer", read=lambda fields, name: fields.count(name))
LIMIT = Kind(words="integer", read=lambda fields, name: fields.count(name) or None)
FLAG = Kind(words="boolean", read=lambda fields, name: fields.switch(name))
LABEL_VALUE = Kind(words="value of a label", read=_label_value)
DURATION = Kind(words="duration", read=lambda fields, name: fields.duration(name))
DURATION_OR_FOREVER = Kind(words="duration or forever", read=_duration_or_forever)
SECONDS = Kind(words="integer", read=_seconds)
PORT = Kind(words="integer", read=lambda fields, name: fields.count(name, most=_LAST_PORT) or None)
NAMESPACES = Kind(words="list of strings", read=_namespaces)
TEXTS = Kind(words="list of strings", read=_texts)


def number(*, least: float) -> Kind:
    """A number of at least `least`."""
    return Kind(words="number", read=lambda fields, name: fields.number(name, least=least))


def choice(*choices: str) -> Kind:
    """One of `choices`."""

    def read(fields: Fields, name: str) -> str | None:
        return None if fields.is_word(name, "") else fields.choice(name, *choices)

    return Kind(words=" or ".join(choices), read=read)


def core(kind: str) -> Kind:
    """An object of Kubernetes' own, passed on as it is."""
    return Kind(
        words=f"core/v1 {kind}", read=lambda fields, name: fields.core(name, kind) or None
    )  # an empty one, as in a chart's values, is none


def core_list(kind: str) -> Kind:
    """A list of Kubernetes' own objects, passed on as they are."""
    return Kind(words=f"list of core/v1 {kind}", read=lambda fields, name: fields.core_list(name, kind) or None)


def as_in_task(name: str, cls: type) -> Kind:
    """An object that a TaskTemplate has too, under the same name and with the same fields."""
    return Kind(words=f"as `{name}` of a TaskTemplate", read=lambda fields, key: parse_section(cls, fields.object(key)))


def section(cls: type, *, check: Callable[[Any, Fields, str], None] | None = None) -> Kind:
    """An object with fields of its own; None where it isn't given. `check` refuses what doesn't fit together in it."""

    def read(fields: Fields, name: str) -> Any:
        if not fields.has(name):
            return fields.raw(name)
        parsed: Any = parse_section(cls, fields.object(name))
        if check is not None:
            check(parsed, fields, name)
        return parsed

    return Kind(words="object", read=read, section=cls, schema={"type": "object"})


def inline(cls: type) -> Kind:
    """Settings that stand beside the others of the object, and belong together only in Python."""
    return Kind(words="", read=lambda fields, _: read_section(cls, fields), section=cls)
