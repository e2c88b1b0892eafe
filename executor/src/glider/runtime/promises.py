"""The execution's interface promises outputs, by name; what the task gives has to be that. Whoever waits for the one that is
missing would otherwise hear of a success.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from glider.runtime.failures import InvalidOutputError


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
