"""What a run has to store when it went well: the outputs that the execution's interface promises, since whoever waits for one that
is missing would otherwise hear of a success.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from glider.runtime.failures import InvalidOutputError
from glider.wire.contract import FUTURES_FILE, OUTPUTS_FILE
from glider.wire.jsonform import LiteralMap


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """Either the outputs or, from a dynamic task, the futures: a serialised DynamicJobSpec, the nodes that a workflow engine is to
    run. `beside` are further files by their names below the output prefix; they are stored first.
    """

    outputs: LiteralMap | None = None
    futures: bytes | None = None
    beside: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def last(self) -> tuple[str, bytes]:
        """Name and content of the file that says that all is there."""
        if self.futures is not None:
            return FUTURES_FILE, self.futures
        return OUTPUTS_FILE, (self.outputs or LiteralMap()).SerializeToString(deterministic=True)


def check_outputs(found: Iterable[str] | None, *, promised: Sequence[str], task: str) -> None:
    """That `found` are the outputs that are `promised`, where some are, and where it is known what is found.

    Raises:
        InvalidOutputError: names both.
    """
    if not promised or found is None:
        return
    names = sorted(found)
    if names != sorted(promised):
        told = f"{', '.join(names)}, as {task} returns" if names else f"none: {task} returns nothing"
        raise InvalidOutputError(f"the outputs of the interface: expected {', '.join(sorted(promised))}, found {told}")
