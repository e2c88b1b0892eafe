"""The calls that the operator makes, in its own terms."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from glider.wire.masking import masked
from glider_core.api import labels
from glider_core.api.execution import Execution
from glider_core.api.moments import format_time
from glider_core.api.observed_pod import KEEP_FROM_A_NODE, KEEP_FROM_STARTING, Pod, PodWarning, last_warning, parse_pod
from glider_core.api.status import OBSERVED_GENERATION, Status, reduced, status_document
from glider_core.kube import requests
from glider_core.kube.errors import AlreadyExists, Conflict, KubeError, NotFound, Rejected, Unknown
from glider_core.kube.transport import Transport
from glider_core.reconcile.plan import Event
from glider_operator.controller.references import References

logger = logging.getLogger(__name__)

_MAX_EVENT_MESSAGE = 1_000


class NotOurs(KubeError):
    """A pod of the wanted name is there, and belongs to something else."""


class Cluster:
    """A Kubernetes cluster, through `transport`; `home` is the operator's own namespace, if it runs in one. `look_up_secrets`: whether it
    may be asked for Secrets.
    """

    def __init__(self, transport: Transport, *, home: str | None = None, look_up_secrets: bool = True) -> None:
        self._transport = transport
        self.home = home
        self.references = References(transport, home=home, look_up_secrets=look_up_secrets)

    async def create_pod(self, execution: Execution, manifest: dict[str, Any], *, attempt: int) -> Pod:
        """The pod of `manifest`: created, or adopted if it is there already and is this attempt's.

        Raises:
            NotOurs: another pod has the name.
            Conflict: another pod had the name a moment ago.
            KubeError: the API server refused it.
        """
        namespace, name = execution.namespace, manifest["metadata"]["name"]
        try:
            return _required(parse_pod(await self._transport.send(requests.create_pod(namespace, manifest))), name)
        except AlreadyExists as error:
            found = await self._read_pod(namespace, name)
            if found is None:
                raise Conflict(f"pod {name} was there, and is gone again") from error
            pod = parse_pod(found)
            if pod is None or (pod.execution_uid, pod.attempt) != (execution.uid, attempt):
                raise NotOurs(f"pod {name} is there already, and isn't attempt {attempt} of this execution") from error
            return pod

    async def version(self) -> Mapping[str, Any]:
        """The API server's version, as /version has it."""
        return await self._transport.send(requests.get_version())

    async def find_pod(self, namespace: str, name: str) -> Pod | None:
        """The pod, or None if there is none."""
        found = await self._read_pod(namespace, name)
        return None if found is None else parse_pod(found)

    async def is_orphan(self, pod: Pod) -> bool:
        """Whether `pod` is there, and the execution that owns it isn't."""
        found = await self._read_pod(pod.namespace, pod.name)
        if found is None or found["metadata"]["uid"] != pod.uid:
            return False
        owners = found["metadata"].get("ownerReferences") or ()
        owner = next((one["name"] for one in owners if one["uid"] == pod.execution_uid), None)
        if owner is None:
            return False
        execution = await self.find_execution(pod.namespace, owner)
        return execution is None or bool(execution["metadata"]["uid"] != pod.execution_uid)

    async def find_execution(self, namespace: str, name: str) -> Mapping[str, Any] | None:
        """The TaskExecution, or None if there is none; others' calls go first."""
        return await self._find(requests.get_watched(labels.EXECUTIONS, namespace, name))

    async def find_template(self, namespace: str, name: str) -> Mapping[str, Any] | None:
        """The TaskTemplate, or None if there is none."""
        return await self._find(requests.get_template(namespace, name))

    async def _read_pod(self, namespace: str, name: str) -> Mapping[str, Any] | None:
        return await self._find(requests.get_pod(namespace, name))

    async def _find(self, request: requests.Request) -> Mapping[str, Any] | None:
        """The object that `request` asks for, or None if there is none."""
        try:
            return await self._transport.send(request)
        except NotFound:
            return None

    async def delete_pod(self, pod: Pod) -> Pod | None:
        """Delete `pod`, if it still exists. Return it with its grace period running; None if it has none, and the watch reports its end.

        Raises:
            Conflict: there is another pod of its name, as the watch will report; or another client was writing it.
        """
        try:
            ending = parse_pod(await self._transport.send(requests.delete_pod(pod.namespace, pod.name, uid=pod.uid)))
        except NotFound:
            return None
        return ending if ending is not None and ending.deleting else None

    async def delete_execution(self, execution: Execution) -> None:
        """Delete `execution`, if it is still there.

        Raises:
            Conflict: there is another one of its name, as the watch will report; or another client was writing it.
        """
        try:
            await self._transport.send(requests.delete_execution(execution.namespace, execution.name, uid=execution.uid))
        except NotFound:
            return

    async def warnings_about(self, pod: Pod, *, now: datetime, before: PodWarning | None) -> PodWarning:
        """The last warning Event about `pod`. A help, and no more: where Events can't be listed, what was known `before` counts."""
        try:
            found = await self._transport.send(requests.list_warnings(pod.namespace, pod.uid))
            return last_warning(found, asked=now, about=KEEP_FROM_STARTING if pod.node_name else KEEP_FROM_A_NODE)
        except KubeError as error:
            logger.warning("%s/%s: could not list Events: %s", pod.namespace, pod.name, error)
            return PodWarning(asked=now) if before is None else replace(before, asked=now)

    async def events_about(self, namespace: str, uid: str) -> list[Mapping[str, Any]]:
        """The Events about the object with this UID, at most a hundred.

        Raises:
            KubeError: they can't be listed.
        """
        return list((await self._transport.send(requests.list_events(namespace, uid))).get("items") or ())

    async def write_status(self, execution: Execution, status: Status) -> Mapping[str, Any]:
        """The execution as it is with its new status, which is a reduced one if the API server refuses the whole: it must end.

        Raises:
            Conflict: the execution was written since it was read.
            NotFound: the execution isn't there any more.
        """
        try:
            return await self._transport.send(_status_request(execution, status))
        except Rejected as error:
            logger.warning("%s/%s: the API server refuses its status: %s", execution.namespace, execution.name, error)
            return await self._transport.send(_status_request(execution, reduced(status, why=str(error))))

    async def compact(self, execution: Execution) -> Mapping[str, Any]:
        """The finished execution as it is without what is about single attempts. It may have changed since it was read.

        Raises:
            NotFound: the execution isn't there any more.
            Rejected: another one has its name.
        """
        return await self._transport.send(requests.compact_status(execution.namespace, execution.name, uid=execution.uid))

    async def post_event(self, execution: Execution, event: Event, *, now: datetime) -> None:
        """Post `event`. An Event isn't state: a failure is only logged."""
        try:
            await self._transport.send(requests.create_event(execution.namespace, event_document(execution, event, now=now)))
        except AlreadyExists:
            return
        except KubeError as error:
            name = f"{execution.namespace}/{execution.name}"
            about = {"execution": name, "attempt": event.attempt}
            logger.warning("%s: could not post the Event %s: %s", name, event.reason, error, extra=about)

    async def check_access(self, resource: str, *, namespace: str | None, fields: str = "") -> None:
        """Raises a KubeError if `resource` may not be listed, NotFound if there is none, Rejected if not by `fields` (a field selector)."""
        try:
            await self._transport.send(requests.list_one(resource, namespace=namespace, fields=fields))
        except Unknown as error:
            raise NotFound(str(error)) from error


