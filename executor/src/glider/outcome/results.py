"""What a run has to store when it went well: the outputs that the execution's interface promises, since whoever waits for one that
is missing would otherwise see a success.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from glider.outcome.failures import InvalidOutputError
from glider.wire.contract import FUTURES_FILE, OUTPUTS_FILE, PRIMITIVES
from glider.wire.jsonform import Literal, LiteralMap


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
        """Name and content of the file whose presence means that all is there."""
        if self.futures is not None:
            return FUTURES_FILE, self.futures
        return OUTPUTS_FILE, (self.outputs or LiteralMap()).SerializeToString(deterministic=True)


def check_outputs(found: Iterable[str] | None, *, promised: Collection[str], task: str) -> None:
    """That `found` are the outputs that are `promised`, where some are, and where it is known what is found.

    Raises:
        InvalidOutputError: names both.
    """
    if not promised or found is None:
        return
    names = sorted(found)
    if names != sorted(promised):
        returned = f"{', '.join(names)}, as {task} returns" if names else f"none: {task} returns nothing"
        raise InvalidOutputError(f"the outputs of the interface: expected {', '.join(sorted(promised))}, found {returned}")


def check_output_types(found: Mapping[str, Literal], *, promised: Mapping[str, str], task: str) -> None:
    """That what is `found` is of the single values' types that are `promised`: who reads an integer can't read a float.

    Unions name their type themselves, and what has no single value's type is left to its reader.

    Raises:
        InvalidOutputError: names the output, the type of the interface and that of the value.
    """
    for name, expected in sorted(promised.items()):
        kind = _kind(found[name]) if expected and name in found else ""
        if kind not in ("", expected):
            raise InvalidOutputError(f"the output {name} of the interface: expected {expected}, found {kind}, as {task} returns")


def _kind(literal: Literal) -> str:
    """The type of a value as an interface has it, or nothing where the value names it itself."""
    scalar = literal.WhichOneof("value") == "scalar"
    kind = literal.scalar.WhichOneof("value") if scalar else literal.WhichOneof("value")
    if kind == "primitive":
        return PRIMITIVES.get(literal.scalar.primitive.WhichOneof("value") or "", "")
    return _KINDS.get(kind or "", "")


_KINDS = {
    "collection": "a list",
    "map": "a map",
    "blob": "a file or directory",
    "structured_dataset": "a table",
    "schema": "a table",
    "generic": "a struct",
    "binary": "a struct",
    "none_type": "none",
}
