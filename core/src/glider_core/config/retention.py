"""For how long data stay of executions that have ended: by rules, without which nothing is ever deleted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from glider.wire.jsonform import FieldError, nothing
from glider_core.api.fields import Fields
from glider_core.api.phases import Phase
from glider_core.api.settings import DURATION, FLAG, LIMIT, TEXT, Kind, parse_section, setting
from glider_core.config.namespaces import PATTERN

_PATTERNS = Kind(
    words="list of strings", read=lambda fields, name: fields.texts(name, pattern=PATTERN, what="name or pattern such as team-*") or None
)
_ENDS = "|".join(phase.value for phase in Phase if phase.terminal)
_PHASES = Kind(
    words="list of strings",
    read=lambda fields, name: fields.texts(name, pattern=f"({_ENDS})", what=f"final phase ({_ENDS.replace('|', ', ')})") or None,
)
_LABELS = Kind(words="strings by name", read=lambda fields, name: fields.labels(name) or None)


@dataclass(frozen=True, kw_only=True, slots=True)
class RetentionRule:
    """Which executions in the history are deleted, with all their data. All that is given has to hold."""

    name: str = setting("The rule's name, for logs and metrics.", TEXT, default="")
    namespaces: tuple[str, ...] = setting("Names of namespaces, or patterns such as team-*.", _PATTERNS, default=(), default_text="all")
    phases: tuple[str, ...] = setting("How they ended, such as Succeeded.", _PHASES, default=(), default_text="any")
    labels: Mapping[str, str] = setting("Labels that they have.", _LABELS, default=dict, default_text="any")
    age: timedelta | None = setting("For how long they have been over.", DURATION, default_text="any")
    unused_for: timedelta | None = setting(
        "For how long no execution has ended that took an input from their data.", DURATION, default_text="any"
    )


#: What a rule goes by.
_CONDITIONS = ("namespaces", "phases", "labels", "age", "unusedFor")


def _read_rules(fields: Fields, name: str) -> tuple[RetentionRule, ...]:
    return tuple(_read_rule(entry) for entry in fields.each(name))


def _read_rule(entry: Fields) -> RetentionRule:
    """A rule. An empty list in it isn't none: a value that is missing in a chart's template would make it a rule for everything."""
    for name in ("namespaces", "phases", "labels"):
        if (found := entry.raw(name)) is not None and not found:
            raise FieldError(entry.path(name), expected="at least one, or no such field", found=found)
    rule = parse_section(RetentionRule, entry)
    if not any(entry.has(name) for name in _CONDITIONS):
        raise FieldError(entry.path("age"), expected=f"at least one of {', '.join(_CONDITIONS)}, since nobody means all", found=nothing())
    return rule


_RULES = Kind(words="list of rules", read=_read_rules)


@dataclass(frozen=True, kw_only=True, slots=True)
class Retention:
    """Which data of executions in the history is deleted. Without rules nothing ever is."""

    dry_run: bool = setting("Only log and count what would be deleted.", FLAG, default=True)
    interval: timedelta = setting("How often the rules are applied.", DURATION, default=timedelta(hours=1))
    deletes_per_second: int = setting("How many objects are deleted a second.", LIMIT, default=100)
    rules: tuple[RetentionRule, ...] = setting("The rules; one that matches is enough.", _RULES, default=())


def check_retention(retention: Retention, *, history: bool) -> None:
    """Check that there is a `history` to apply the rules to, and that each rule has a name of its own.

    Raises:
        FieldError: there is none, a name is used twice, or the interval is none.
    """
    if not retention.interval:
        raise FieldError("retention.interval", expected="more than 0s", found="0s")
    if retention.rules and not history:
        expected = "history.enabled to be true beside it, since only what is in the history is deleted"
        raise FieldError("retention.rules", expected=expected, found=f"{len(retention.rules)} rules and no history")
    names = [rule.name for rule in retention.rules if rule.name]
    for number, rule in enumerate(retention.rules):
        if rule.name and names.count(rule.name) > 1:
            raise FieldError(f"retention.rules[{number}].name", expected="a name that no other rule has", found=rule.name)
