"""Reads the log of one pod to its end. A connection that breaks, as when the API server restarts, loses and repeats no line."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import ClusterError, InvalidObjectError, NotFoundError, UnavailableError, UnreachableError
from glider_client.cluster.paths import pod_log
from glider_client.following.logs import Cursor, read_line
from glider_client.following.watching import STARTING
from glider_core.api.observed_pod import Pod

#: Seconds until a log is read on that has ended, while its container hasn't; and until a server is asked again that didn't answer.
_AGAIN = 0.1
#: After so many seconds without a line it is asked for anew, which loses nothing: the task may be silent, or the connection dead.
_SILENCE = 45.0
_DELAYS = (0.2, 0.5, 1.0, 2.0, 3.0)


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
        self._cursor = Cursor()

    def read(self) -> str:
        """Read it to its end; return why it can't be read, or nothing."""
        failures, failing = 0, 0.0
        while True:
            complete, began = self._is_complete(), self._clock()
            delay = _AGAIN
            try:
                self._read_once(complete)
            except NotFoundError:
                if complete:
                    return ""
                delay = _DELAYS[0]  # until it shows whether the pod is gone, or the kubelet doesn't know it yet
            except InvalidObjectError as error:  # the container waits, or its log is gone
                if complete:
                    return str(error)
            except ClusterError as error:
                if isinstance(error, UnreachableError) and self._clock() - began >= _SILENCE:
                    failures, complete = 0, False
                    if self._pause(delay):
                        return ""
                    continue
                failing = failing if failures else self._clock()
                if not self._passes(error, failing=self._clock() - failing, before=failures):
                    return str(error)
                failures, complete = failures + 1, False
                delay = _DELAYS[min(failures, len(_DELAYS)) - 1]
            else:
                failures = 0
            if complete or self._pause(delay):
                return ""

    def _passes(self, error: ClusterError, *, failing: float, before: int) -> bool:
        """Whether a later try may find it otherwise, after so many seconds of failures: it was read before, or didn't answer at first."""
        if isinstance(error, UnreachableError | UnavailableError):
            return True
        return (bool(self._cursor.time) or before > 0) and failing < STARTING

    def _read_once(self, complete: bool) -> None:
        """Read what comes over one connection."""
        self._cursor = self._cursor.again()
        container = {"container": self._container} if self._container else {}
        follow = {"follow": "true"} if self._follows and not complete else {}
        query = {**follow, "timestamps": "true", **container, **(self._cursor.query or self._begin)}
        rest = b""
        for chunk in self._cluster.stream(pod_log(self._pod.namespace, self._pod.name), query=query, silence=_SILENCE):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self._take(line)
        if rest and complete:  # else it may go on, and comes again as a whole
            self._take(rest)

    def _take(self, line: bytes) -> None:
        self._cursor, text = read_line(self._cursor, line)
        if text is not None:
            self._line(f"{self._cursor.time} {text}" if self._stamped else text)
