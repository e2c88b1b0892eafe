"""The event handlers: kopf's for executions and templates, and a watcher of our own for pods. They update the caches and enqueue the
execution that an event concerns: no I/O and no decisions.

No execution is reconciled before its pods and its template are cached. Pods are listed before kopf starts. Templates have an index
handler, since kopf calls no event handler before all index handlers have seen all objects; it returns nothing to be indexed. kopf
calls it at every event but deletions, so the event handler of templates is for those alone: each call costs CPU.
"""

from __future__ import annotations

import itertools
import logging
import random
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import kopf
from kubernetes import client

from glider_core.api import labels
from glider_core.api.phases import LIVE
from glider_core.config import Config
from glider_core.kube.transport import StreamingTransport
from glider_core.kube.watching import Watched, Watcher
from glider_operator.controller.controller import Controller
from glider_operator.controller.watch_handlers import Body
from glider_operator.kopf_adapter.login import Session, connection_info, session_of
from glider_operator.kopf_adapter.persistence import NoDiffBase, NoProgress
from glider_operator.kopf_adapter.tracing import KopfCalls
from glider_operator.telemetry import metrics
from glider_operator.telemetry.kube_metrics import OBSERVER

_DELETED = "DELETED"
#: Every other event: an index handler doesn't get its type.
_SEEN = "SEEN"
_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
_LONGEST_PAUSE = 30.0


def build_registry(controller: Controller, configuration: client.Configuration, *, calls: KopfCalls) -> kopf.OperatorRegistry:
    """The handlers, and a login whose calls `calls` traces."""
    registry = kopf.OperatorRegistry()

    @kopf.on.login(registry=registry)
    async def login(**_: Any) -> Session:
        return session_of(connection_info(configuration), trace=calls.trace(), configuration=configuration)

    @kopf.index(labels.GROUP, labels.VERSION, labels.TEMPLATES, registry=registry)
    async def template(body: kopf.Body, **_: Any) -> None:
        metrics.WATCH_EVENTS.labels(labels.TEMPLATES, _SEEN).inc()
        controller.watch_handlers.on_template(body)

    @kopf.on.event(labels.GROUP, labels.VERSION, labels.TEMPLATES, registry=registry, when=_deleted)
    async def on_template_deleted(body: kopf.Body, **_: Any) -> None:
        metrics.WATCH_EVENTS.labels(labels.TEMPLATES, _DELETED).inc()
        controller.watch_handlers.on_template_deleted(body)

    @kopf.on.event(labels.GROUP, labels.VERSION, labels.EXECUTIONS, registry=registry)
    async def execution_event(type: str | None, event: Mapping[str, Any], **_: Any) -> None:
        metrics.WATCH_EVENTS.labels(labels.EXECUTIONS, type or "LISTED").inc()
        if type == _DELETED:
            controller.watch_handlers.on_execution_left(event["object"])
        else:
            # not kopf's view of it, in which each access to a field costs microseconds
            controller.watch_handlers.on_execution(event["object"])

    return registry


def pod_watchers(controller: Controller, transport: StreamingTransport, config: Config) -> tuple[Watcher, ...]:
    """One for each watched namespace, or one for all. The API server selects: other pods' events don't reach this process."""
    seen, deleted = metrics.WATCH_EVENTS.labels("pods", _SEEN), metrics.WATCH_EVENTS.labels("pods", _DELETED)

    def on_pod(body: Body) -> None:
        seen.inc()
        controller.watch_handlers.on_pod(body)

    def on_pod_deleted(body: Body) -> None:
        deleted.inc()
        controller.watch_handlers.on_pod_deleted(body)

    def watched(namespace: str | None) -> Watched:
        return Watched(
            resource="pods",
            namespace=namespace,
            selector=labels.pod_selector(config.instance_id),
            saw=on_pod,
            deleted=on_pod_deleted,
            known=lambda: [pod.uid for pod in controller.caches.pods.all() if namespace in (None, pod.namespace)],
            gone=controller.watch_handlers.on_pods_gone,
        )

    return tuple(Watcher(transport, watched(namespace), observer=OBSERVER) for namespace in config.watch_namespaces or (None,))


def _deleted(type: str | None, **_: Any) -> bool:
    return type == _DELETED


class Backoffs(Iterable[float]):
    """The pauses between kopf's retries of a call: unlimited, and from the beginning for each call, so no generator.

    kopf's own end after a minute, and with them the watch and the process. Lost connections, 5xx, 429 and 403 are retried. Anything
    else ends the process, and the kubelet restarts it: an HTTP 410 to a page of a list that took too long, a 404 since the CRDs are
    gone, an error in a watch that isn't 410. Only a new list helps there, and a start makes one.
    """

    def __iter__(self) -> Iterator[float]:
        """Longer each time, and jittered, so that operators don't all come back at once."""
        for pause in itertools.chain(_PAUSES, itertools.repeat(_LONGEST_PAUSE)):
            yield pause * random.uniform(0.5, 1.0)


def build_settings(*, instance_id: str | None = None) -> kopf.OperatorSettings:
    """The settings of kopf. Deviations from its defaults were measured; see the comments."""
    settings = kopf.OperatorSettings()
    settings.persistence.diffbase_storage = NoDiffBase()
    settings.persistence.progress_storage = NoProgress()
    settings.posting.enabled = False  # the event recorder posts them
    settings.scanning.disabled = True  # needs no rights to watch CRDs and namespaces
    # the key must be a tuple: kopf takes the "group/version/plural" of its own documentation for the name of a resource, finds
    # none, and sends no selector
    executions = (labels.GROUP, labels.VERSION, labels.EXECUTIONS)
    settings.watching.label_selectors[executions] = labels.execution_selector(instance_id)
    settings.watching.field_selectors[executions] = LIVE  # for the watch, an execution that finishes is deleted
    settings.watching.chunk_size = 100  # an object may have 1.5 MB
    settings.watching.server_timeout = 300  # load balancers cut connections that live longer
    settings.watching.client_timeout = 310
    settings.watching.connect_timeout = 30
    settings.watching.reconnect_backoff = 1.0
    settings.networking.request_timeout = 30
    settings.networking.connect_timeout = 10
    settings.networking.error_backoffs = Backoffs()
    settings.process.ultimate_exiting_timeout = 60  # it may hang at its end; the default is ten minutes
    settings.queueing.idle_timeout = 1.0  # an idle worker per object is memory
    # queueing.worker_limit stays unset: it counts idle workers too, and deadlocks with indexes (kopf#1243)
    logging.getLogger("kopf.objects").setLevel(logging.WARNING)  # two lines an event otherwise, and a third of the CPU
    return settings
