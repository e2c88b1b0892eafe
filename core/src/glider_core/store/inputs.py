"""Inputs from a file, for command lines. The file is untrusted: its size is limited, and its content is checked."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from glider.wire.arguments import input_texts
from glider.wire.jsonform import FieldError, nothing, words
from glider_core.store.access import Reader, StoreUnfit

#: As much as propeller reads by default.
MAX_INPUTS_BYTES = 2 * 1024 * 1024
FIELD = "spec.inputsUri"


async def read_inputs(access: Reader, uri: str, names: Collection[str]) -> Mapping[str, str]:
    """The inputs `names` as text.

    Raises:
        FieldError: the file isn't there, is too large, or isn't one of inputs.
        StoreError: it can't be read.
    """
    try:
        found = await access.read(uri, lambda data: input_texts(data, names, field=FIELD), most=MAX_INPUTS_BYTES)
    except StoreUnfit as error:
        raise FieldError(FIELD, expected=f"a file of at most {MAX_INPUTS_BYTES} bytes for the operator", found=words(str(error))) from error
    if found is None:
        raise FieldError(FIELD, expected=f"a file at {uri}", found=nothing())
    return found
