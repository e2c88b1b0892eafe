"""Inputs that a person wrote as plain JSON, as the LiteralMap that the task reads."""

from __future__ import annotations

from glider.wire.contract import MAX_INLINE_INPUTS_BYTES
from glider.wire.interface import Interface
from glider.wire.jsonform import FieldError, to_literal_map
from glider_operator.model.execution import Inputs


def inline_inputs(inputs: Inputs, interface: Interface) -> bytes | None:
    """The serialised LiteralMap of `inputs`, or None where they are a file in the store.

    Raises:
        FieldError: an input is missing, superfluous or of another type, or all together are too large for a pod.
    """
    if inputs.uri is not None:
        return None
    # deterministic: a map's entries have no order, and the same execution must always render the same pod
    data: bytes = to_literal_map(inputs.values or {}, interface.inputs, field="spec.inputs").SerializeToString(deterministic=True)
    if len(data) > MAX_INLINE_INPUTS_BYTES:
        limit = (
            f"at most {MAX_INLINE_INPUTS_BYTES} bytes once encoded; larger inputs go to the object store, and their place to spec.inputsUri"
        )
        raise FieldError("spec.inputs", expected=limit, found=len(data))
    return data
