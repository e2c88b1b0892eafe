"""What the sweep compares, and which handlers get the differences: everything that is watched."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from glider_core.api import labels
from glider_core.api.phases import FINISHED, LIVE
from glider_core.config import Config
from glider_core.kube.transport import Transport
from glider_operator.archive.retention import HistoryRetainer
from glider_operator.cache.executions import version
from glider_operator.controller.cluster import Cluster
from glider_operator.controller.controller import Controller
from glider_operator.controller.orphans import Orphans
from glider_operator.controller.template_retention import TemplateRetainer
from glider_operator.sweep.kinds import Kind, Unwatched
from glider_operator.sweep.sweeper import Sweeper
from glider_operator.sweep.unwatched import UnwatchedLister

#: Finished executions are listed once in so many sweeps: whole objects, of which there may be many, cost the API server 0.1 ms each.
_SWEEPS_A_LIST = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Sweeps:
    """`sweeper` finds what the watches missed; `finished` lists finished executions, which aren't watched; `retainer` deletes templates,
    and `history` what the history has.
    """

    sweeper: Sweeper
    finished: UnwatchedLister
    retainer: TemplateRetainer
    history: HistoryRetainer

    def state(self) -> dict[str, object]:
        """Their state, for people."""
        return {**self.sweeper.state(), "finished": self.finished.state()}


def build_sweeps(controller: Controller, transport: Transport, config: Config) -> Sweeps:
    """Sweeps for the caches of `controller`."""
    orphans = Orphans(Cluster(transport), pods=controller.caches.pods, executions=controller.caches.executions)
    namespaces, interval = config.watch_namespaces or (None,), config.sweep.interval.total_seconds()
    finished = UnwatchedLister(
        transport,
        finished_executions(controller, instance_id=config.instance_id),
        namespaces=namespaces,
        interval=interval * _SWEEPS_A_LIST,
    )

    async def tidy() -> None:
        if finished.listed:  # most pods whose execution isn't cached belong to a finished one
            await orphans.collect()

    sweeper = Sweeper(
        transport,
        kinds(controller, instance_id=config.instance_id),
        namespaces=namespaces,
        interval=interval,
        live=lambda: (key for key, _ in controller.caches.executions.live() if not controller.queue.comes_again(key)),
        requeue=controller.queue.add,
        tidy=tidy,
    )
    retainer = TemplateRetainer(
        transport,
        controller.caches,
        namespaces=namespaces,
        config=controller.current_config,
        may_begin=lambda: finished.listed,
        now=controller.clock,
    )
    history = HistoryRetainer(transport, controller.caches, namespaces=namespaces, config=controller.current_config, now=controller.clock)
    return Sweeps(sweeper=sweeper, finished=finished, retainer=retainer, history=history)


def kinds(controller: Controller, *, instance_id: str | None) -> tuple[Kind, ...]:
    """Templates, pods and executions, in this order: an execution's pods and template must be cached before it is reconciled."""
    return (
        Kind(
            resource=labels.TEMPLATES,
            selector="",
            known=controller.caches.templates.versions,
            saw=controller.watch_handlers.on_template,
            gone=_each(controller.caches.templates.gone),
        ),
        Kind(
            resource="pods",
            selector=labels.pod_selector(instance_id),
            known=lambda: {pod.uid: version(pod) for pod in controller.caches.pods.all()},
            saw=controller.watch_handlers.on_pod,
            gone=controller.watch_handlers.on_pods_gone,
        ),
        Kind(
            resource=labels.EXECUTIONS,
            selector=labels.execution_selector(instance_id),
            fields=LIVE,
            known=controller.caches.executions.versions,
            selected=controller.caches.executions.is_live,
            saw=controller.watch_handlers.on_execution,
            gone=_each(controller.watch_handlers.on_execution_unlisted),
            left=controller.caches.executions.left,
        ),
    )


def finished_executions(controller: Controller, *, instance_id: str | None) -> Unwatched:
    """Finished executions."""
    return Unwatched(
        resource=labels.EXECUTIONS,
        selector=labels.execution_selector(instance_id),
        fields=FINISHED,
        known=controller.caches.executions.finished_versions,
        saw=controller.watch_handlers.on_execution,
        gone=controller.watch_handlers.on_execution_gone,
    )


def _each(gone: Callable[[str], None]) -> Callable[[Collection[str]], int]:
    def all_gone(uids: Collection[str]) -> int:
        for uid in uids:
            gone(uid)
        return len(uids)

    return all_gone
