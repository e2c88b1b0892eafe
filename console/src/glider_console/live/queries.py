"""What a viewer wants to see of the executions: filters and an order. Equal queries are one query, whoever asks."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from glider.wire.jsonform import FieldError, words
from glider_client.inputs.moments import DATETIMES, DURATIONS, duration, moment
from glider_console.live.rows import Row
from glider_core.api.phases import Phase
from glider_core.api.selectors import Selector, parse_selector

#: Relative times are rounded down to it, so that viewers who ask within the same minute share their query.
_MINUTE = 60
_LATER = float("inf")
#: No task's name has more characters.
_LONGEST_TASK = 1_000

Key = tuple[Any, ...]


def _by_duration(row: Row) -> Key:
    """By the time that it took. What goes on comes after all of it, what hasn't begun before: neither depends on the time of day."""
    if row.duration is not None:
        return 1, row.duration
    return (2, -row.started) if row.started is not None and row.completed is None else (0, 0)


#: The orders by their names in an address; "-" before a name reverses it.
SORTS: Mapping[str, Callable[[Row], Key]] = {
    "created": lambda row: (row.created,),
    "completed": lambda row: (_LATER if row.completed is None else row.completed,),
    "duration": _by_duration,
    "name": lambda row: (row.name, row.namespace),
}
NEWEST_FIRST = "-created"


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """Which executions, and in which order. An empty field lets everything through.

    Attributes:
        phases: those to show. The counts by phase are of all.
        task: the task's full name or the template's; `*` stands for any characters.
        templates: the names of the task's templates, which executions refer to it by.
        selector: what the labels have to be.
        since, until: when they were created, in seconds since 1970.
        text: to be found in the name, the task, the reason or the error, in any case.
        sort: one of SORTS, with "-" before it for the reverse.
    """

    phases: frozenset[str] = frozenset()
    task: str = ""
    templates: frozenset[str] = frozenset()
    selector: Selector = ()
    since: int | None = None
    until: int | None = None
    text: str = ""
    sort: str = NEWEST_FIRST

    @property
    def reverse(self) -> bool:
        """Whether the order is reversed."""
        return self.sort.startswith("-")

    def key(self, row: Row) -> Key:
        """What rows are ordered by; no two have the same."""
        return *SORTS[self.sort.removeprefix("-")](row), row.namespace, row.name, row.uid

    def takes(self, row: Row) -> bool:
        """Whether `row` passes all filters but the phases."""
        return (
            (self.since is None or row.created >= self.since)
            and (self.until is None or row.created <= self.until)
            and (not self.task or self._is_of_task(row))
            and (not self.selector or self._is_selected(row))
            and (not self.text or self._is_found(row))
        )

    def shows(self, row: Row) -> bool:
        """Whether one that passes the filters is of a phase to show."""
        return not self.phases or row.phase in self.phases

    def _is_of_task(self, row: Row) -> bool:
        if "*" not in self.task:
            return self.task in (row.task, row.template) or row.template in self.templates
        pattern = _pattern(self.task)
        return pattern.fullmatch(row.task) is not None or pattern.fullmatch(row.template) is not None

    def _is_selected(self, row: Row) -> bool:
        labels = dict(row.labels)
        return all(requirement.takes(labels) for requirement in self.selector)

    def _is_found(self, row: Row) -> bool:
        return any(self.text in field.casefold() for field in (row.name, row.task, row.template, row.reason, row.message))


@lru_cache
def _pattern(glob: str) -> re.Pattern[str]:
    """`glob`, in which only the asterisk is special. It is for many rows."""
    return re.compile(fnmatch.translate(re.sub(r"[\[?]", lambda sign: f"[{sign[0]}]", glob)))


def parse_query(parameters: Mapping[str, str], *, now: datetime, templates: frozenset[str] = frozenset()) -> Query:
    """The query in an address; `now` is what relative times count from, `templates` are those of the task that is named.

    Raises:
        FieldError: a parameter isn't what it has to be.
    """
    return Query(
        phases=_phases(parameters.get("phase", "")),
        task=_task(parameters.get("task", "").strip()),
        templates=templates,
        selector=parse_selector(parameters.get("label", "")),
        since=time_of(parameters, "since", now),
        until=time_of(parameters, "until", now),
        text=parameters.get("text", "").strip().casefold(),
        sort=_sort(parameters.get("sort") or NEWEST_FIRST),
    )


def _phases(text: str) -> frozenset[str]:
    known = {phase.value.casefold(): phase.value for phase in Phase}
    named = [part.strip() for part in text.split(",") if part.strip()]
    for one in named:
        if one.casefold() not in known:
            raise FieldError("phase", expected=f"some of {', '.join(known.values())}", found=one)
    return frozenset(known[one.casefold()] for one in named)


def _task(text: str) -> str:
    if len(text) > _LONGEST_TASK:
        raise FieldError("task", expected=f"at most {_LONGEST_TASK} characters", found=words(f"{len(text)}"))
    return text


def _sort(text: str) -> str:
    if text.removeprefix("-") not in SORTS:
        raise FieldError("sort", expected=f"one of {', '.join(SORTS)}, with - before it for the reverse", found=text)
    return text


def time_of(parameters: Mapping[str, str], name: str, now: datetime) -> int | None:
    """A moment in seconds; a duration counts back from the beginning of this minute.

    Raises:
        FieldError: it is neither.
    """
    text = parameters.get(name, "").strip()
    if not text:
        return None
    minute = int(now.timestamp()) // _MINUTE * _MINUTE
    try:
        return minute - int(duration(text).total_seconds())
    except ValueError:
        pass
    try:
        return int(moment(text, now=datetime.fromtimestamp(minute, UTC)).timestamp())
    except (ValueError, OverflowError) as error:
        raise FieldError(name, expected=f"{DURATIONS}, or {DATETIMES}", found=text) from error
