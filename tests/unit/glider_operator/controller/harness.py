"""A controller with an API server of dictionaries, and with the watches played by hand."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any

from glider_core.config import Config
from glider_operator.controller.cluster import Cluster
from glider_operator.controller.controller import Controller
from tests.unit.glider_core.builders import SECOND, T0, container_status, execution_body
from tests.unit.glider_operator.controller.fakes import FakeCluster

KEY = ("default", "divide")
POD = "divide-0f9d2c4e-a0"


class Harness:
    """A controller, its cluster and a clock, with the watch played by hand."""

    def __init__(self, *, store: Any = None, **spec) -> None:
        self.store = store
        self.cluster = FakeCluster()
        self.cluster.executions["divide"] = execution_body(**spec)
        self.now = T0
        self.restart()

    def restart(self) -> None:
        self.controller = Controller(Cluster(self.cluster), Config(), store=self.store, clock=lambda: self.now)
        for pod in self.cluster.pods.values():
            self.controller.watch_handlers.on_pod(copy.deepcopy(pod))
        self.controller.watch_handlers.on_execution(copy.deepcopy(self.cluster.executions["divide"]))

    async def reconcile(self, *, after: timedelta = SECOND) -> None:
        self.now += after
        await self.controller.reconcile(KEY)
        await self.controller.recorder.flush()

    async def change(self, **spec) -> None:
        """What `kubectl patch te` does."""
        body = self.cluster.executions["divide"]
        body["spec"] |= spec
        body["metadata"]["resourceVersion"] = str(int(body["metadata"]["resourceVersion"]) + 1)
        self.controller.watch_handlers.on_execution(copy.deepcopy(body))
        await self.reconcile()

    async def pod_becomes(self, state: str, *, phase: str, **detail) -> None:
        pod = self.cluster.pods[POD]
        pod["spec"]["nodeName"] = "node-1"
        pod["status"] = {"phase": phase, "containerStatuses": [container_status(state, **detail)]}
        self.controller.watch_handlers.on_pod(copy.deepcopy(pod))
        await self.reconcile()

    @property
    def status(self):
        return self.cluster.executions["divide"]["status"]
