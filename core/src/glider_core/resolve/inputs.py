"""Inputs that a person wrote as plain JSON, as the LiteralMap that the task reads."""

from __future__ import annotations

from glider.wire.contract import MAX_INLINE_INPUTS_BYTES
from glider.wire.interface import Interface
from glider.wire.jsonform import FieldError, accepts_none, to_literal_map
from glider_core.api.execution import Inputs
from glider_core.api.pod_settings import ExecutorMode


def inline_inputs(inputs: Inputs, interface: Interface, *, executor: ExecutorMode) -> bytes | None:
    """The serialised LiteralMap of `inputs`, or None where they are a file in the store.

    An input that may be null and isn't given is left out, so that the function's own default counts: Glider's executor gives null where
    it has none. To the image's own executor, which doesn't, null is sent.

    Raises:
        FieldError: an input is missing, superfluous or of another type, or all together are too large for a pod.
    """
    if inputs.uri is not None:
        return None
    left_out = set(interface.optional)
    if executor is ExecutorMode.INJECTED:
        left_out |= {name for name, literal_type in interface.inputs.items() if accepts_none(literal_type)}
    values = {**interface.defaults, **(inputs.values or {})}
    literals = to_literal_map(values, interface.inputs, field="spec.inputs", left_out=left_out)
    # deterministic: a map's entries have no order, and the same execution must always render the same pod
    data: bytes = literals.SerializeToString(deterministic=True)
    if len(data) > MAX_INLINE_INPUTS_BYTES:
        limit = (
            f"at most {MAX_INLINE_INPUTS_BYTES} bytes once encoded; larger inputs go to the object store, and their place to spec.inputsUri"
        )
        raise FieldError("spec.inputs", expected=limit, found=len(data))
    return data
