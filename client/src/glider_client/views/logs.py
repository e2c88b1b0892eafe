"""Whose log is read, and how a line of it is shown."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from glider.wire.logparts import LogLine
from glider_core.api.execution import is_finished
from glider_core.api.labels import ATTEMPT, DEFAULT_CONTAINER

Json = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What was asked for. `begin`: from where on, as the API server's query has it."""

    attempt: int | None = None
    previous: bool = False
    container: str = ""
    all_containers: bool = False
    begin: Mapping[str, str] = field(default_factory=dict)

    @property
    def one_attempt(self) -> bool:
        """Whether a certain attempt is meant, and none that follows."""
        return self.attempt is not None or self.previous


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Whose log it is."""

    attempt: int
    pod: str
    container: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of a log. `stream`: stdout or stderr; empty where that isn't known, as of a pod's log."""

    source: Source
    time: str
    text: str
    stream: str = ""

    @classmethod
    def of(cls, source: Source, stamped: str) -> Line:
        """A line that begins with its time."""
        time, _, text = stamped.partition(" ")
        return cls(source=source, time=time, text=text)

    def document(self) -> dict[str, Any]:
        """As `-o json` has it."""
        source = self.source
        named = {"attempt": source.attempt, "pod": source.pod, "container": source.container, "time": self.time}
        return named | ({"stream": self.stream} if self.stream else {}) | {"line": self.text}


def shown(line: Line, *, timestamps: bool, prefixed: bool) -> str:
    """A line for people."""
    parts = ([f"[{line.source.container}]"] if prefixed else []) + ([line.time] if timestamps and line.time else []) + [line.text]
    return " ".join(parts)


def choose(execution: Json, pods: Sequence[Json], wanted: Wanted) -> int | None:
    """The number of the attempt whose log is wanted; None where there is none yet."""
    if wanted.attempt is not None:
        return wanted.attempt
    numbers = sorted({*_recorded(execution), *_numbers(pods)})
    if wanted.previous:
        return numbers[-2] if len(numbers) > 1 else None
    return numbers[-1] if numbers else None


def next_attempt(pods: Sequence[Json], *, after: int) -> int | None:
    """The next attempt that has a pod."""
    return min((number for number in _numbers(pods) if number > after), default=None)


def pod_of(pods: Sequence[Json], number: int | None) -> Json | None:
    """The attempt's pod, the latest if there are several; `pods` are in the order of their creation."""
    return next((pod for pod in reversed(pods) if number is not None and number in _numbers([pod])), None)


def containers_of(pod: Json, wanted: Wanted) -> list[str]:
    """The containers whose logs are wanted."""
    if wanted.all_containers:
        return [one["name"] for kind in ("initContainers", "containers") for one in pod["spec"].get(kind) or ()]
    default = (pod["metadata"].get("annotations") or {}).get(DEFAULT_CONTAINER)
    return [wanted.container or str(default or pod["spec"]["containers"][0]["name"])]


def has_ended(pod: Json, container: str) -> bool | None:
    """Whether a container has ended; None where it hasn't even started."""
    status = pod.get("status") or {}
    kinds = ("initContainerStatuses", "containerStatuses")
    state = next((one.get("state") or {} for kind in kinds for one in status.get(kind) or () if one.get("name") == container), {})
    return True if "terminated" in state else False if "running" in state else None


def has_started(pod: Json, wanted: Wanted) -> bool:
    """Whether there is something to read: the container runs, or has ended; of all containers, one does."""
    return any(has_ended(pod, name) is not None for name in containers_of(pod, wanted))


