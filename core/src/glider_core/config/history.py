"""What stays in the store of executions that have ended: their logs, their history, and for how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from glider_core.api.fields import Fields
from glider_core.api.places import PLACE
from glider_core.api.settings import DURATION, FLAG, LIMIT, TEXT, Kind, parse_section, setting

_HUNDRED_MIB = 100 << 20


def _read_place(fields: Fields, name: str) -> str | None:
    return fields.matching(name, PLACE, expected="a URI in an object store, such as s3://bucket/prefix")


_PLACE = Kind(words="URI", read=_read_place)
_TEXTS = Kind(words="list of strings", read=lambda fields, name: fields.texts(name) or None)
_LABELS = Kind(words="strings by name", read=lambda fields, name: fields.strings(name) or None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Logs:
    """Whether tasks' logs are kept in the store, beside their outputs."""

    archive: bool = setting(
        "Whether the executor keeps what a task writes to standard output and standard error in the store, beside its outputs "
        "(docs/history.md). Without a store it can't.",
        FLAG,
        default=True,
    )
    most_bytes: int = setting(
        "How much of an attempt's log is kept. Of more the beginning and the end are kept, and a line between has how much was cut.",
        LIMIT,
        default=_HUNDRED_MIB,
    )
    interval: timedelta = setting(
        "How often what is new is stored while the task runs: as much is lost at most with a node.", DURATION, default=timedelta(seconds=30)
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """Whether finished executions are kept in the store."""

    enabled: bool = setting("Whether each execution that ends is kept in the store (docs/history.md).", FLAG, default=False, restart=True)
    prefix: str | None = setting(
        "The prefix below which the history is. The operator needs to read, write, list and delete there.",
        _PLACE,
        default_text="the folder .history below storage.metadataPrefix",
        restart=True,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class RetentionRule:
    """Which executions in the history are deleted, with all their data. All that is given has to hold."""

    name: str = setting("The rule's name, for logs and metrics.", TEXT, default="")
    namespaces: tuple[str, ...] = setting("Names of namespaces, or patterns such as team-*.", _TEXTS, default=(), default_text="all")
    phases: tuple[str, ...] = setting("How they ended, such as Succeeded.", _TEXTS, default=(), default_text="any")
    labels: Mapping[str, str] = setting("Labels that they have.", _LABELS, default=dict, default_text="any")
    age: timedelta | None = setting("For how long they have been over.", DURATION, default_text="any")
    unused_for: timedelta | None = setting(
        "For how long no execution has ended that took an input from their data.", DURATION, default_text="any"
    )


def _read_rules(fields: Fields, name: str) -> tuple[RetentionRule, ...]:
    return tuple(parse_section(RetentionRule, entry) for entry in fields.each(name))


_RULES = Kind(words="list of rules", read=_read_rules)


@dataclass(frozen=True, kw_only=True, slots=True)
class Retention:
    """Which data of executions in the history is deleted. Without rules nothing ever is."""

    dry_run: bool = setting("Only log and count what would be deleted.", FLAG, default=True)
    interval: timedelta = setting("How often the rules are applied.", DURATION, default=timedelta(hours=1))
    deletes_per_second: int = setting("How many objects are deleted a second.", LIMIT, default=100)
    rules: tuple[RetentionRule, ...] = setting("The rules; one that matches is enough.", _RULES, default=())
