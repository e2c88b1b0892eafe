"""Where a viewer's connection broke, and what is asked for, as addresses have it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from glider.wire.jsonform import FieldError
from glider_client.following.logs import Cursor

#: The last lines come first; a viewer may ask for earlier ones.
TAIL = 10_000
MOST = 1_000_000
#: Longer numbers are none that the console has made.
_DIGITS = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Position:
    """How far the log of an attempt has been read; a browser returns it when it connects again."""

    attempt: int
    cursor: Cursor = field(default_factory=Cursor)

    def __str__(self) -> str:
        return f"{self.attempt}/{self.cursor.time}/{self.cursor.count}"

    @classmethod
    def of(cls, text: str) -> Position | None:
        """What `str` has made of a position; None for anything else."""
        attempt, time, count = (*text.split("/"), "", "", "")[:3]
        if not all(number.isascii() and number.isdecimal() and len(number) < _DIGITS for number in (attempt, count)):
            return None
        try:
            since = _moment(time) if time else ""
        except (ValueError, OverflowError):
            return None
        return cls(attempt=int(attempt), cursor=Cursor(time=time, count=int(count)) if since else Cursor())


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Which log is asked for. `begin`: from where on, as the API server's query has it."""

    attempt: int | None = None
    container: str = ""
    begin: Mapping[str, str] = field(default_factory=dict)


def asked_in(query: Mapping[str, str]) -> Asked:
    """What the query of an address asks for.

    Raises:
        FieldError: it can't be understood.
    """
    since = query.get("since", "")
    begin = {"tailLines": str(_number(query, "tail", most=MOST) or TAIL)}
    if since:
        try:
            begin = {"sinceTime": _moment(since)}
        except (ValueError, OverflowError) as error:
            raise FieldError("since", expected="a time such as 2026-01-31T12:00:00Z", found=since) from error
    return Asked(attempt=_number(query, "attempt", most=MOST), container=query.get("container", ""), begin=begin)


def _number(query: Mapping[str, str], name: str, *, most: int) -> int | None:
    text = query.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < _DIGITS and int(text) <= most):
        raise FieldError(name, expected=f"a whole number up to {most}", found=text)
    return int(text)


def _moment(text: str) -> str:
    """The time, with whole seconds in UTC, as `sinceTime` takes it."""
    if not text.isprintable():  # any character may stand between date and time
        raise ValueError("no time")
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("no time zone")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
