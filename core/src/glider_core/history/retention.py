"""Which executions of the history are deleted, with all their data: by which rule, and what keeps one that a rule is for.

Rules are for rows of the index. What holds an execution nevertheless is known from elsewhere: whether its TaskExecution is still there,
and what the executions refer to that aren't finished. What isn't known holds too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from fnmatch import fnmatchcase

from glider_core.api.moments import parse_time
from glider_core.api.places import Place
from glider_core.config.retention import RetentionRule
from glider_core.history.folders import key_of_folder
from glider_core.history.references import MOST_NAMED, References
from glider_core.history.rows import Row


class Hold(StrEnum):
    """Why an execution isn't deleted that a rule, or somebody, would have deleted. A label's value in metrics."""

    EXISTS = "TaskExecutionExists"
    INPUT = "InputOfLiveExecution"
    PARENT = "PartOfLiveExecution"
    UNKNOWN_INPUTS = "InputsOfLiveExecutionUnknown"
    RECORD = "RecordUnreadable"
    NOT_OWN = "FolderNotItsOwn"
    NOT_GRANTED = "PlaceNotGranted"
    NEWER = "ObjectsNewer"


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """It isn't deleted. `message` continues the execution's name; `by`: the executions because of which."""

    hold: Hold
    message: str
    by: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What is known besides the history.

    Attributes:
        existing: UIDs of the TaskExecutions that are there.
        references: what those refer to that aren't finished.
    """

    existing: Collection[str] = frozenset()
    references: References = field(default_factory=References)


def rule_of(row: Row, rules: Sequence[RetentionRule], *, last_uses: Mapping[str, datetime], now: datetime) -> RetentionRule | None:
    """The first of `rules` by which the execution of `row` is to be deleted. `last_uses`: as `add_uses` makes it."""
    completed = _completed(row)
    if row.deleted or completed is None:
        return None
    used = max(completed, last_uses.get(row.key, completed))
    return next((rule for rule in rules if _takes(rule, row, completed=completed, used=used, now=now)), None)


def add_uses(last_uses: dict[str, datetime], row: Row) -> None:
    """Note in `last_uses` when the executions ended last that took inputs from the folders of others."""
    if (completed := _completed(row)) is None:
        return
    for folder in row.uses:
        if (key := key_of_folder(folder)) is not None:
            last_uses[key] = max(completed, last_uses.get(key, completed))


def uses_since(rules: Sequence[RetentionRule], *, now: datetime) -> datetime | None:
    """From when on uses matter to `rules`; None where they don't."""
    longest = max((rule.unused_for for rule in rules if rule.unused_for is not None), default=None)
    return None if longest is None else now - longest


def ended_before(rules: Sequence[RetentionRule], *, now: datetime) -> datetime:
    """No rule is for an execution that ended later."""
    shortest = min((max(rule.age or timedelta(), rule.unused_for or timedelta()) for rule in rules), default=timedelta())
    return now - shortest


def hold_of(row: Row, places: Collection[Place], facts: Facts) -> Held | None:
    """What keeps an execution, with the `places` of its folders as far as they are known."""
    references = facts.references
    if row.uid in facts.existing or row.uid in references.live:
        return Held(hold=Hold.EXISTS, message="its TaskExecution is still there")
    if users := references.to(row.uid, places):
        return Held(hold=Hold.INPUT, message=f"its data are inputs of {_named(users)}, not finished yet", by=users)
    if row.parent and (parent := references.live.get(row.parent)) is not None:
        return Held(hold=Hold.PARENT, message=f"it is part of {parent}, not finished yet", by=(parent,))
    if references.unknown:
        unknown = _named(references.unknown)
        message = f"its data may be inputs of an execution that isn't finished, and whose inputs can't be read: {unknown}"
        return Held(hold=Hold.UNKNOWN_INPUTS, message=message, by=tuple(one.partition(":")[0] for one in references.unknown))
    return None


def _takes(rule: RetentionRule, row: Row, *, completed: datetime, used: datetime, now: datetime) -> bool:
    return (
        (not rule.namespaces or any(fnmatchcase(row.namespace, pattern) for pattern in rule.namespaces))
        and (not rule.phases or row.phase in rule.phases)
        and all(row.labels.get(key) == value for key, value in rule.labels.items())
        and (rule.age is None or completed + rule.age <= now)
        and (rule.unused_for is None or used + rule.unused_for <= now)
    )


def _completed(row: Row) -> datetime | None:
    try:
        moment = parse_time(row.completed)
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def _named(users: Sequence[str]) -> str:
    more = len(users) - MOST_NAMED
    return ", ".join(users[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
