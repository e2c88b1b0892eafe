"""kopf: handlers that note what happened and name the execution that it concerns. No I/O and no decisions.

kopf lists pods and templates first, and calls no event handler before its index handlers have seen them all. That is what
our index handlers are for: they return nothing to be indexed, but an execution is never looked at before its pods are known.
kopf calls them at every event but deletions, so the event handlers beside them are for those alone: each call costs CPU.
"""

from __future__ import annotations

import logging
from typing import Any

import kopf
from kubernetes import client

from glider_operator.app import metrics
from glider_operator.app.controller import Controller
from glider_operator.app.login import connection_info
from glider_operator.app.storages import NoDiffBase, NoProgress
from glider_operator.model import labels

_DELETED = "DELETED"
#: Everything else that an index handler is called for; it isn't told what.
_SEEN = "SEEN"


def build_registry(controller: Controller, configuration: client.Configuration) -> kopf.OperatorRegistry:
    """The handlers."""
    registry = kopf.OperatorRegistry()

    @kopf.on.login(registry=registry)
    async def login(**_: Any) -> kopf.ConnectionInfo:
        return connection_info(configuration)

    @kopf.index(labels.GROUP, labels.VERSION, labels.TEMPLATES, registry=registry)
    async def template(body: kopf.Body, **_: Any) -> None:
        metrics.WATCH_EVENTS.labels(labels.TEMPLATES, _SEEN).inc()
        controller.saw_template(body)

    @kopf.index("v1", "pods", registry=registry)
    async def pod(body: kopf.Body, **_: Any) -> None:
        metrics.WATCH_EVENTS.labels("pods", _SEEN).inc()
        controller.saw_pod(body)

    @kopf.on.event(labels.GROUP, labels.VERSION, labels.TEMPLATES, registry=registry, when=_deleted)
    async def template_deleted(body: kopf.Body, **_: Any) -> None:
        metrics.WATCH_EVENTS.labels(labels.TEMPLATES, _DELETED).inc()
        controller.template_deleted(body)

    @kopf.on.event("v1", "pods", registry=registry, when=_deleted)
    async def pod_deleted(body: kopf.Body, **_: Any) -> None:
        metrics.WATCH_EVENTS.labels("pods", _DELETED).inc()
        controller.pod_deleted(body)

    @kopf.on.event(labels.GROUP, labels.VERSION, labels.EXECUTIONS, registry=registry)
    async def execution_event(type: str | None, body: kopf.Body, **_: Any) -> None:
        metrics.WATCH_EVENTS.labels(labels.EXECUTIONS, type or "LISTED").inc()
        if type == _DELETED:
            controller.execution_deleted(body)
        else:
            controller.saw_execution(body)

    return registry


def _deleted(type: str | None, **_: Any) -> bool:
    return type == _DELETED


def build_settings(*, instance_id: str | None = None) -> kopf.OperatorSettings:
    """What we set of kopf. What differs from its defaults was measured; see the comments."""
    settings = kopf.OperatorSettings()
    settings.persistence.diffbase_storage = NoDiffBase()
    settings.persistence.progress_storage = NoProgress()
    settings.posting.enabled = False  # our Events are our own
    settings.scanning.disabled = True  # needs no rights to watch CRDs and namespaces
    # server-side: without it every pod of the cluster goes through this process. The key must be a tuple: kopf takes the
    # "v1/pods" of its own documentation for the name of a resource, finds none, and sends no selector
    settings.watching.label_selectors[("v1", "pods")] = labels.pod_selector(instance_id)
    executions = (labels.GROUP, labels.VERSION, labels.EXECUTIONS)
    settings.watching.label_selectors[executions] = labels.execution_selector(instance_id)
    settings.watching.chunk_size = 500
    settings.watching.server_timeout = 300  # load balancers cut connections that live longer
    settings.watching.client_timeout = 310
    settings.watching.connect_timeout = 30
    settings.watching.reconnect_backoff = 1.0
    settings.networking.request_timeout = 30
    settings.networking.connect_timeout = 10
    settings.queueing.idle_timeout = 1.0  # an idle worker per object is memory
    # queueing.worker_limit stays unset: it counts idle workers too, and deadlocks with indexes (kopf#1243)
    logging.getLogger("kopf.objects").setLevel(logging.WARNING)  # two lines an event otherwise, and a third of the CPU
    return settings
