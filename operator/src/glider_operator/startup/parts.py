"""The operator's parts, put together for one configuration, and closed in their order."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from kubernetes import client

from glider_core.api import labels
from glider_core.api.moments import format_time
from glider_core.config import Config, history_prefix
from glider_core.kube import requests
from glider_core.kube.clock import ServerClock
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
from glider_operator.kopf_adapter.handlers import pod_watchers
from glider_operator.kopf_adapter.tracing import KopfCalls
from glider_operator.leaderelection.leadership import Leadership, own_namespace
from glider_operator.server.probes import Health
from glider_operator.telemetry.kube_metrics import OBSERVER

#: As many calls at once as the controller has workers, and some for Events and the sweep.
_CONNECTIONS = 140
_BY_KOPF = (labels.EXECUTIONS, labels.TEMPLATES)
#: How long calls in flight may take when the operator stops.
_DRAIN = 5.0
#: How long a node may take with the next piece of a log.
_LOG_SILENCE = 10.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """All that one run of the operator consists of, beside its site and kopf. `calls`: those that kopf makes itself."""

    transport: HttpTransport
    cluster: Cluster
    leadership: Leadership
    store: Store
    rescuer: Rescuer | None
    controller: Controller
    sweeps: Sweeps
    health: Health
    watchers: Sequence[Watcher]
    calls: KopfCalls

    async def give_up_leadership(self) -> None:
        """Reconcile nothing any more, and release the leadership, unless calls in flight outlast the time they get."""
        await self.controller.queue.close()
        if await self.transport.drain(timeout=_DRAIN):
            await self.leadership.release()

    async def close(self) -> None:
        """Close all connections and stores, once nothing runs that needs them."""
        await self.leadership.close()
        await self.transport.close()
        self.store.close()
        if self.controller.archiver is not None:
            self.controller.archiver.close()
        if self.rescuer is not None:
            self.rescuer.close()


def build_parts(config: Config, kubernetes: client.Configuration) -> Parts:
    """The parts for `config`, whose watched namespaces are those that may be watched. `kubernetes`: how the API server is reached."""
    home = own_namespace()
    leadership = Leadership(config, kubernetes, home=home)
    clock, latency = ServerClock(), WriteLatency()
    transport = HttpTransport(
        kubernetes,
        throttle=TokenBucket(qps=config.client_connection.qps, burst=config.client_connection.burst),
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
    return Parts(
        transport=transport,
        cluster=cluster,
        leadership=leadership,
        store=store,
        rescuer=rescuer,
        controller=controller,
        sweeps=sweeps,
        health=Health(stuck_for=controller.queue.stuck_for, silent=sweeps.sweeper.silent, working=controller.queue.working),
        watchers=pod_watchers(controller, transport, config),
        calls=KopfCalls(_BY_KOPF, config.watch_namespaces or (None,)),
    )


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
