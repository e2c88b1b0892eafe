"""What lists of registered entities have in common: an entry by name, version and time, whatever is behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic

from flyteidl.admin import description_entity_pb2

from glider_admin.entities.kept import Kept
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
        message: makes what the client gets of the content, if it is kept; only called for those that a page has.
        description: makes its description in the same way; None where it has none.
        kept: what is kept of it, without the content.
        other: the name of the entity that it is about, such as a launch plan's workflow.
        state: of a launch plan.
    """

    place: Place
    name: str
    version: str
    created: str
    updated: str
    message: Callable[[Any], M]
    description: Callable[[Any], description_entity_pb2.DescriptionEntity] | None = None
    kept: Kept | None = None
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
