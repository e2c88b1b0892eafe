"""Which inputs and outputs an execution has, and where they are: in its document, or in the store. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from glider.storage.errors import StorageError
from glider.wire.interface import Interface, LiteralType
from glider.wire.jsonform import LiteralMap
from glider_client.following.progress import phase_of
from glider_client.views.stored import inputs_uri
from glider_console.data.nodes import Value, values_of, values_of_plain
from glider_core.api.execution import is_finished
from glider_core.api.phases import Phase

Json = Mapping[str, Any]

#: Of a file of literals; the console's own memory is small, and a page shows little of a large one.
MOST_BYTES = 8 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Values:
    """The inputs or the outputs.

    Attributes:
        values: those in the document.
        uri: where they are, if they are in the store.
        types: their types by the interface.
        message: why there are none.
    """

    values: Sequence[Value] = ()
    uri: str = ""
    types: Mapping[str, LiteralType]
    message: str = ""


def inputs_in(execution: Json, interface: Interface) -> Values:
    """The inputs of an execution."""
    if uri := inputs_uri(execution):
        return Values(uri=uri, types=interface.inputs)
    values = values_of_plain(execution["spec"].get("inputs") or {}, interface.inputs, defaults=interface.defaults)
    return Values(values=values, types=interface.inputs, message="" if values else "The task takes no inputs.")


def outputs_in(execution: Json, interface: Interface) -> Values:
    """The outputs of an execution."""
    status = execution.get("status") or {}
    if (plain := status.get("outputs")) is not None:
        values = values_of_plain(plain, interface.outputs, defaults={})
        return Values(values=values, types=interface.outputs, message="" if values else "The task returns nothing.")
    phase = phase_of(execution)
    if not is_finished(execution):
        return Values(types=interface.outputs, message=f"There are no outputs yet: the phase is {phase.value}.")
    if phase is not Phase.SUCCEEDED:
        return Values(types=interface.outputs, message=f"There are no outputs: the phase is {phase.value}. The overview has the error.")
    if not status.get("outputsUri"):
        return Values(types=interface.outputs, message="There are no outputs on record.")
    return Values(uri=str(status["outputsUri"]), types=interface.outputs)


def decoded(data: bytes, uri: str, types: Mapping[str, LiteralType]) -> list[Value]:
    """The values in a file of literals.

    Raises:
        StorageError: it isn't one.
    """
    try:
        return values_of(LiteralMap.FromString(data), types)
    except Exception as error:  # protobuf's DecodeError has moved between modules from 4 to 7
        raise StorageError(uri, f"expected the inputs or outputs of a task, found {len(data)} other bytes") from error
