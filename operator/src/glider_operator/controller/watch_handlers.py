"""What the watches, the sweep and look-ups report: it goes into the caches, and whom it concerns into the work queue.

No I/O and no decisions.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from glider_core.api.execution import is_finished, parse_execution
from glider_core.api.observed_pod import Pod, parse_pod
from glider_core.api.versions import version_number
from glider_core.config import Config
from glider_core.render.attempt import pod_name
from glider_operator.archive.archive import Archive
from glider_operator.cache.caches import Caches
from glider_operator.cache.executions import Key, version
from glider_operator.controller.tracking import Tracker
from glider_operator.queue import WorkQueue

Body: TypeAlias = Mapping[str, Any]

#: How soon a pod that is on its way is reconciled: all changes of a short task's pod on its way then cost one reconcile at most,
#: and none of them is worth a write sooner.
_PROGRESS = 0.5


class WatchHandlers:
    """Keeps `caches` up to date. `config` is the configuration that counts now."""

    def __init__(
        self,
        caches: Caches,
        queue: WorkQueue[Key],
        *,
        tracker: Tracker,
        archive: Archive,
        config: Callable[[], Config],
        clock: Callable[[], datetime],
    ) -> None:
        self._caches = caches
        self._queue = queue
        self._tracker = tracker
        self._finished = tracker.finished
        self._archive = archive
        self._config = config
        self._clock = clock

    def on_execution(self, body: Body) -> None:
        """An execution is there, or has changed."""
        metadata = body["metadata"]
        if finished := is_finished(body):
            self._archive.found(body)
        if self._caches.executions.knows(metadata["uid"], metadata.get("resourceVersion", "")):
            return  # mostly the echo of our own write
        self._caches.uses.saw(body, now=self._clock)
        if finished and not self._finished.matters(body, self._config()):
            return
        if not self._tracker.remember(execution := parse_execution(body)):
            return
        if finished:
            self._finished.consider(execution, self._config(), now=self._clock())
        else:
            self._queue.add((execution.namespace, execution.name))

    def on_execution_left(self, body: Body) -> None:
        """An execution isn't watched any more: it was deleted, or it has finished."""
        metadata = body["metadata"]
        self._left(metadata["uid"], at=version_number(metadata.get("resourceVersion", "")))

    def on_execution_unlisted(self, uid: str) -> None:
        """The same of one that isn't any more as it is known."""
        if (known := self._caches.executions.by_uid(uid)) is not None:
            self._left(uid, at=version(known) + 1)

    def _left(self, uid: str, *, at: int) -> None:
        known = self._caches.executions.by_uid(uid)
        if known is not None and (known.status.phase.terminal or at < version(known)):
            return  # what its end still needs is remembered for as long; or it came back since
        self._caches.executions.forget(uid, left_at=at)
        if known is not None:
            key = known.namespace, known.name
            doubted = self._queue.works and self._finished.doubts(key, uid)
            self._tracker.forget(key, uid, doubtful=doubted)
            if doubted:
                self._queue.add(key)

    def on_execution_gone(self, uid: str) -> None:
        """A finished execution was deleted."""
        known = self._caches.executions.by_uid(uid)
        if known is not None and known.status.phase.terminal:
            self._tracker.let_go(known, left_at=version(known) + 1)

    def on_pod(self, body: Body) -> None:
        """A pod is there, or has changed."""
        pod = parse_pod(body)
        if pod is None and (lost := self._caches.pods.disowned(body)) is not None:
            self._pod_gone(lost)
        if pod is None or self._is_forged(pod) or not self._caches.pods.update(pod, now=self._clock()):
            return
        self._archive.pod(pod, body)
        if pod.live and self._caches.executions.may_run(pod.execution_uid):
            self._tracker.places.claim(pod, body)
        elif not pod.live and self._caches.executions.key_of(pod.execution_uid) is None:
            self._tracker.places.release(pod.execution_uid)
        self._tracker.requeue(pod.execution_uid, within=_PROGRESS if pod.live else 0.0)

    def on_pod_deleted(self, body: Body) -> None:
        """A pod isn't there any more; `body` is the last of it."""
        if (pod := parse_pod(body)) is not None:
            if not self._is_forged(pod):
                self._archive.pod(pod, body, gone=True)
            self._pod_gone(pod)

    def on_pods_gone(self, uids: Collection[str]) -> int:
        """The same for several, by their UIDs, with their cached states as the last ones. Return how many of them no watch had reported."""
        gone = [pod for pod in self._caches.pods.all() if pod.uid in uids]
        unreported = sum(not self._caches.pods.is_hidden(pod) for pod in gone)
        for pod in gone:
            self._pod_gone(pod)
        return unreported

    def _is_forged(self, pod: Pod) -> bool:
        """Whether it claims to be of an execution which is in another namespace, or whose attempt has another name."""
        key = self._caches.executions.key_of(pod.execution_uid)
        if key is None:
            return False
        execution = self._caches.executions.get(key)
        return key[0] != pod.namespace or (execution is not None and pod.name != pod_name(execution, pod.attempt))

    def _pod_gone(self, pod: Pod) -> None:
        if self._is_forged(pod):
            self._caches.pods.gone(pod)
        elif self._caches.executions.key_of(pod.execution_uid) is not None:
            self._caches.pods.mark_deleted(pod)
            self._tracker.requeue(pod.execution_uid)
        else:
            if self._finished.is_doubtful(pod.owner):
                self._caches.pods.mark_deleted(pod)  # if the execution has finished, the pod may have to be looked up
            else:
                self._caches.pods.gone(pod)
            self._tracker.places.release(pod.execution_uid)

    def on_template(self, body: Body) -> None:
        """A template is there."""
        for key in self._caches.templates.update(body):
            self._queue.add(key)

    def on_template_deleted(self, body: Body) -> None:
        """A template isn't there any more."""
        self._caches.templates.gone(body["metadata"]["uid"])
