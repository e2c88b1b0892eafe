"""An execution's attempts as bars on one scale: how long each waited for its container, and how long it ran."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from glider_core.api.moments import parse_time, words

Json = Mapping[str, Any]

WIDTH = 40
_WAITS, _RUNS = "░", "█"


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """One attempt in time: `began` to wait, `started` to run, `ended`; None for what hasn't happened."""

    number: int
    reason: str
    began: datetime
    started: datetime | None
    ended: datetime | None


def spans_of(execution: Json) -> list[Span]:
    """The attempts on record."""
    status = execution.get("status") or {}
    created = parse_time(status.get("startTime")) or parse_time(execution["metadata"]["creationTimestamp"])
    spans: list[Span] = []
    for attempt in status.get("attempts") or ():
        started, ended = parse_time(attempt.get("startTime")), parse_time(attempt.get("completionTime"))
        began = parse_time(attempt.get("queuedTime")) or started or (spans[-1].ended if spans else None) or created
        if began is not None:
            began = min([began, *filter(None, (started, ended))])
            spans.append(Span(number=attempt["number"], reason=attempt.get("reason", ""), began=began, started=started, ended=ended))
    return spans


def lines(spans: Sequence[Span], *, now: datetime, width: int = WIDTH) -> Iterator[str]:
    """The bars, with a scale above them. What goes on reaches until `now`."""
    if not spans:
        return
    first = min(span.began for span in spans)
    last = max([first + timedelta(seconds=1), *(span.ended or now for span in spans)])
    total = words(last - first)
    yield f"      {'0s':<{width - len(total)}}{total}"
    for span in spans:
        yield f"  {span.number:<3} {_bar(span, first, last, now, width):<{width}}  {_in_words(span, now)}".rstrip()


def _bar(span: Span, first: datetime, last: datetime, now: datetime, width: int) -> str:
    def place(moment: datetime) -> int:
        return round((moment - first) / (last - first) * width)

    ended = span.ended or max(now, span.began)
    begin, start, end = place(span.began), place(span.started or ended), place(ended)
    if end == begin:  # too short for the scale, and still to be seen
        begin = min(begin, width - 1)
        return " " * begin + (_RUNS if span.started else _WAITS)
    return " " * begin + _WAITS * (start - begin) + _RUNS * (end - start)


def _in_words(span: Span, now: datetime) -> str:
    waited = (span.started or span.ended or now) - span.began
    ran = f"ran {words((span.ended or now) - span.started)}" if span.started else "has not run"
    state = "" if span.ended else "  and goes on" if span.started else "  and waits"
    return f"waited {words(waited)}, {ran}{state}" + (f"  {span.reason}" if span.reason else "")
