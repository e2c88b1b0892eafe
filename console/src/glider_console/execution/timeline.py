"""An execution's attempts in time: for what each waited, what it did, and for how long. Pure.

The status has when an attempt was queued, when its container started and when it ended. The executor's summary has how long its steps
took, the pod's conditions and Events have when it got its node and its images. Whatever of that isn't there any more is left out: what
remains is a longer span with a more general name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from glider_client.views.describing import when
from glider_console.execution.steps import AFTER, EXPECTED, Span, Step
from glider_core.api.execution import is_finished
from glider_core.api.labels import ATTEMPT, DEFAULT_CONTAINER
from glider_core.api.moments import parse_time

Json = Mapping[str, Any]

#: Times are in whole seconds, and of several clocks: a shorter gap is none.
_LEAST = timedelta(seconds=1)
_PULLED = re.compile(r'Successfully pulled image "(?P<image>[^"]+)" in (?P<took>\S+)(?: \((?P<whole>\S+) including waiting\))?')
_PULLING = re.compile(r'Pulling image "(?P<image>[^"]+)"')
_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)")
#: The executor's steps, in its order.
_TIMINGS = (Step.START, Step.LOAD, Step.DOWNLOAD, Step.CONVERT, Step.EXECUTE, Step.UPLOAD)


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One attempt. `expected`: it hasn't begun, and is the next one."""

    number: int
    spans: tuple[Span, ...]
    reason: str = ""
    pod: str = ""
    node: str = ""
    expected: bool = False

    def document(self) -> dict[str, Any]:
        """As the page gets it."""
        return {
            "number": self.number,
            "reason": self.reason,
            "pod": self.pod,
            "node": self.node,
            "expected": self.expected,
            "spans": [span.document() for span in self.spans],
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class _Before:
    """When the time before an attempt began, and what it was spent with."""

    since: datetime
    step: Step


def rows_of(execution: Json, *, pods: Sequence[Json] = (), events: Sequence[Json] = ()) -> list[Row]:
    """The attempts, oldest first, and the one that is expected next."""
    status = execution.get("status") or {}
    recorded = status.get("attempts") or []
    attempts = [*recorded, *_unrecorded(recorded, pods)]
    created, rows = parse_time(execution["metadata"]["creationTimestamp"]), []
    before = _Before(since=created, step=Step.HELD) if created else None
    if recorded and recorded[0]["number"] > 0:  # the earlier ones aren't kept
        before = None
    for attempt in attempts:
        about = [event for event in events if (event.get("involvedObject") or {}).get("uid") == attempt.get("podUid", "")]
        pod = next((pod for pod in pods if pod["metadata"]["uid"] == attempt.get("podUid")), None)
        rows.append(_row(attempt, before=before, pod=pod, events=about))
        before = _after(attempt)
    if before is not None and not is_finished(execution):
        step = EXPECTED.get(str(status.get("phase")), Step.HELD)
        number = attempts[-1]["number"] + 1 if attempts else 0
        rows.append(Row(number=number, spans=(Span(step=step, began=before.since),), expected=True))
    return rows


def _after(attempt: Json) -> _Before | None:
    """The time after an attempt; None where it goes on."""
    ended = parse_time(attempt.get("completionTime"))
    return _Before(since=ended, step=AFTER.get(str(attempt.get("reason")), Step.BACK_OFF)) if ended else None


def _unrecorded(attempts: Sequence[Json], pods: Sequence[Json]) -> list[Json]:
    """What pods show of attempts that aren't on record yet."""
    last = attempts[-1]["number"] if attempts else -1
    numbered = [(int(label), pod) for pod in pods if (label := (pod["metadata"].get("labels") or {}).get(ATTEMPT, "")).isdecimal()]
    return [_shown_by(number, pod) for number, pod in sorted(numbered, key=lambda one: one[0]) if number > last]


def _shown_by(number: int, pod: Json) -> Json:
    state = (_primary(pod) or {}).get("state") or {}
    running, ended = state.get("running") or {}, state.get("terminated") or {}
    return {
        "number": number,
        "podName": pod["metadata"]["name"],
        "podUid": pod["metadata"]["uid"],
        "nodeName": (pod.get("spec") or {}).get("nodeName", ""),
        "queuedTime": pod["metadata"]["creationTimestamp"],
        "startTime": running.get("startedAt") or ended.get("startedAt"),
        "completionTime": ended.get("finishedAt"),
    }


def _row(attempt: Json, *, before: _Before | None, pod: Json | None, events: Sequence[Json]) -> Row:
    return Row(
        number=attempt["number"],
        reason=attempt.get("reason", ""),
        pod=attempt.get("podName", ""),
        node=attempt.get("nodeName", ""),
        spans=tuple(_spans(attempt, before=before, pod=pod, events=events)),
    )


def _spans(attempt: Json, *, before: _Before | None, pod: Json | None, events: Sequence[Json]) -> Iterator[Span]:
    started, ended = parse_time(attempt.get("startTime")), parse_time(attempt.get("completionTime"))
    began = parse_time(attempt.get("queuedTime")) or _unrecorded_begin(before, pod, events) or started or ended
    if began is None:
        return
    began = min([began, *filter(None, (started, ended))])
    if before is not None and began - before.since >= _LEAST:
        yield Span(step=before.step, began=before.since, ended=began)
    yield from _before_start(began, started or ended, pod=pod, events=events)
    if started is not None:
        yield from _since_start(started, ended, (attempt.get("usage") or {}).get("timings") or {})


def _unrecorded_begin(before: _Before | None, pod: Json | None, events: Sequence[Json]) -> datetime | None:
    """Since when an attempt was queued that hardly was, so that nobody recorded it: the first one since its execution's creation."""
    if before is not None and before.step is Step.HELD:
        return before.since
    return parse_time(pod["metadata"]["creationTimestamp"]) if pod is not None else _scheduled(None, events)


def _before_start(began: datetime, until: datetime | None, *, pod: Json | None, events: Sequence[Json]) -> Iterator[Span]:
    """Until the task's container starts."""
    created = parse_time(pod["metadata"]["creationTimestamp"]) if pod is not None else None
    if created is not None and created - began >= _LEAST and (until is None or created <= until):
        yield Span(step=Step.POD, began=began, ended=created)
        began = created
    scheduled = _scheduled(pod, events)
    if scheduled is None:
        on_its_way = pod is not None and until is None
        yield from _filled([], begin=began, end=until, otherwise=Step.NODE if on_its_way else Step.CONTAINER)
        return
    yield from _filled([], begin=began, end=scheduled, otherwise=Step.NODE)
    known = sorted(_known(pod, events), key=lambda span: span.began)
    yield from _filled(known, begin=max(began, scheduled), end=until, otherwise=Step.SET_UP)


def _filled(known: Iterable[Span], *, begin: datetime, end: datetime | None, otherwise: Step) -> Iterator[Span]:
    """The spans that are known, none over another, and between them what is known of the whole only. `end` None: it goes on."""
    cursor = begin
    for span in known:
        began = max(span.began, cursor) if span.began - cursor >= _LEAST else cursor
        ended = min(filter(None, (span.ended, end)), default=None)
        if ended is not None and ended <= began:
            continue
        if began > cursor:
            yield Span(step=otherwise, began=cursor, ended=began)
        yield replace(span, began=began, ended=ended)
        if ended is None:
            return
        cursor = ended
    if end is None or end - cursor >= _LEAST:
        yield Span(step=otherwise, began=cursor, ended=end)


def _scheduled(pod: Json | None, events: Sequence[Json]) -> datetime | None:
    """When the pod got its node."""
    for condition in ((pod or {}).get("status") or {}).get("conditions") or ():
        if condition.get("type") == "PodScheduled" and condition.get("status") == "True":
            return parse_time(condition.get("lastTransitionTime"))
    return next((parse_time(when(event)) for event in events if event.get("reason") == "Scheduled"), None)


def _known(pod: Json | None, events: Sequence[Json]) -> Iterator[Span]:
    """What happened between the node and the start: images that were pulled, and init containers."""
    pulled = set()
    for event in events:
        at = parse_time(when(event))
        if at is None or event.get("reason") != "Pulled" or (match := _PULLED.match(str(event.get("message") or ""))) is None:
            continue
        pulled.add(match["image"])
        seconds = _seconds(match["whole"] or match["took"])
        yield Span(step=Step.PULL, began=at - timedelta(seconds=seconds), ended=at, detail=match["image"], seconds=seconds)
    for event in events:
        at, match = parse_time(when(event)), _PULLING.match(str(event.get("message") or ""))
        if at is not None and match is not None and event.get("reason") == "Pulling" and match["image"] not in pulled:
            yield Span(step=Step.PULL, began=at, detail=match["image"])
    for status in ((pod or {}).get("status") or {}).get("initContainerStatuses") or ():
        state = status.get("state") or {}
        ran = state.get("terminated") or state.get("running") or {}
        began = parse_time(ran.get("startedAt"))
        if began is not None and not status.get("started"):  # a sidecar has started, and goes on
            yield Span(step=Step.INIT, began=began, ended=parse_time(ran.get("finishedAt")), detail=status["name"])


def _seconds(text: str) -> float:
    """A duration as Go writes it: 1m2.5s, 340ms."""
    return sum(float(amount) * _UNITS[unit] for amount, unit in _DURATION.findall(text))


def _since_start(started: datetime, ended: datetime | None, timings: Json) -> Iterator[Span]:
    """From the start of the task's container on: the executor's steps, once it has reported them."""
    steps = [(step, timings[step]) for step in _TIMINGS if isinstance(timings.get(step), int) and timings[step] > 0]
    if ended is None or not steps:
        yield Span(step=Step.RUN, began=started, ended=ended)
        return
    cursor = started
    for step, milliseconds in steps:
        after = cursor + timedelta(milliseconds=milliseconds)
        yield Span(step=step, began=cursor, ended=after, seconds=milliseconds / 1000)
        cursor = after
    if ended - cursor >= 2 * _LEAST:
        yield Span(step=Step.REST, began=cursor, ended=ended)


def _primary(pod: Json) -> Json | None:
    name = (pod["metadata"].get("annotations") or {}).get(DEFAULT_CONTAINER)
    statuses = (pod.get("status") or {}).get("containerStatuses") or ()
    return next((one for one in statuses if one.get("name") == name), statuses[0] if statuses else None)
