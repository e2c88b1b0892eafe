"""What executions are to live through, and how that has to end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from glider.wire.errors import Kind, Origin, TaskError
from glider.wire.summary import Summary, encode_summary
from tests.resources import divider, execution

OUTPUTS = {"o0": 0.5}


@dataclass(frozen=True, kw_only=True, slots=True)
class Ending:
    """How an attempt's container ends."""

    exit_code: int
    message: str

    @property
    def phase(self) -> str:
        return "Failed" if self.exit_code else "Succeeded"


@dataclass(frozen=True, kw_only=True, slots=True)
class Vanishes:
    """Somebody deletes the attempt's pod while it runs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hangs:
    """The attempt's container runs until its pod is deleted, and ends by SIGTERM then.

    While it runs somebody asks something of the execution: `asks` becomes part of its spec. With `deletes` they delete it.
    """

    asks: dict[str, Any] | None = None
    deletes: bool = False
    exit_code: int = 143


@dataclass(frozen=True, kw_only=True, slots=True)
class Waits:
    """The attempt's container never starts."""


Script: TypeAlias = Ending | Vanishes | Hangs | Waits

WELL = Ending(exit_code=0, message=encode_summary(Summary(outputs=OUTPUTS)).decode())


def _error(kind: Kind) -> str:
    error = TaskError(code="USER:Scripted", kind=kind, origin=Origin.USER, message="as the script has it", worker="")
    return encode_summary(Summary(error=error)).decode()


BADLY = Ending(exit_code=1, message=_error(Kind.NON_RECOVERABLE))
RECOVERABLY = Ending(exit_code=3, message=_error(Kind.RECOVERABLE))
VANISHES = Vanishes()
HANGS = Hangs()


@dataclass(frozen=True, kw_only=True, slots=True)
class Life:
    """The script of an execution's attempts, its fields, and the phase and reason in which it ends.

    Attributes:
        attempts: also how many there are to be, no more and no less.
        fewest: how many there are in any case, where it depends on the time how far it gets.
        phase: the last one; empty where somebody deletes the execution before.
        brief: whether its pods, and then the execution itself, are deleted soon after its end.
        resumes: whether somebody resumes it once it is suspended.
    """

    name: str
    attempts: Sequence[Script]
    phase: str
    reason: str
    spec: dict[str, Any] = field(default_factory=dict)
    fewest: int | None = None
    resumes: bool = False
    brief: bool = False

    @property
    def goes(self) -> bool:
        """Whether nothing is left of it in the end."""
        return self.brief or not self.phase

    def document(self, name: str) -> dict[str, Any]:
        """An execution that is to live it."""
        retries = {"user": 1, "system": 1, "backoff": {"initial": "200ms"}}
        return execution(name, **({"task": divider(), "inputs": {"a": 1, "b": 2}, "retries": retries} | self.spec))

    def numbers(self) -> list[range]:
        """The numbers that the attempts may have, one after the other from 0."""
        most = len(self.attempts)
        return [range(count) for count in range(most if self.fewest is None else self.fewest, most + 1)]


SUCCESS = Life(name="success", attempts=[WELL], phase="Succeeded", reason="Completed")
FAILURE = Life(name="failure", attempts=[BADLY], phase="Failed", reason="UserError")
RETRY = Life(name="retry", attempts=[RECOVERABLY, WELL], phase="Succeeded", reason="Completed")
EXHAUSTED = Life(name="exhausted", attempts=[RECOVERABLY, RECOVERABLY], phase="Failed", reason="UserError")
LOST_POD = Life(name="lost-pod", attempts=[VANISHES, WELL], phase="Succeeded", reason="Completed")
REFUSED = Life(name="refused", attempts=[], phase="Failed", reason="InvalidSpec", spec={"inputs": {"a": 1}})
#: Longer than `Running` takes to be written, so that these lives have the same writes every time.
_LIMIT = "7s"
ATTEMPTS_TIME_OUT = Life(
    name="attempts-time-out", attempts=[HANGS, HANGS], phase="TimedOut", reason="AttemptTimeout", spec={"timeouts": {"attempt": _LIMIT}}
)
TIMES_OUT = Life(name="times-out", attempts=[HANGS], fewest=0, phase="TimedOut", reason="TotalTimeout", spec={"timeouts": {"total": "9s"}})
NEVER_STARTS = Life(
    name="never-starts", attempts=[Waits()], phase="TimedOut", reason="QueuedTimeout", spec={"timeouts": {"queued": _LIMIT}}
)
CANCELLED = Life(name="cancelled", attempts=[Hangs(asks={"cancel": True})], phase="Aborted", reason="Cancelled")
CANCELLED_AT_ONCE = Life(name="cancelled-at-once", attempts=[], phase="Aborted", reason="Cancelled", spec={"cancel": True})
RESUMED = Life(name="resumed", attempts=[Hangs(asks={"suspend": True}), WELL], phase="Succeeded", reason="Completed", resumes=True)
DELETED = Life(name="deleted", attempts=[Hangs(deletes=True)], phase="", reason="")
#: Its pod goes a second after its end (the stage sees to that), and it goes itself when that has been long enough ago.
FORGOTTEN = Life(name="forgotten", attempts=[WELL], phase="Succeeded", reason="Completed", spec={"ttlSecondsAfterFinished": 5}, brief=True)

#: Those that aren't brief.
LIVES = [
    SUCCESS,
    RETRY,
    EXHAUSTED,
    LOST_POD,
    REFUSED,
    ATTEMPTS_TIME_OUT,
    TIMES_OUT,
    NEVER_STARTS,
    CANCELLED,
    CANCELLED_AT_ONCE,
    RESUMED,
    DELETED,
]
