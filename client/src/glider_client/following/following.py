"""Follows executions until they have ended and their logs are read: threads that watch, one that reads a log for each execution, and
a loop that applies what they report (`state`) and shows it (`display`).

Ctrl-C ends the following, and nothing else: the executions go on.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from glider_client.cluster import paths
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import ClusterError
from glider_client.following.display import Display
from glider_client.following.reading import LogReader
from glider_client.following.state import (
    ConnectionLost,
    ConnectionRestored,
    Event,
    ExecutionChanged,
    ExecutionDeleted,
    Followed,
    LogEnded,
    LogRead,
    Noted,
    PodChanged,
    Tick,
    follow,
)
from glider_client.following.watching import Watch
from glider_core.api.labels import EXECUTION_UID
from glider_core.api.observed_pod import Pod, parse_pod

Json = Mapping[str, Any]

#: Seconds between two pictures of the live view; within them nothing waits, since events come at once.
_TICK = 0.1
#: Seconds for which a log may still come once its execution has ended.
_LATE = 10.0
#: Seconds by which the clock has gone on more than this process: the machine slept, and connections may be dead unnoticed.
_SLEPT = 15.0


class Following:
    """Follows executions.

    Args:
        cluster: where they run.
        executions: their documents, as the API server has returned them.
        display: shows what happens.
        logs: whether their logs are read.
    """

    def __init__(self, cluster: Cluster, executions: Sequence[Json], *, display: Display, logs: bool = True) -> None:
        self._cluster = cluster
        self._display = display
        self._reads_logs = logs
        began = datetime.now(UTC)
        self.states = {str(one["metadata"]["uid"]): Followed(execution=one, began=began) for one in executions}
        self._events: queue.SimpleQueue[tuple[str, Event] | ClusterError] = queue.SimpleQueue()
        self._stopped = threading.Event()
        self._reading: dict[str, str] = {}
        self._synced: set[str] = set()
        self._ended: dict[str, float] = {}
        self._pods_refused = False

    def run(self) -> dict[str, Json | None]:
        """The final documents by name; None where one was deleted.

        Raises:
            ClusterError: they can't be followed at all.
            KeyboardInterrupt: Ctrl-C.
        """
        try:
            self._start()
            while not self._done():
                self._step()
        finally:
            self._stopped.set()
            self._display.close()
        return {state.name: None if state.deleted else state.execution for state in self.states.values()}

    def _start(self) -> None:
        for namespace in dict.fromkeys(state.namespace for state in self.states.values()):
            self._watch(namespace, {uid: state for uid, state in self.states.items() if state.namespace == namespace})
        for uid in self.states:
            self._apply(uid, Tick())

    def _watch(self, namespace: str, states: Mapping[str, Followed]) -> None:
        """Watch the executions that are followed in `namespace`, and their pods."""
        first = next(iter(states.values()))
        alone = {"fieldSelector": f"metadata.name={first.name}"} if len(states) == 1 else {}
        version = str(first.execution["metadata"].get("resourceVersion", ""))
        executions = Watch(
            self._cluster,
            paths.executions(namespace),
            query=alone,
            observer=_Executions(self, frozenset(states)),
            pause=self._pause,
            version=version if alone else "",  # of several the first may have ended since
        )
        owners = {"labelSelector": f"{EXECUTION_UID} in ({','.join(states)})"}
        pods = Watch(self._cluster, paths.pods(namespace), query=owners, observer=_Pods(self), pause=self._pause)
        for watch in (executions, pods):
            threading.Thread(target=watch.run, daemon=True).start()

    def _step(self) -> None:
        before = time.time() - time.monotonic()
        try:
            event = self._events.get(timeout=_TICK)
        except queue.Empty:
            for uid in self.states:
                self._apply(uid, Tick())
        else:
            if isinstance(event, ClusterError):
                raise event
            self._apply(*event)
        if time.time() - time.monotonic() - before > _SLEPT:
            self._ask()
        self._display.refresh(list(self.states.values()), now=datetime.now(UTC))

    def _apply(self, uid: str, event: Event) -> None:
        now = datetime.now(UTC)
        state, shown = follow(self.states[uid], event, now=now)
        self.states[uid] = state
        for one in shown:
            self._display.show(state, one, now=now)
        if state.finished and uid not in self._ended:
            self._ended[uid] = time.monotonic()
        self._read_log(uid)

    def _read_log(self, uid: str) -> None:
        pod = self.states[uid].next_log
        if not self._reads_logs or pod is None or self._reading.get(uid) == pod.name:
            return
        self._reading[uid] = pod.name
        reader = LogReader(
            self._cluster,
            pod,
            line=lambda line: self._events.put((uid, LogRead(line))),
            is_complete=lambda: self.states[uid].log_is_complete(pod.name),
            pause=self._pause,
        )
        threading.Thread(target=lambda: self._events.put((uid, LogEnded(pod.name, reader.read()))), daemon=True).start()

    def _done(self) -> bool:
        """Whether all have ended and their logs are read, or are late."""
        return all(self._is_done(uid) for uid in self.states)

    def _is_done(self, uid: str) -> bool:
        if uid not in self._ended:
            return False
        if uid not in self._synced:
            self._synced.add(uid)
            self._list_pods(uid)
        if not self._reads_logs or self.states[uid].complete:
            return True
        return time.monotonic() - self._ended[uid] > _LATE

    def _list_pods(self, uid: str) -> None:
        """An execution may end before the watch of its pods has reported the first one."""
        if self._pods_refused or self.states[uid].deleted:
            return
        with suppress(ClusterError):
            query = {"labelSelector": f"{EXECUTION_UID}={uid}"}
            for document in self._cluster.get(paths.pods(self.states[uid].namespace), query=query).get("items") or ():
                if (pod := parse_pod(document)) is not None:
                    self._apply(uid, PodChanged(pod))

    def _ask(self) -> None:
        """Ask once for each, after the machine has slept."""
        for uid, state in self.states.items():
            with suppress(ClusterError):
                self._apply(uid, ExecutionChanged(self._cluster.get(paths.executions(state.namespace, state.name))))

    def _pause(self, seconds: float) -> bool:
        return self._stopped.wait(seconds)

    # what the watches report, in their threads

    def put(self, uid: str, event: Event) -> None:
        """An event of one execution."""
        if uid in self.states:
            self._events.put((uid, event))

    def put_first(self, event: Event) -> None:
        """An event of all executions, which is shown once."""
        self._events.put((next(iter(self.states)), event))

    def fail(self, error: ClusterError) -> None:
        """They can't be followed."""
        self._events.put(error)

    def refuse_pods(self, error: ClusterError) -> None:
        """Their pods can't be seen: there are phases only."""
        self._pods_refused = True
        self.put_first(Noted(f"no logs: {error}"))


