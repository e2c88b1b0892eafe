"""The operator as one process: kopf, the queue, the site and the calls to the API server, started and stopped together."""

from __future__ import annotations

import asyncio
import logging
import os
from pathlib import Path
from typing import Any

import kopf
from kubernetes import client

from glider_operator.app.controller import Controller
from glider_operator.app.logs import set_up_logging
from glider_operator.app.site import Site
from glider_operator.app.storing import Store
from glider_operator.app.wiring import build_registry, build_settings
from glider_operator.config import Config
from glider_operator.config.reload import ConfigFile
from glider_operator.kube.cluster import Cluster
from glider_operator.kube.errors import KubeError, NotFound
from glider_operator.kube.throttle import TokenBucket
from glider_operator.kube.transport import ClientTransport, api_client
from glider_operator.model import labels
from glider_operator.store.access import StoreAccess

logger = logging.getLogger(__name__)

#: As many calls at once as the controller has workers, and some for Events and probes.
_CONNECTIONS = 24
_WATCHED = (labels.EXECUTIONS, labels.TEMPLATES, "pods")
_CHECK_AGAIN = 2.0
#: Our name among kopf's peers, of which there are none. Left to itself kopf asks for the name of the user that it runs as,
#: and a container's user need not have one. (Any: the type is not in kopf's public names.)
_IDENTITY: Any = "glider-operator"
#: Kubernetes' own, in every pod with a service account.
_NAMESPACE_FILE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")


class Operator:
    """Runs until it is told to stop, or until it can't go on. `file` is where `config` comes from, and is followed."""

    def __init__(self, config: Config, *, file: ConfigFile | None = None, kubeconfig: Path | None = None) -> None:
        self._config = config
        self._file = file
        self._client: client.ApiClient = api_client(kubeconfig=kubeconfig, connections=_CONNECTIONS)
        self._unready = "starting"

    async def run(self) -> None:
        """Run until a signal to stop comes.

        Raises:
            Exception: a watch died, or something else that a restart may mend.
        """
        connection = self._config.client_connection
        throttle = TokenBucket(qps=connection.qps, burst=connection.burst)
        transport = ClientTransport(self._client, throttle=throttle, threads=_CONNECTIONS)
        cluster = Cluster(transport, home=_own_namespace())
        store = Store(StoreAccess())
        controller = Controller(cluster, self._config, store=store)
        site = Site(
            health_address=self._config.health.health_probe_bind_address,
            metrics_address=self._config.metrics.bind_address,
            unready=lambda: self._unready,
        )
        await site.start()
        following = asyncio.create_task(self._follow(controller))
        try:
            await self._wait_for_access(cluster)
            await self._run_kopf(controller)
        finally:
            following.cancel()
            await controller.queue.close()
            await site.close()
            transport.close()
            store.close()

    async def _follow(self, controller: Controller) -> None:
        """Take up changes of the configuration file."""

        def take(config: Config) -> None:
            set_up_logging(config.logging)
            controller.configure(config)

        if self._file is not None:
            await self._file.follow(take)

    async def _wait_for_access(self, cluster: Cluster) -> None:
        """Wait until everything that is to be watched may be listed. kopf would go on without, and hear of nothing."""
        while True:
            try:
                for namespace in self._config.watch_namespaces or (None,):
                    for resource in _WATCHED:
                        await cluster.check_access(resource, namespace=namespace)
                return
            except NotFound as error:
                self._unready = f"{resource} isn't known to the API server; are the CRDs installed (manifests/crd)? {error}"
            except KubeError as error:
                self._unready = f"may not list {resource}: {error}"
            logger.warning("not ready: %s", self._unready)
            await asyncio.sleep(_CHECK_AGAIN)

    async def _run_kopf(self, controller: Controller) -> None:
        registry = build_registry(controller, self._client.configuration)

        @kopf.on.startup(registry=registry)
        async def start(**_: object) -> None:
            controller.queue.start()
            self._unready = ""
            logger.info("ready; watching %s", ", ".join(self._config.watch_namespaces) or "all namespaces")

        @kopf.on.cleanup(registry=registry)
        async def stop(**_: object) -> None:
            self._unready = "stopping"
            await controller.queue.close()

        await kopf.operator(
            registry=registry,
            settings=build_settings(),
            standalone=True,
            identity=_IDENTITY,
            clusterwide=not self._config.watch_namespaces,
            namespaces=self._config.watch_namespaces,
        )


def _own_namespace() -> str | None:
    """The namespace of the operator's pod, or what POD_NAMESPACE says; PodTemplates of the whole cluster are there."""
    if named := os.environ.get("POD_NAMESPACE"):
        return named
    return _NAMESPACE_FILE.read_text().strip() if _NAMESPACE_FILE.exists() else None
