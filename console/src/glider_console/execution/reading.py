"""Reads all that there is to show of an execution, at once: its effects are the reads alone.

What the viewer may not read, or what isn't answered, is left out and named; without the execution itself there is nothing to show.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

import anyio

from glider.wire.jsonform import FieldError
from glider_client.checks.operators import is_written, unserved
from glider_client.cluster import paths
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import ClusterError, ForbiddenError, NotFoundError, UnauthorizedError
from glider_client.cluster.operators import Operator, operators_of
from glider_client.history.related import events_of, pods_of, template_of
from glider_client.views.describing import Facts
from glider_client.views.documents import without_managed_fields
from glider_console.execution.origins import Sources
from glider_core.api.labels import RERUN_OF
from glider_core.config import Config
from glider_core.history.records import Record
from glider_core.render.layering import PodTemplate

Json = Mapping[str, Any]
T = TypeVar("T")

#: So many reruns are named, and of so many pods that are gone the Events are looked for.
_RERUNS, _GONE = 20, 3


class Ask(Protocol):
    """Answers a question with the viewer's own rights, outside of the event loop."""

    def __call__(self, question: Callable[[Cluster], T], /) -> Awaitable[T]:
        """The answer; a ClusterError where there is none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Missing:
    """What could not be read, and why."""

    what: str
    why: str

    def document(self) -> dict[str, str]:
        """As the page gets it."""
        return {"what": self.what, "why": self.why}


@dataclass(kw_only=True, slots=True)
class Found:
    """What was read. `archived`: since when the history has it, where the cluster has it no more."""

    facts: Facts
    reruns: list[Json] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    archived: datetime | None = None


async def read_record(ask: Ask, record: Record, *, missing: Sequence[Missing] = ()) -> Found:
    """What the history has of an execution, and what the cluster has to it: its reruns.

    Raises:
        UnauthorizedError: the credential is refused.
    """
    parts = _Parts(ask)
    await parts.read("reruns", "The reruns", lambda cluster: _reruns(cluster, record.execution))
    parts.check()
    facts = Facts(execution=record.execution, template=record.template, pods=record.pods, events=record.events)
    refused = [Missing(what=what, why=why) for what, why in parts.missing.items()]
    return Found(facts=facts, reruns=parts.found.get("reruns", []), missing=[*missing, *refused], archived=record.archived)


async def read(ask: Ask, document: Json) -> Found:
    """All that there is to an execution of the cluster.

    Raises:
        UnauthorizedError: the credential is refused.
    """
    execution = without_managed_fields(document)
    uid, namespace = execution["metadata"]["uid"], execution["metadata"]["namespace"]
    parts = _Parts(ask)
    async with anyio.create_task_group() as group:
        group.start_soon(parts.read, "pods", "The pods", lambda cluster: pods_of(cluster, uid, namespace=namespace))
        group.start_soon(parts.read, "template", "The template", lambda cluster: _listed(template_of(cluster, execution)))
        group.start_soon(parts.read, "reruns", "The reruns", lambda cluster: _reruns(cluster, execution))
        for one in [uid, *_recorded(execution)]:
            group.start_soon(
                parts.read, f"events {one}", "The Events", lambda cluster, one=one: events_of(cluster, one, namespace=namespace)
            )
        if not is_written(execution):
            group.start_soon(parts.read, "unserved", "", lambda cluster: _unserved(cluster, execution))
    parts.check()
    pods = parts.found.get("pods", [])
    async with anyio.create_task_group() as group:
        for one in sorted({pod["metadata"]["uid"] for pod in pods} - set(_recorded(execution))):
            group.start_soon(
                parts.read, f"events {one}", "The Events", lambda cluster, one=one: events_of(cluster, one, namespace=namespace)
            )
    parts.check()
    facts = Facts(
        execution=execution,
        template=next(iter(parts.found.get("template", [])), None),
        pods=pods,
        events=[event for part, found in sorted(parts.found.items()) if part.startswith("events ") for event in found],
        unserved="".join(parts.found.get("unserved", [])),
    )
    missing = sorted(parts.missing.items())
    return Found(facts=facts, reruns=parts.found.get("reruns", []), missing=[Missing(what=what, why=why) for what, why in missing])


class _Parts:
    """What is read beside each other. An error costs one part only; without a credential all fails."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self.found: dict[str, list[Any]] = {}
        self.missing: dict[str, str] = {}
        self._refused: UnauthorizedError | None = None

    async def read(self, part: str, what: str, question: Callable[[Cluster], list[Any]]) -> None:
        try:
            self.found[part] = await self._ask(question)
        except UnauthorizedError as error:
            self._refused = error
        except ClusterError as error:
            if what:
                self.missing[what] = str(error)

    def check(self) -> None:
        """Raise the refusal of the credential, if there was one: not within the tasks, whose group would wrap it."""
        if self._refused is not None:
            raise self._refused


def _recorded(execution: Json) -> list[str]:
    """The UIDs of its latest pods: their Events may outlive them."""
    attempts = (execution.get("status") or {}).get("attempts") or ()
    return sorted({attempt["podUid"] for attempt in attempts[-_GONE:] if attempt.get("podUid")})


def _listed(template: Json | None) -> list[Json]:
    return [] if template is None else [template]


def _reruns(cluster: Cluster, execution: Json) -> list[Json]:
    query = {"labelSelector": f"{RERUN_OF}={execution['metadata']['uid']}", "limit": str(_RERUNS)}
    items: list[Json] = cluster.get(paths.executions(execution["metadata"]["namespace"]), query=query).get("items") or []
    return items


def _unserved(cluster: Cluster, execution: Json) -> list[str]:
    try:
        return [unserved(execution, operators_of(cluster), now=datetime.now(UTC))]
    except ForbiddenError:
        return []


def read_sources(cluster: Cluster, execution: Json, *, template: Json | None, config: Config | None) -> Sources:
    """What the values of its pods are from.

    Args:
        cluster: the cluster, as the viewer has it.
        execution: its document.
        template: its template, where that is known already.
        config: that of the operator beside the console, for those who may not read it themselves.

    Raises:
        ClusterError: the API server refuses.
    """
    namespace = execution["metadata"]["namespace"]
    unread: list[str] = []
    operators = list[Operator]()
    try:
        template = template or template_of(cluster, execution)
    except ForbiddenError as error:
        unread.append(str(error))
    try:
        operators = operators_of(cluster)
    except ForbiddenError as error:
        if config is None:
            unread.append(str(error))
        else:
            operators = [Operator(namespace="", name="", ready=1, wanted=1, config=config)]

    def pod_template(named: str) -> PodTemplate:
        places = dict.fromkeys([namespace, *(operator.namespace for operator in operators if operator.namespace)])
        found = [one for place in places if (one := _pod_template(cluster, place, named)) is not None]
        if not found:
            raise FieldError("podTemplateRef.name", expected=f"a PodTemplate in one of the namespaces {', '.join(places)}", found=named)
        return found[0]

    return Sources(execution=execution, template=template, operators=operators, unread=unread, pod_template=pod_template)


def _pod_template(cluster: Cluster, namespace: str, name: str) -> PodTemplate | None:
    try:
        found = cluster.get(paths.pod_templates(namespace, name))
    except NotFoundError:
        return None
    return PodTemplate(namespace=namespace, name=name, template=found.get("template") or {})
