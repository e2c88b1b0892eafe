"""A Pod as the operator sees it: the few fields that show how its attempt is doing.

A pod of 8 KB becomes a few hundred bytes, which is what makes it cheap to keep all of them in memory.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from glider_core.api import labels, reasons
from glider_core.api.moments import parse_time
from glider_core.api.pod_template import EXECUTOR
from glider_core.api.terms import Terms, parse_terms


class ContainerState(StrEnum):
    """Kubernetes' three states of a container."""

    WAITING = "waiting"
    RUNNING = "running"
    TERMINATED = "terminated"


@dataclass(frozen=True, kw_only=True, slots=True)
class Container:
    """A container's state; `message` of a terminated one is its termination message. `sidecar`: an init container that goes on.

    `image` is only kept of one that waits, which may be for it.
    """

    name: str
    state: ContainerState
    reason: str = ""
    message: str = ""
    exit_code: int | None = None
    started: datetime | None = None
    finished: datetime | None = None
    sidecar: bool = False
    container_id: str = ""
    image: str = ""

    @property
    def terminated(self) -> bool:
        """Whether it has terminated."""
        return self.state is ContainerState.TERMINATED


@dataclass(frozen=True, kw_only=True, slots=True)
class PodCondition:
    """One of the pod's conditions."""

    true: bool
    reason: str = ""
    message: str = ""
    since: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PodWarning:
    """The last thing that a warning Event reported about a pod. `asked`: when we asked."""

    asked: datetime
    reason: str = ""
    message: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pod:
    """A pod as last seen. `vanished`: it isn't there any more, and this was the last of it.

    `terms`: what its attempt was started with, None where that is unknown.
    `secrets`: the Secrets that the variables of the task's container come from, as far as keys of a store may be among them.
    `others_go_on`: not all of the containers beside the task's have terminated; init containers that go on aren't counted.
    `executor_image`: the image that the executor is mounted from, if it is.
    `deletion`: when the `grace` period of its deletion ends, if it is being deleted.
    Two are equal if their fields are, whatever their resource versions: fields that aren't parsed change often.
    """

    namespace: str
    name: str
    uid: str
    created: datetime
    execution_uid: str
    attempt: int
    phase: str = "Pending"
    reason: str = ""
    message: str = ""
    node_name: str = ""
    scheduler: str = "default-scheduler"
    memory_limit: str = ""
    secrets: tuple[str, ...] = ()
    primary: Container | None = None
    init: tuple[Container, ...] = ()
    others_go_on: bool = False
    executor_image: str = ""
    conditions: Mapping[str, PodCondition] = field(default_factory=dict)
    deletion: datetime | None = None
    grace: timedelta = timedelta()
    vanished: bool = False
    terms: Terms | None = None
    resource_version: str = field(default="", compare=False)

    @property
    def owner(self) -> tuple[str, str]:
        """The identity of the execution that it is of: one in its own namespace."""
        return self.namespace, self.execution_uid

    @property
    def deleting(self) -> bool:
        """Whether somebody has asked for its deletion."""
        return self.deletion is not None

    @property
    def gated(self) -> bool:
        """Whether a scheduling gate holds it back, such as Kueue's."""
        scheduled = self.conditions.get("PodScheduled")
        return not self.node_name and scheduled is not None and scheduled.reason == "SchedulingGated"

    @property
    def ended(self) -> bool:
        """Whether the task runs no more, and never will."""
        ended = self.primary is not None and self.primary.terminated
        return ended or self.vanished or self.phase in ("Succeeded", "Failed")

    @property
    def live(self) -> bool:
        """Whether the task runs, or may still start to, and isn't being ended."""
        return not (self.ended or self.deleting)

    @property
    def lost_at(self) -> datetime | None:
        """When a pod that is being deleted counts as lost with its node; None if nobody deletes it."""
        return self.deletion + LOST_AFTER if self.deletion else None

    def lost(self, *, now: datetime) -> bool:
        """Whether it should have been gone long ago: its node has not acted on its deletion."""
        return self.lost_at is not None and now >= self.lost_at

    def lingers(self, *, now: datetime) -> bool:
        """Whether its sidecars go on although the task's container has terminated: it alone decides, so they aren't needed any more."""
        since = self.sidecars_until
        return since is not None and since <= now

    @property
    def sidecars_until(self) -> datetime | None:
        """How long its sidecars may go on, if it has any that do. For a moment the kubelet shows every pod that ends like that.

        Native ones (init containers that go on) are ended by the kubelet once all others have terminated, within the pod's grace period.
        """
        goes_on = self.phase == "Running" and self.others_go_on and not (self.deleting or self.vanished)
        if not goes_on or self.primary is None or not self.primary.terminated or self.primary.finished is None:
            return None
        return self.primary.finished + SIDECARS_LINGER


