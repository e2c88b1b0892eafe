"""Which rows of the index are asked for, and which of its folders have them.

The index is by the day of the completion, and nothing completes before it was created: so whoever asks for what was created since some
moment needs the days from then on. Clocks differ: a day more is read where the moment is within an hour of midnight.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from glider_core.api.moments import format_time
from glider_core.api.selectors import parse_selector

#: By how much the clocks of those who write and of those who read may differ.
SKEW = timedelta(hours=1)

Takes = Callable[[Mapping[str, Any]], bool]


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """Which rows. What isn't given asks for nothing.

    Attributes:
        namespaces: theirs; None for all.
        names: names of executions; with `uids`, either will do.
        uids: UIDs, or their beginnings of at least 8 characters.
        phases: how they ended.
        labels: a label selector, as kubectl takes it.
        task: the task's full name, the last part of it, or the name of its TaskTemplate.
        related: only those that repeat another, or were started by another.
        created_after, completed_after: from this moment on.
        completed_before: before this moment.
        limit: how many, the newest.
    """

    namespaces: tuple[str, ...] | None = None
    names: tuple[str, ...] = ()
    uids: tuple[str, ...] = ()
    phases: tuple[str, ...] = ()
    labels: str = ""
    task: str = ""
    related: bool = False
    created_after: datetime | None = None
    completed_after: datetime | None = None
    completed_before: datetime | None = None
    limit: int | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """Each row that is asked for has one of them in its text; none where nothing is known of it."""
        return (*self.names, *self.uids)

    @property
    def since(self) -> datetime | None:
        """No row that is asked for completed before; None where any may have."""
        created = first_completion(self.created_after) if self.created_after else None
        return max((moment for moment in (created, self.completed_after) if moment), default=None)


def matcher(query: Query) -> Takes:
    """Whether a row, in its JSON form, is asked for, as a function of the row. Tombstones never are.

    Raises:
        FieldError: `labels` is no label selector.
    """
    checks: list[Takes] = [lambda row: "deleted" not in row]
    if query.namespaces is not None:
        namespaces = frozenset(query.namespaces)
        checks.append(lambda row: row["namespace"] in namespaces)
    if query.names or query.uids:
        names = frozenset(query.names)
        checks.append(lambda row: row["name"] in names or row["uid"].startswith(query.uids))
    if query.phases:
        phases = frozenset(query.phases)
        checks.append(lambda row: row.get("phase", "") in phases)
    if query.task:
        checks.append(lambda row: is_of_task(row, query.task))
    if query.related:
        checks.append(lambda row: "rerunOf" in row or "parent" in row)
    if query.labels:
        selector = parse_selector(query.labels)
        checks.append(lambda row: all(one.takes(row.get("labels") or {}) for one in selector))
    for key, since in (("created", query.created_after), ("completed", query.completed_after)):
        if since is not None:
            checks.append(_not_before(key, format_time(since) or ""))
    if query.completed_before is not None:
        before = format_time(query.completed_before) or ""
        checks.append(lambda row: row["completed"] < before)
    return lambda row: all(check(row) for check in checks)


def is_of_task(row: Mapping[str, Any], task: str) -> bool:
    """Whether a row, in its JSON form, is of the task that is called so."""
    name = row.get("task", "")
    return task in (name, row.get("template", "")) or name.endswith(f".{task}")


def _not_before(key: str, moment: str) -> Takes:
    """Times in UTC are in the order of their texts. What has none isn't left out."""
    return lambda row: row.get(key, moment) >= moment


@dataclass(frozen=True, order=True, slots=True)
class Period:
    """A day of the index, or a whole month of it, which is listed in one go."""

    first: date
    whole_month: bool = False

    @property
    def path(self) -> str:
        """Its folder, below that of a namespace."""
        return f"{self.first:%Y/%m}" if self.whole_month else f"{self.first:%Y/%m/%d}"

    @property
    def last(self) -> date:
        """Its last day."""
        return next_month(self.first) - timedelta(days=1) if self.whole_month else self.first


def periods(since: datetime, until: datetime) -> Iterator[Period]:
    """What to list for the days from that of `since` to that of `until`, the newest first: whole months where all of their days count,
    else days.
    """
    first, last = since.astimezone(UTC).date(), until.astimezone(UTC).date()
    while first <= last:
        month = last.replace(day=1)
        if first <= month and last == next_month(month) - timedelta(days=1):
            yield Period(month, whole_month=True)
            last = month
        else:
            yield Period(last)
        last -= timedelta(days=1)


def first_completion(created_after: datetime) -> datetime:
    """Nothing that was created since then completed before this moment."""
    return created_after - SKEW


def until(query: Query, *, now: datetime) -> datetime:
    """No row that is asked for completed after this second."""
    latest = now + SKEW
    return min(query.completed_before - timedelta(seconds=1), latest) if query.completed_before else latest


def next_month(day: date) -> date:
    """The first day of the month after that of `day`."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
