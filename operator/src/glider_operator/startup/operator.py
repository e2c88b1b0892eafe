"""The operator as one process: kopf, the watchers, the queue, the site and the calls to the API server, started and stopped together."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import kopf

from glider_core.api import labels
from glider_core.api.moments import format_time
from glider_core.config import Config, history_prefix
from glider_core.kube import requests
from glider_core.kube.clock import ServerClock
from glider_core.kube.credentials import configuration_of
from glider_core.kube.latency import WriteLatency
from glider_core.kube.throttle import TokenBucket
from glider_core.kube.transport import HttpTransport
from glider_core.kube.watching import Watcher
from glider_core.store.access import StoreAccess
from glider_operator.archive.rescuing import Rescuer
from glider_operator.archive.writing import HistoryWriter, open_storage, open_writer
from glider_operator.controller.cluster import Cluster
from glider_operator.controller.controller import Controller
from glider_operator.controller.storing import Store
from glider_operator.controller.sweeping import Sweeps, build_sweeps
from glider_operator.kopf_adapter.handlers import build_registry, build_settings, pod_watchers
from glider_operator.kopf_adapter.tracing import KopfCalls
from glider_operator.leaderelection.leadership import Leadership, own_namespace
from glider_operator.server.debug import overview
from glider_operator.server.gauges import refresh_gauges
from glider_operator.server.http import Site
from glider_operator.server.probes import Health
from glider_operator.startup.access import Access, NoAccessError, find_access, follow_access
from glider_operator.startup.background import Background
from glider_operator.startup.own_pod import warn_about_configuration
from glider_operator.startup.reload import ConfigFile
from glider_operator.telemetry import metrics
from glider_operator.telemetry.kube_metrics import OBSERVER
from glider_operator.telemetry.logs import set_up_logging
from glider_operator.telemetry.memory import memory_limit
from glider_operator.telemetry.statsd import Statsd

logger = logging.getLogger(__name__)

#: As many calls at once as the controller has workers, and some for Events and the sweep.
_CONNECTIONS = 140
_BY_KOPF = (labels.EXECUTIONS, labels.TEMPLATES)
_CHECK_AGAIN = 2.0
#: How long calls in flight may take when the operator stops.
_DRAIN = 5.0
#: How long kopf may take to end once all else has. A watch that died, by an error that it doesn't retry, leaves the others
#: behind: these wait for a login that never comes, and swallow being cancelled (kopf 1.45.2). kopf itself waits for 5 s before that.
_KOPF_ENDS = 8.0
#: How long a node may take with the next piece of a log.
_LOG_SILENCE = 10.0
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
        config, home = replace(self._config, watch_namespaces=self._access.served), own_namespace()
        leadership = Leadership(config, self._kubernetes, home=home)
        clock = ServerClock()
        throttle = TokenBucket(qps=config.client_connection.qps, burst=config.client_connection.burst)
        latency = WriteLatency()
        transport = HttpTransport(
            self._kubernetes,
            throttle=throttle,
            connections=_CONNECTIONS,
            fence=leadership.fence.check,
            on_answer=clock.observe,
            on_write=latency.observe,
            observer=OBSERVER,
        )
        cluster = Cluster(transport, home=home, look_up_secrets=config.lookups.secrets)
        store = Store(StoreAccess(), config)
        rescuer = _rescuer(config, transport, current=lambda: controller.current_config(), may_write=lambda: leadership.fence.open)
        controller = Controller(
            cluster,
            config,
            store=store,
            clock=clock.now,
            write_latency=latency.seconds,
            history=_history(config),
            may_write=lambda: leadership.fence.open,
            rescuer=rescuer,
        )
        sweeps = build_sweeps(controller, transport, config)
        health = Health(stuck_for=controller.queue.stuck_for, silent=sweeps.sweeper.silent, working=controller.queue.working)
        watchers = pod_watchers(controller, transport, config)
        calls = KopfCalls(_BY_KOPF, config.watch_namespaces or (None,))
        site = self._site(controller, leadership, health, sweeps, calls, watchers)
        metrics.BUILD.labels(version("glider-operator")).set(1)
        metrics.MEMORY_LIMIT.set(memory_limit() or 0)
        await site.start()
        background = Background()
        background.start(health.watch(), name="watch on the event loop")
        if self._file is not None:
            background.start(self._follow(self._file, controller), name="watch on the configuration")
        if config.metrics.statsd.host:
            statsd = Statsd(config.metrics.statsd, refresh=lambda: refresh_gauges(controller))
            background.start(statsd.run(), name="statsd")
        try:
            await background.unless_it_dies(self._serve(cluster, controller, leadership, sweeps, calls, watchers, background, rescuer))
        finally:
            background.cancel()
            await controller.queue.close()
            if await transport.drain(timeout=_DRAIN):
                await leadership.release()
            await site.close()
            await leadership.close()
            await transport.close()
            store.close()
            if controller.archiver is not None:
                controller.archiver.close()
            if rescuer is not None:
                rescuer.close()

    def _site(
        self,
        controller: Controller,
        leadership: Leadership,
        health: Health,
        sweeps: Sweeps,
        calls: KopfCalls,
        watchers: Sequence[Watcher],
    ) -> Site:
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
            ours = {"/".join(filter(None, (one.watched.namespace, one.watched.resource))): one.problem() for one in watchers}
            return {**ours, **calls.problems()}

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

    async def _serve(
        self,
        cluster: Cluster,
        controller: Controller,
        leadership: Leadership,
        sweeps: Sweeps,
        calls: KopfCalls,
        watchers: Sequence[Watcher],
        background: Background,
        rescuer: Rescuer | None,
    ) -> None:
        """Watch, and reconcile while this operator leads."""
        watches = asyncio.Event()

        async def watch() -> None:
            for watcher in watchers:
                await watcher.listed.wait()  # no execution is reconciled before its pods are cached
            await self._run_kopf(controller, calls, started=watches.set, stop=stop)

        async def lead() -> None:
            await watches.wait()
            await leadership.lead(begin)

        async def begin() -> None:
            if self._config.leader_election.leader_elect:
                await sweeps.sweeper.catch_up()
            controller.queue.start(create_task=background.start)
            controller.recorder.start(create_task=background.start)
            sweeping.append(background.start(sweeps.sweeper.run(), name="sweeper"))
            sweeping.append(background.start(sweeps.finished.run(), name="list of finished executions"))
            sweeping.append(background.start(sweeps.retainer.run(), name="retention of templates"))
            sweeping.append(background.start(sweeps.history.run(), name="retention of the history"))
            if controller.archiver is not None:
                sweeping.append(background.start(controller.archiver.run(), name="history"))
                sweeping.append(background.start(controller.archiver.compact(), name="compaction of the history's index"))
            if rescuer is not None:
                sweeping.append(background.start(rescuer.run(), name="rescue of logs"))

        async def stop() -> None:
            for task in sweeping:
                task.cancel()
            await controller.queue.close()
            if controller.archiver is not None:
                await controller.archiver.flush()
            await controller.recorder.close(flush=leadership.fence.open)

        sweeping: list[asyncio.Task[None]] = []
        following = [asyncio.create_task(watcher.run()) for watcher in watchers]
        if self._access.served:
            following.append(asyncio.create_task(follow_access(cluster, self._access)))
        leading, watching = asyncio.create_task(lead()), asyncio.create_task(watch())
        try:
            await asyncio.wait([leading, watching, *following], return_when=asyncio.FIRST_COMPLETED)
            for task in (leading, *following):
                if task.done() and not task.cancelled():  # kopf cancels what it finds when it ends
                    await controller.queue.close()
                    task.result()
            await watching
        finally:
            for task in (leading, watching, *following):
                task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(leading, watching, *following, return_exceptions=True)

    async def _run_kopf(self, controller: Controller, calls: KopfCalls, *, started: Callable[[], None], stop: Callable[[], Any]) -> None:
        registry = build_registry(controller, self._kubernetes, calls=calls)

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


def _history(config: Config) -> Callable[[], HistoryWriter] | None:
    """What opens the store of the history; None where none is kept."""
    prefix = history_prefix(config) if config.history.enabled else None
    if prefix is None:
        return None
    return partial(open_writer, prefix, environment=os.environ, node_identity=config.storage_access.node_identity)


def _rescuer(config: Config, transport: HttpTransport, *, current: Callable[[], Config], may_write: Callable[[], bool]) -> Rescuer | None:
    """What adds to logs what killed executors couldn't store; None where that isn't to be. `current`: the configuration that counts."""
    if not (config.history.enabled and config.history.pod_logs):
        return None

    async def read_log(namespace: str, pod: str, *, container: str, since: datetime | None, most: int) -> bytes:
        pieces: list[bytes] = []
        request = requests.get_log(namespace, pod, container=container, since=format_time(since), most=most)
        await transport.stream(request, take=pieces.append, silence=_LOG_SILENCE)
        return b"".join(pieces)

    opened = partial(open_storage, environment=os.environ, node_identity=config.storage_access.node_identity)
    return Rescuer(read_log, opened, config=current, may_write=may_write)


def _token_file(config: Config) -> Path | None:
    name = config.metrics.bearer_token_file
    return None if name is None else Path(name)