#: How long after its grace period a pod may still be there before its node counts as lost: the kubelet would have ended it.
LOST_AFTER = timedelta(seconds=60)
#: How long sidecars may go on, to send what the task left them. A pod of one container needs less for its own end.
SIDECARS_LINGER = timedelta(seconds=10)
#: The number of an attempt as we write it. Somebody else may write what fits no status.
_NUMBER = re.compile(r"0|[1-9]\d{0,8}", re.ASCII)
#: What names the keys of a store.
_STORES_VARIABLE = re.compile(r"(FLYTE_)?(AWS|AZURE|GCP|GOOGLE)_")
#: The conditions that `diagnose` reads.
_CONDITIONS = ("PodScheduled", "Initialized", "DisruptionTarget")


def parse_pod(body: Mapping[str, Any]) -> Pod | None:
    """A pod as the API server sends it, or None if it is no attempt of an execution."""
    metadata, status = body["metadata"], body.get("status") or {}
    attempt = (metadata.get("labels") or {}).get(labels.ATTEMPT, "")
    owner = _controller(metadata)
    created = parse_time(metadata.get("creationTimestamp"))
    if owner is None or created is None or not _NUMBER.fullmatch(attempt):
        return None
    primary, statuses = _primary_name(body), status.get("containerStatuses") or []
    sidecars = {one["name"] for one in body["spec"].get("initContainers") or [] if one.get("restartPolicy") == "Always"}
    return Pod(
        namespace=metadata["namespace"],
        name=metadata["name"],
        uid=metadata["uid"],
        created=created,
        execution_uid=owner,
        attempt=int(attempt),
        phase=status.get("phase", "Pending"),
        reason=status.get("reason", ""),
        message=status.get("message", ""),
        node_name=body["spec"].get("nodeName", ""),
        scheduler=body["spec"].get("schedulerName") or "default-scheduler",
        memory_limit=_memory_limit(body, primary),
        secrets=_secrets(body, primary),
        primary=next((_container(one) for one in statuses if one["name"] == primary), None),
        init=tuple(_container(one, sidecar=one["name"] in sidecars) for one in status.get("initContainerStatuses") or []),
        others_go_on=any(one["name"] != primary and "terminated" not in (one.get("state") or {}) for one in statuses),
        executor_image=_executor_image(body),
        conditions=_conditions(status),
        deletion=parse_time(metadata.get("deletionTimestamp")),
        grace=timedelta(seconds=metadata.get("deletionGracePeriodSeconds") or 0),
        terms=parse_terms((metadata.get("annotations") or {}).get(labels.STARTED_WITH)),
        resource_version=metadata.get("resourceVersion", ""),
    )


def _executor_image(body: Mapping[str, Any]) -> str:
    images = (one.get("image") or {} for one in body["spec"].get("volumes") or () if one["name"] == EXECUTOR)
    return str(next(images, {}).get("reference", ""))


def _controller(metadata: Mapping[str, Any]) -> str | None:
    for reference in metadata.get("ownerReferences") or []:
        if (
            reference.get("controller")
            and reference["kind"] == labels.EXECUTION_KIND
            and reference["apiVersion"].startswith(labels.GROUP + "/")
        ):
            return str(reference["uid"])
    return None