def has_finished(pod: Json) -> bool:
    """Whether none of its containers will run any more."""
    return (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed")


def unknown_container(pod: Json, wanted: Wanted) -> str:
    """What is wrong with the container's name; empty if nothing is."""
    names = containers_of(pod, Wanted(all_containers=True))
    if not wanted.container or wanted.container in names:
        return ""
    return f"--container: expected one of {', '.join(names)}, found {wanted.container!r}."


def is_complete(then: Json, now: Json | None, container: str) -> bool:
    """Whether nothing more will be in a container's log: it has ended, or its pod is gone, or is another one by now."""
    if now is None or now["metadata"]["uid"] != then["metadata"]["uid"]:
        return True
    return bool(has_ended(now, container)) or has_finished(now)


def missing(execution: Json, number: int | None, wanted: Wanted, *, stored: str = "") -> str:
    """Why there is no log, and what to do next on the command line. `stored`: why there is none in the store, if that was read."""
    name, recorded = execution["metadata"]["name"], _recorded(execution)
    why = why_missing(execution, number, wanted, stored=stored)
    if number is None:
        return f"{why} Leave --previous out." if wanted.previous else f"{why} `glider describe {name}` shows more."
    if number not in recorded:
        return f"{why} Pass one of these to --attempt."
    links = "".join(f" {link.get('name')}: {link.get('uri')}." for link in links_of(execution))
    return f"{why}{links} `glider describe {name}` shows how the attempt ended."


def why_missing(execution: Json, number: int | None, wanted: Wanted, *, stored: str = "") -> str:
    """Why there is no log, as a sentence."""
    name, status = execution["metadata"]["name"], execution.get("status") or {}
    recorded = _recorded(execution)
    if number is None and wanted.previous:
        return f"{name} has had {len(recorded)} attempt{'' if len(recorded) == 1 else 's'}, so there is no previous one."
    if number is None:
        reason = next((one.get("message") for one in status.get("conditions") or () if one.get("type") == "Succeeded"), "") or ""
        why = f": {str(reason).partition(chr(10))[0].rstrip('.')}" if reason else ""
        return f"{name} has no attempt, and so no log; its phase is {status.get('phase') or 'Pending'}{why}."
    if number not in recorded:
        return f"{name} has no attempt {number}; there are: {', '.join(map(str, recorded)) or 'none'}."
    return f"the pod of attempt {number} is gone, and {stored or 'its log with it'}."


def archived_source(execution: Json, pods: Sequence[Json], number: int) -> Source:
    """Whose log the store has: the task's container of that attempt, with what is still known of its pod."""
    attempts = (execution.get("status") or {}).get("attempts") or ()
    recorded: Json = next((one for one in attempts if one.get("number") == number), {})
    pod, latest = pod_of(pods, number), pods[-1] if pods else None
    known = pod or latest
    name = str(pod["metadata"]["name"]) if pod is not None else str(recorded.get("podName") or "")
    return Source(attempt=number, pod=name, container=containers_of(known, Wanted())[0] if known is not None else "")


def runs_still(execution: Json, number: int) -> bool:
    """Whether an attempt hasn't ended, as far as the status has it."""
    recorded = (one for one in (execution.get("status") or {}).get("attempts") or () if one.get("number") == number)
    return not is_finished(execution) and not any(one.get("completionTime") for one in recorded)


def selected(lines: Iterable[LogLine], *, since: str = "", tail: int | None = None) -> Iterator[LogLine]:
    """Of a log's lines those from a time on, RFC 3339 in UTC with nanoseconds, and of them the last so many. A line without a time is of
    the time of the one before.
    """
    found = _since(lines, since) if since else iter(lines)
    return found if tail is None else iter(deque(found, maxlen=tail))


def _since(lines: Iterable[LogLine], since: str) -> Iterator[LogLine]:
    last = ""
    for line in lines:
        last = line.time or last
        if last >= since or not last:
            yield line


def links_of(execution: Json) -> list[Json]:
    """The links of its status, which may lead to logs that outlive pods."""
    return list((execution.get("status") or {}).get("links") or ())


def _recorded(execution: Json) -> list[int]:
    return [attempt["number"] for attempt in (execution.get("status") or {}).get("attempts") or ()]


def _numbers(pods: Sequence[Json]) -> list[int]:
    labels = ((pod["metadata"].get("labels") or {}).get(ATTEMPT, "") for pod in pods)
    return [int(label) for label in labels if label.isdecimal()]