def _status_request(execution: Execution, status: Status) -> requests.Request:
    document = status_document(status)
    write = requests.replace_status
    if not _has_null(document.get("outputs")):
        write = requests.patch_status
        document.setdefault(OBSERVED_GENERATION, None)  # which removes it
    return write(execution.namespace, execution.name, document, resource_version=execution.resource_version)


def _has_null(value: Any) -> bool:
    """Whether there is a null anywhere in `value`; without recursion, since a task's outputs may go deep."""
    row = [value]
    while row:
        row = [inner for one in row if isinstance(one, (dict, list)) for inner in (one.values() if isinstance(one, dict) else one)]
        if None in row:
            return True
    return False


def event_document(execution: Execution, event: Event, *, now: datetime) -> dict[str, Any]:
    """`event` as a core/v1 Event. Its name is made from its content, so that an Event that is posted again is the same one."""
    content = json.dumps([execution.uid, event.reason, event.attempt, event.message, event.occasion])
    digest = hashlib.sha256(content.encode()).hexdigest()[:16]
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": f"{execution.name}.{digest}", "namespace": execution.namespace},
        "involvedObject": execution.object_reference,
        "reason": event.reason,
        "message": masked(event.message)[:_MAX_EVENT_MESSAGE],
        "type": "Warning" if event.warning else "Normal",
        "source": {"component": "glider-operator"},
        "firstTimestamp": format_time(now),
        "lastTimestamp": format_time(now),
        "count": 1,
    }


def _required(pod: Pod | None, name: str) -> Pod:
    if pod is None:
        raise NotOurs(f"the API server changed the labels or owner of pod {name}, so that it is no attempt of ours any more")
    return pod