def _primary_name(body: Mapping[str, Any]) -> str:
    """The task's container, by annotation: a service mesh may put its own in front."""
    annotated = (body["metadata"].get("annotations") or {}).get(labels.DEFAULT_CONTAINER)
    return str(annotated or body["spec"]["containers"][0]["name"])


def _memory_limit(body: Mapping[str, Any], primary: str) -> str:
    container = _spec_of(body, primary)
    return str(((container.get("resources") or {}).get("limits") or {}).get("memory", ""))


def _secrets(body: Mapping[str, Any], primary: str) -> tuple[str, ...]:
    container = _spec_of(body, primary)
    sources = [one.get("secretRef") for one in container.get("envFrom") or []]
    for variable in container.get("env") or []:
        if _STORES_VARIABLE.match(variable["name"]):
            sources.append((variable.get("valueFrom") or {}).get("secretKeyRef"))
    return tuple(dict.fromkeys(str(source["name"]) for source in sources if source and source.get("name")))


def _spec_of(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return next((container for container in body["spec"]["containers"] if container["name"] == name), {})


def _conditions(status: Mapping[str, Any]) -> dict[str, PodCondition]:
    return {
        condition["type"]: PodCondition(
            true=condition["status"] == "True",
            reason=condition.get("reason", ""),
            message=condition.get("message", ""),
            since=parse_time(condition.get("lastTransitionTime")),
        )
        for condition in status.get("conditions") or []
        if condition["type"] in _CONDITIONS
    }


def _container(status: Mapping[str, Any], *, sidecar: bool = False) -> Container:
    states = status.get("state") or {}
    for state in ContainerState:
        if (detail := states.get(state)) is not None:
            return Container(
                name=status["name"],
                state=state,
                reason=detail.get("reason", ""),
                message=detail.get("message", ""),
                exit_code=detail.get("exitCode"),
                started=parse_time(detail.get("startedAt")),
                finished=parse_time(detail.get("finishedAt")),
                sidecar=sidecar,
                container_id=status.get("containerID", "").rpartition("://")[2],
                image=status.get("image", "") if state is ContainerState.WAITING else "",
            )
    # Kubernetes: no state at all means waiting
    return Container(name=status["name"], state=ContainerState.WAITING, sidecar=sidecar, image=status.get("image", ""))


#: Warnings about what keeps a pod from starting. Others, such as MissingClusterDNS, do not.
KEEP_FROM_STARTING = frozenset(
    {
        "FailedMount",
        "FailedAttachVolume",
        "FailedMapVolume",
        "VolumeResizeFailed",
        "FailedCreatePodSandBox",
        "FailedPodSandBoxStatus",
        "FailedCreatePodContainer",
        "FailedPrepareDynamicResources",
        "NetworkNotReady",
    }
)
#: Warnings about what keeps a pod from a node. They are out of date for a pod that has one.
KEEP_FROM_A_NODE = frozenset({reasons.FAILED_SCHEDULING, reasons.FAILED_RESOURCE_CLAIM})


def last_warning(events: Mapping[str, Any], *, asked: datetime, about: Set[str] = KEEP_FROM_STARTING) -> PodWarning:
    """What keeps the pod from starting, by the latest of its Events about that; without a reason where there is none."""
    items = events.get("items") or []
    warnings = [event for event in items if event.get("type") == "Warning" and event.get("reason") in about]
    if not warnings:
        return PodWarning(asked=asked)
    last = max(warnings, key=_last_seen)
    return PodWarning(asked=asked, reason=last.get("reason", ""), message=last.get("message", ""))


def _last_seen(event: Mapping[str, Any]) -> str:
    """RFC 3339 in UTC sorts as text; which of the fields is set depends on the reporter's age."""
    series = event.get("series") or {}
    return str(series.get("lastObservedTime") or event.get("lastTimestamp") or event.get("eventTime") or event.get("firstTimestamp") or "")
