"""One execution for people: its state with reasons, its attempts in time, what it used, its pods and Events. And the same as a document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from glider_client.views import timeline, usage
from glider_client.views.advice import recommendations
from glider_client.views.tables import aligned, one_line
from glider_core.api.execution import parent_in
from glider_core.api.labels import ATTEMPT, INSTANCE, RERUN_OF, instance_of
from glider_core.api.moments import parse_time, words
from glider_core.api.yaml_form import to_yaml
from glider_core.history.containers import Asked, asked_by

Json = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What was read.

    Attributes:
        execution: its document.
        template: its TaskTemplate, if it has one that could be read.
        pods: those that there are still.
        events: Kubernetes' Events of the execution and its pods.
        error: why it failed, as lines.
        unserved: why no operator reconciles it; empty where one does.
        unread: what could not be read, and why.
    """

    execution: Json
    template: Json | None = None
    pods: Sequence[Json] = ()
    events: Sequence[Json] = ()
    error: Sequence[str] = ()
    unserved: str = ""
    unread: Sequence[str] = ()

    @property
    def status(self) -> Json:
        """The execution's."""
        return self.execution.get("status") or {}

    @property
    def asked(self) -> Asked:
        """What its container asks for."""
        return asked_by(self.execution, template=self.template, pod=self.pods[-1] if self.pods else None)


def described(facts: Facts, *, now: datetime) -> Iterator[str]:
    """The lines."""
    metadata, spec, status = facts.execution["metadata"], facts.execution.get("spec") or {}, facts.status
    yield f"Execution:  {metadata['namespace']}/{metadata['name']}"
    yield f"Task:       {_task(spec, facts.template)}"
    if (instance := instance_of(facts.execution)) is not None:
        yield f"Instance:   {instance} (label {INSTANCE})"
    if (parent := parent_in(metadata)) is not None:
        yield f"Parent:     {parent.name}"
    if rerun := (metadata.get("labels") or {}).get(RERUN_OF):
        yield f"Rerun of:   the execution with the UID {rerun}"
    yield f"Created:    {ago(metadata['creationTimestamp'], now)}"
    yield f"Phase:      {status.get('phase') or 'none yet'}"
    if facts.unserved:
        yield f"            {facts.unserved}"
    if status.get("duration"):
        yield f"Duration:   {status['duration']}"
    yield from _block("Conditions", [_condition(one, now) for one in status.get("conditions") or ()])
    yield from _block("Attempts", [_attempt(one) for one in status.get("attempts") or ()])
    if bars := list(timeline.lines(timeline.spans_of(facts.execution), now=now)):
        yield from ("Timeline:", *bars)
    used = usage.used_by(facts.execution, facts.asked)
    yield from _block("Usage", list(usage.lines(used, facts.asked)))
    yield from (f"  {one}" for one in recommendations(used, facts.asked))
    yield from _block("Pods", [_pod(one, now) for one in facts.pods])
    yield from _document("Inputs", spec.get("inputs"))
    yield from _document("Outputs", status.get("outputs"))
    yield from _block(
        "Stored", [[field, status[field]] for field in ("inputsUri", "outputsUri", "rawOutputDataPrefix") if status.get(field)]
    )
    if facts.error:
        yield from ("Error:", *(f"  {line}".rstrip() for line in facts.error))
    yield from _block("Links", [[one.get("name", ""), one.get("uri", "")] for one in status.get("links") or ()])
    yield from _block("Events", [_event(one, now) for one in sorted(facts.events, key=when)])
    yield from (f"Not shown:  {one}" for one in facts.unread)


def description(facts: Facts, *, now: datetime) -> dict[str, Any]:
    """The same as a document, for `-o json`."""
    asked = facts.asked
    used = usage.used_by(facts.execution, asked)
    return {
        "execution": dict(facts.execution),
        "template": None if facts.template is None else dict(facts.template),
        "pods": list(facts.pods),
        "events": sorted(facts.events, key=when),
        "usage": [
            {
                "attempt": one.attempt,
                "peakMemoryBytes": one.peak_memory,
                "memoryLimitBytes": one.memory_limit,
                "cpuSeconds": one.cpu_seconds,
                "cpuRequest": asked.cpu_request,
                "seconds": one.seconds,
            }
            for one in used
        ],
        "recommendations": list(recommendations(used, asked)),
        "unserved": facts.unserved,
    }


def _task(spec: Json, template: Json | None) -> str:
    reference = (spec.get("taskRef") or {}).get("name")
    task = spec.get("task") or (template or {}).get("spec") or {}
    identity = task.get("id") or {}
    named = f"{identity['name']}, version {identity.get('version')}" if identity.get("name") else ""
    if reference:
        return f"TaskTemplate {reference}" + (f" ({named})" if named else "")
    return named or "written out in the execution"


def _condition(condition: Json, now: datetime) -> list[str]:
    since = condition.get("lastTransitionTime")
    message = condition.get("message", "").partition("\n")[0]
    return [condition["type"], condition["status"], condition.get("reason", ""), ago(since, now) if since else "", message]


def _attempt(attempt: Json) -> list[str]:
    began, ended = parse_time(attempt.get("startTime")), parse_time(attempt.get("completionTime"))
    took = words(ended - began) if began and ended else ("running" if began else "waiting")
    code = f"exit code {attempt['exitCode']}" if "exitCode" in attempt else ""
    return [str(attempt["number"]), attempt.get("reason", ""), took, code, attempt.get("podName", ""), attempt.get("nodeName", "")]


def _pod(pod: Json, now: datetime) -> list[str]:
    metadata, status = pod["metadata"], pod.get("status") or {}
    containers = [*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())]
    phase = "Terminating" if metadata.get("deletionTimestamp") else status.get("phase", "")
    attempt = f"attempt {(metadata.get('labels') or {}).get(ATTEMPT, '')}"
    return [metadata["name"], attempt, phase, ago(metadata["creationTimestamp"], now), ", ".join(map(_container, containers))]


def _container(status: Json) -> str:
    state = status.get("state") or {}
    if terminated := state.get("terminated"):
        return f"{status['name']}: {terminated.get('reason') or 'ended'} (exit code {terminated.get('exitCode')})"
    if waiting := state.get("waiting"):
        return f"{status['name']}: {waiting.get('reason') or 'waiting'}"
    return f"{status['name']}: {'running' if state else 'not started'}"


def _event(event: Json, now: datetime) -> list[str]:
    involved = event.get("involvedObject") or {}
    about = f"{involved.get('kind') or ''!s}/{involved.get('name') or ''}" if involved.get("kind") == "Pod" else ""
    return [event.get("type") or "", event.get("reason") or "", ago(when(event), now), about, one_line(str(event.get("message") or ""))]


def when(event: Json) -> str:
    """When an Event happened last."""
    series = (event.get("series") or {}).get("lastObservedTime")
    return str(series or event.get("lastTimestamp") or event.get("eventTime") or event["metadata"].get("creationTimestamp") or "")


def ago(text: str, now: datetime) -> str:
    """A time as the time since then."""
    moment = parse_time(text)
    return f"{words(now - moment)} ago" if moment else ""


def _block(title: str, rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A titled table, without columns that are empty."""
    if rows:
        yield f"{title}:"
        kept = [place for place in range(max(map(len, rows))) if any(len(row) > place and row[place] for row in rows)]
        yield from (f"  {line}" for line in aligned([[row[place] for place in kept] for row in rows], gap="  "))


def _document(title: str, document: Any) -> Iterator[str]:
    if document:
        yield f"{title}:"
        yield from (f"  {line}" for line in to_yaml(document).rstrip().splitlines())
