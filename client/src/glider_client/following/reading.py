"""Reads the log of one pod to its end. A connection that breaks, as when the API server restarts, loses and repeats no line."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import ClusterError, NotFoundError
from glider_client.cluster.paths import pod_log
from glider_client.following.logs import read_line
from glider_client.following.resuming import SILENCE, Reading, next_step
from glider_core.api.observed_pod import Pod


class LogReader:
    """Reads one pod's log.

    Args:
        cluster: where it runs.
        pod: the pod.
        line: gets each line.
        is_complete: whether nothing more will be in the log.
        pause: waits for so many seconds, and returns whether to stop.
        container: of which container; by default the task's.
        begin: from where on, as the API server's query has it: sinceSeconds, tailLines.
        follows: whether to go on until it is complete.
        stamped: whether each line begins with its time.
        clock: the time in seconds.

    Attributes:
        missing: that the pod, or its node, isn't there, if that was the last answer.
    """

    def __init__(
        self,
        cluster: Cluster,
        pod: Pod,
        *,
        line: Callable[[str], None],
        is_complete: Callable[[], bool],
        pause: Callable[[float], bool],
        container: str = "",
        begin: Mapping[str, str] = {},
        follows: bool = True,
        stamped: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._cluster = cluster
        self._pod = pod
        self._line = line
        self._is_complete = is_complete
        self._pause = pause
        self._container = container or (pod.primary.name if pod.primary is not None else "")
        self._begin = begin
        self._follows = follows
        self._stamped = stamped
        self._clock = clock
        self._reading = Reading()
        self.missing: NotFoundError | None = None

    def read(self) -> str:
        """Read it to its end; return why it can't be read, or nothing."""
        while True:
            complete, began, error = self._is_complete(), self._clock(), None
            try:
                self._read_once(complete)
            except ClusterError as found:
                error = found
            self.missing = error if isinstance(error, NotFoundError) else None
            step = next_step(self._reading, error, complete=complete, began=began, now=self._clock())
            self._reading = step.reading
            if step.ended or self._pause(step.pause):
                return step.problem

    def _read_once(self, complete: bool) -> None:
        """Read what comes over one connection."""
        self._reading = replace(self._reading, cursor=self._reading.cursor.again())
        query = self._reading.query(container=self._container, begin=self._begin, follows=self._follows and not complete)
        rest = b""
        for chunk in self._cluster.stream(pod_log(self._pod.namespace, self._pod.name), query=query, silence=SILENCE):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self._take(line)
        if rest and complete:  # else it may go on, and comes again as a whole
            self._take(rest)

    def _take(self, line: bytes) -> None:
        cursor, text = read_line(self._reading.cursor, line)
        self._reading = replace(self._reading, cursor=cursor)
        if text is not None:
            self._line(f"{cursor.time} {text}" if self._stamped else text)
