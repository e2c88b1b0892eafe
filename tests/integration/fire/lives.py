"""What executions are to live through, and how that has to end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

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


WELL = Ending(exit_code=0, message=encode_summary(Summary(outputs=OUTPUTS)).decode())


def _error(kind: Kind) -> str:
    error = TaskError(code="USER:Scripted", kind=kind, origin=Origin.USER, message="as the script has it", worker="")
    return encode_summary(Summary(error=error)).decode()


BADLY = Ending(exit_code=1, message=_error(Kind.NON_RECOVERABLE))
RECOVERABLY = Ending(exit_code=3, message=_error(Kind.RECOVERABLE))
VANISHES = Vanishes()


@dataclass(frozen=True, kw_only=True, slots=True)
class Life:
    """The script of an execution's attempts, its fields, and the phase in which it ends.

    `attempts` tells also how many there are to be, no more and no less.
    """

    name: str
    attempts: Sequence[Ending | Vanishes]
    phase: str
    spec: dict[str, Any] = field(default_factory=dict)

    def document(self, name: str) -> dict[str, Any]:
        """An execution that is to live it."""
        retries = {"user": 1, "system": 1, "backoff": {"initial": "200ms"}}
        return execution(name, **({"task": divider(), "inputs": {"a": 1, "b": 2}, "retries": retries} | self.spec))


SUCCESS = Life(name="success", attempts=[WELL], phase="Succeeded")
FAILURE = Life(name="failure", attempts=[BADLY], phase="Failed")
RETRY = Life(name="retry", attempts=[RECOVERABLY, WELL], phase="Succeeded")
EXHAUSTED = Life(name="exhausted", attempts=[RECOVERABLY, RECOVERABLY], phase="Failed")
LOST_POD = Life(name="lost-pod", attempts=[VANISHES, WELL], phase="Succeeded")
REFUSED = Life(name="refused", attempts=[], phase="Failed", spec={"inputs": {"a": 1}})