class _Executions:
    """Passes on what the watch of the executions reports."""

    def __init__(self, following: Following, uids: frozenset[str]) -> None:
        self._following = following
        self._uids = uids

    def listed(self, documents: Sequence[Json]) -> None:
        there = {str(one["metadata"]["uid"]) for one in documents}
        for one in documents:
            self.changed(one)
        for uid in self._uids:
            if uid not in there:
                self._following.put(uid, ExecutionDeleted())

    def changed(self, document: Json) -> None:
        self._following.put(str(document["metadata"]["uid"]), ExecutionChanged(document))

    def deleted(self, document: Json) -> None:
        self._following.put(str(document["metadata"]["uid"]), ExecutionDeleted())

    def lost(self, why: str) -> None:
        self._following.put_first(ConnectionLost(why))

    def restored(self) -> None:
        self._following.put_first(ConnectionRestored())

    def refused(self, error: ClusterError) -> None:
        self._following.fail(error)


class _Pods:
    """Passes on what the watch of their pods reports; connections are the business of the other watch."""

    def __init__(self, following: Following) -> None:
        self._following = following
        self._known: dict[str, Pod] = {}

    def listed(self, documents: Sequence[Json]) -> None:
        there = {str(one["metadata"]["name"]) for one in documents}
        for name in [name for name in self._known if name not in there]:
            self._vanished(self._known.pop(name))
        for one in documents:
            self.changed(one)

    def changed(self, document: Json) -> None:
        if (pod := parse_pod(document)) is not None:
            self._known[pod.name] = pod
            self._following.put(pod.execution_uid, PodChanged(pod))

    def deleted(self, document: Json) -> None:
        if (pod := parse_pod(document)) is not None:
            self._known.pop(pod.name, None)
            self._vanished(pod)

    def _vanished(self, pod: Pod) -> None:
        self._following.put(pod.execution_uid, PodChanged(replace(pod, vanished=True)))

    def lost(self, why: str) -> None:
        pass

    def restored(self) -> None:
        pass

    def refused(self, error: ClusterError) -> None:
        self._following.refuse_pods(error)
