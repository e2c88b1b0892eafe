"""The operator as one process: kopf, the watchers, the queue, the site and the calls to the API server, started and stopped together."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import kopf

from glider_core.config import Config
from glider_core.kube.credentials import configuration_of
from glider_core.kube.throttle import TokenBucket
from glider_core.kube.transport import HttpTransport
from glider_operator.controller.cluster import Cluster
from glider_operator.controller.controller import Controller
from glider_operator.kopf_adapter.handlers import build_registry, build_settings
from glider_operator.server.debug import overview
from glider_operator.server.gauges import refresh_gauges
from glider_operator.server.http import Site
from glider_operator.startup.access import Access, NoAccessError, find_access, follow_access
from glider_operator.startup.background import Background
from glider_operator.startup.leading import Leading
from glider_operator.startup.own_pod import warn_about_configuration
from glider_operator.startup.parts import Parts, build_parts
from glider_operator.startup.reload import ConfigFile
from glider_operator.telemetry import metrics
from glider_operator.telemetry.kube_metrics import OBSERVER
from glider_operator.telemetry.logs import set_up_logging
from glider_operator.telemetry.memory import memory_limit
from glider_operator.telemetry.statsd import Statsd

logger = logging.getLogger(__name__)

_CHECK_AGAIN = 2.0
#: How long kopf may take to end once all else has. A watch that died, by an error that it doesn't retry, leaves the others
#: behind: these wait for a login that never comes, and swallow being cancelled (kopf 1.45.2). kopf itself waits for 5 s before that.
_KOPF_ENDS = 8.0
#: Our name among kopf's peers, of which there are none. Left to itself kopf asks for the name of the user that it runs as,
#: and a container's user need not have one. (Any: the type is not in kopf's public names.)
_IDENTITY: Any = "glider-operator"


class Operator:
    """Runs until a signal to stop, or until it can't go on. `file`: the file of `config`, whose changes are applied."""

    def __init__(self, config: Config, *, file: ConfigFile | None = None, kubeconfig: Path | None = None) -> None:
        self._config = config
        self._file = file
        self._kubernetes = configuration_of(kubeconfig)
        self._unready = "starting"
        self._access = Access()

    async def run(self) -> None:
        """Run until a signal to stop. Once kopf runs, it handles signals; before that they end all waiting.

        Raises:
            Exception: a watch or a background task died, the leadership was lost, or something else that a restart may repair.
        """
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        running, stopping = asyncio.create_task(self._run()), asyncio.create_task(stop.wait())
        try:
            await asyncio.wait([running, stopping], return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                running.result()
            else:
                logger.info("stopping before start-up finished: %s", self._unready)
        finally:
            stopping.cancel()
            running.cancel()
            await asyncio.wait([running])

    async def _run(self) -> None:
        self._access = await self._wait_for_access()
        parts = build_parts(replace(self._config, watch_namespaces=self._access.served), self._kubernetes)
        site = self._site(parts)
        metrics.BUILD.labels(version("glider-operator")).set(1)
        metrics.MEMORY_LIMIT.set(memory_limit() or 0)
        await site.start()
        background = Background()
        self._start_background(background, parts)
        try:
            await background.unless_it_dies(self._serve(parts, background))
        finally:
            background.cancel()
            await parts.give_up_leadership()
            await site.close()
            await parts.close()

    def _start_background(self, background: Background, parts: Parts) -> None:
        """What runs whether or not this operator leads."""
        background.start(parts.health.watch(), name="watch on the event loop")
        if self._file is not None:
            background.start(self._follow(self._file, parts.controller), name="watch on the configuration")
        if self._config.metrics.statsd.host:
            statsd = Statsd(self._config.metrics.statsd, refresh=lambda: refresh_gauges(parts.controller))
            background.start(statsd.run(), name="statsd")

    def _site(self, parts: Parts) -> Site:
        controller, leadership, health, sweeps = parts.controller, parts.leadership, parts.health, parts.sweeps

        def debug(namespace: str, name: str, most: int) -> dict[str, Any]:
            return {
                "unready": unready() or None,
                "refusedNamespaces": dict(self._access.refused),
                "leads": leadership.fence.open,
                "leader": leadership.leader or None,
                "eventLoopLag": round(health.lag(), 3),
                "watches": {watch: problem or "well" for watch, problem in watches().items()},
                "sweeps": sweeps.state(),
                "events": controller.recorder.state(),
                **overview(controller, namespace=namespace, name=name, most=most),
            }

        def watches() -> dict[str, str]:
            ours = {"/".join(filter(None, (one.watched.namespace, one.watched.resource))): one.problem() for one in parts.watchers}
            return {**ours, **parts.calls.problems()}

        def unready() -> str:
            silent = next(filter(None, watches().values()), "")
            refused = self._file.problem if self._file is not None else ""
            return self._unready or leadership.problem or silent or sweeps.sweeper.overdue() or health.unready() or refused

        return Site(
            health_address=self._config.health.health_probe_bind_address,
            metrics_address=self._config.metrics.bind_address,
            metrics_token=_token_file(self._config),
            unready=unready,
            remark=lambda: self._access.remark,
            dead=health.dead,
            debug=debug,
            refresh=lambda: refresh_gauges(controller),
        )

    async def _follow(self, file: ConfigFile, controller: Controller) -> None:
        """Take up changes of the configuration file."""

        def take(config: Config) -> None:
            set_up_logging(config.logging)
            controller.configure(config)

        await file.follow(take, refuse=partial(warn_about_configuration, self._kubernetes))

    async def _wait_for_access(self) -> Access:
        """Wait until the watched resources may be listed, at least in some namespaces. kopf would go on without, and get no event."""
        site = Site(
            health_address=self._config.health.health_probe_bind_address,
            metrics_address=self._config.metrics.bind_address,
            metrics_token=_token_file(self._config),
            unready=lambda: self._unready,
        )
        throttle = TokenBucket(qps=self._config.client_connection.qps, burst=self._config.client_connection.burst)
        transport = HttpTransport(self._kubernetes, throttle=throttle, connections=1, observer=OBSERVER)
        try:
            await site.start()
            while True:
                try:
                    return await find_access(Cluster(transport), self._config.watch_namespaces)
                except NoAccessError as error:
                    self._unready = str(error)
                logger.warning("not ready: %s", self._unready)
                await asyncio.sleep(_CHECK_AGAIN)
        finally:
            await transport.close()
            await site.close()

    async def _serve(self, parts: Parts, background: Background) -> None:
        """Watch, and reconcile while this operator leads."""
        leading = Leading(parts, background, elected=self._config.leader_election.leader_elect)
        watches = asyncio.Event()

        async def watch() -> None:
            for watcher in parts.watchers:
                await watcher.listed.wait()  # no execution is reconciled before its pods are cached
            await self._run_kopf(parts, started=watches.set, stop=leading.stop)

        async def lead() -> None:
            await watches.wait()
            await parts.leadership.lead(leading.begin)

        following = [asyncio.create_task(watcher.run()) for watcher in parts.watchers]
        if self._access.served:
            following.append(asyncio.create_task(follow_access(parts.cluster, self._access)))
        leads, watching = asyncio.create_task(lead()), asyncio.create_task(watch())
        try:
            await asyncio.wait([leads, watching, *following], return_when=asyncio.FIRST_COMPLETED)
            for task in (leads, *following):
                if task.done() and not task.cancelled():  # kopf cancels what it finds when it ends
                    await parts.controller.queue.close()
                    task.result()
            await watching
        finally:
            for task in (leads, watching, *following):
                task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(leads, watching, *following, return_exceptions=True)

    async def _run_kopf(self, parts: Parts, *, started: Callable[[], None], stop: Callable[[], Any]) -> None:
        registry = build_registry(parts.controller, self._kubernetes, calls=parts.calls)

        @kopf.on.startup(registry=registry)
        async def start(**_: object) -> None:
            started()
            self._unready = ""
            logger.info("watching %s", ", ".join(self._access.served) or "all namespaces")

        @kopf.on.cleanup(registry=registry)
        async def end(**_: object) -> None:
            self._unready = "stopping"
            await stop()
            stopped.set()

        operator = kopf.operator(
            registry=registry,
            settings=build_settings(instance_id=self._config.instance_id),
            standalone=True,
            identity=_IDENTITY,
            clusterwide=not self._access.served,
            namespaces=self._access.served,
        )
        stopped = asyncio.Event()
        running, stopping = asyncio.create_task(operator), asyncio.create_task(stopped.wait())
        try:
            await asyncio.wait([running, stopping], return_when=asyncio.FIRST_COMPLETED)
            if (await asyncio.wait([running], timeout=_KOPF_ENDS))[1]:
                raise RuntimeError(f"a watch of kopf's died, and kopf didn't end within {_KOPF_ENDS:.0f} s of that")
            await running
        finally:
            running.cancel()
            stopping.cancel()
            await asyncio.wait([running])


def _token_file(config: Config) -> Path | None:
    name = config.metrics.bearer_token_file
    return None if name is None else Path(name)
