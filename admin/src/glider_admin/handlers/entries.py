"""What lists of registered entities have in common: an entry by name, version and time, whatever is behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic

from flyteidl.admin import common_pb2

from glider_admin.listing.fields import Field, Fields, Kind
from glider_admin.listing.pages import M
from glider_admin.messages.identifiers import Place


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry(Generic[M]):
    """One version of an entity.

    Attributes:
        place: where the client asks.
        name: its full name.
        version: its version.
        created: when it was registered.
        updated: when it was last changed.
        message: makes what the client gets; only called for those that a page has.
        other: the name of the entity that it is about, such as a launch plan's workflow.
        state: of a launch plan.
    """

    place: Place
    name: str
    version: str
    created: str
    updated: str
    message: Callable[[], M]
    other: str = ""
    state: int | None = None


def fields_of(entity: str, *, other: str = "", has_state: bool = False) -> Fields[Entry[M]]:
    """What entries of `entity` are filtered and sorted by; `other` is the entity that they are about."""
    fields: dict[str, Field[Entry[M]]] = {
        "project": Field(read=lambda entry: entry.place.project),
        "domain": Field(read=lambda entry: entry.place.domain),
        "name": Field(read=lambda entry: entry.name),
        "version": Field(read=lambda entry: entry.version),
        "created_at": Field(read=lambda entry: entry.created, kind=Kind.TIME),
        "updated_at": Field(read=lambda entry: entry.updated, kind=Kind.TIME),
    }
    if other:
        fields[f"{other}.name"] = Field(read=lambda entry: entry.other)
    if has_state:
        fields["state"] = Field(read=lambda entry: entry.state, kind=Kind.NUMBER)
    return Fields(entity=entity, by_name=fields, key=lambda entry: f"{entry.name}\0{entry.version}")


#: What the names of entities are filtered and sorted by; without another order they are sorted by name.
NAMES: Fields[common_pb2.NamedEntityIdentifier] = Fields(
    entity="entities",
    by_name={
        "project": Field(read=lambda one: one.project),
        "domain": Field(read=lambda one: one.domain),
        "name": Field(read=lambda one: one.name),
    },
    key=lambda one: one.name,
)


def identifiers(names: Iterable[str], place: Place) -> list[common_pb2.NamedEntityIdentifier]:
    """Each name once."""
    return [common_pb2.NamedEntityIdentifier(project=place.project, domain=place.domain, name=name) for name in sorted(set(names))]
