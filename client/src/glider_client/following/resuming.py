"""Reads a log on after a connection to it has ended: when, from where, or whether at all. Pure; `reading` and the console do it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from glider_client.cluster.errors import ClusterError, InvalidObjectError, NotFoundError, UnavailableError, UnreachableError
from glider_client.following.logs import Cursor
from glider_client.following.watching import STARTING

#: Seconds until a log is read on that has ended, while its container hasn't; and until a server is asked again that didn't answer.
AGAIN = 0.1
#: After so many seconds without a line it is asked for anew, which loses nothing: the task may be silent, or the connection dead.
SILENCE = 45.0
_DELAYS = (0.2, 0.5, 1.0, 2.0, 3.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """How far a log has been read, over all connections.

    `failures`: how many connections have failed since the last one that didn't. `failing`: since when, in the clock's seconds.
    """

    cursor: Cursor = field(default_factory=Cursor)
    failures: int = 0
    failing: float = 0.0

    def query(self, *, container: str, begin: Mapping[str, str], follows: bool) -> dict[str, str]:
        """What asks for the rest. `begin`: from where on, before the first line was read."""
        named = {"container": container} if container else {}
        follow = {"follow": "true"} if follows else {}
        return {**follow, "timestamps": "true", **named, **(self.cursor.query or begin)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What comes next: another connection after `pause` seconds, or nothing more. `problem`: why the log can't be read."""

    reading: Reading
    pause: float = AGAIN
    ended: bool = False
    problem: str = ""


def next_step(reading: Reading, error: ClusterError | None, *, complete: bool, began: float, now: float) -> Step:
    """What comes after a connection.

    Args:
        reading: how far the log has been read.
        error: why the connection has ended; None where it has sent all there was.
        complete: whether nothing more will be in the log, as of before the connection.
        began: when it began, in seconds.
        now: the time now.
    """
    match error:
        case None:
            return Step(reading=replace(reading, failures=0), ended=complete)
        case NotFoundError():  # until it shows whether the pod is gone, or the kubelet doesn't know it yet
            return Step(reading=reading, pause=_DELAYS[0], ended=complete)
        case InvalidObjectError():  # the container waits, or its log is gone
            return Step(reading=reading, ended=complete, problem=str(error) if complete else "")
        case UnreachableError() if now - began >= SILENCE:
            return Step(reading=replace(reading, failures=0))
    failing = reading.failing if reading.failures else now
    if not _passes(reading, error, failing=now - failing):
        return Step(reading=reading, ended=True, problem=str(error))
    failed = replace(reading, failures=reading.failures + 1, failing=failing)
    return Step(reading=failed, pause=_DELAYS[min(failed.failures, len(_DELAYS)) - 1])


def _passes(reading: Reading, error: ClusterError, *, failing: float) -> bool:
    """Whether a later try may find it otherwise, after so many seconds of failures: it was read before, or didn't answer at first."""
    if isinstance(error, UnreachableError | UnavailableError):
        return True
    return (bool(reading.cursor.time) or reading.failures > 0) and failing < STARTING
