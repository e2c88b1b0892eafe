"""Where inputs go: into the execution, or, if they are larger than what it takes, into a file of the store."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from typing import Any

from glider.wire.contract import INPUTS_FILE, MAX_INLINE_INPUTS_BYTES
from glider.wire.interface import Interface
from glider.wire.jsonform import FieldError, LiteralMap, to_literal, words
from glider_core.api.task import parse_interface

Json = Any

_DIGITS = 32


def placed(values: Mapping[str, Json], interface: Mapping[str, Any], *, storage: str | None) -> dict[str, Any]:
    """`inputs` or `inputs_uri` of an execution.

    Args:
        values: the values by name, which fit the interface.
        interface: the task's, in its JSON form.
        storage: the prefix of a store, or None where there is none.

    Raises:
        FieldError: they are too large, and there is no store, or it refuses them.
    """
    types = parse_interface(interface, path="spec.interface")
    literals = LiteralMap(literals={name: to_literal(value, types.inputs[name], field=name) for name, value in values.items()})
    if (size := literals.ByteSize()) <= MAX_INLINE_INPUTS_BYTES:
        return {"inputs": values}
    if storage is None:
        most = f"at most {MAX_INLINE_INPUTS_BYTES:,} bytes, or a store for them: pass --storage URI, or set GLIDER_STORAGE_PREFIX"
        raise FieldError("inputs", expected=most, found=words(f"{size:,} bytes"))
    return {"inputs_uri": _stored(with_defaults(literals, types), storage)}


def with_defaults(literals: LiteralMap, interface: Interface) -> LiteralMap:
    """`literals` and the interface's defaults, for a file of inputs: such a one counts as it is."""
    defaults = {name: to_literal(value, interface.inputs[name], field=name) for name, value in interface.defaults.items()}
    return LiteralMap(literals={**defaults, **literals.literals})


def _stored(literals: LiteralMap, storage: str) -> str:
    from glider.settings.reading import read_settings
    from glider.storage.errors import StorageError
    from glider.storage.store import Storage

    data = literals.SerializeToString(deterministic=True)
    uri = f"{storage.rstrip('/')}/inputs/{hashlib.sha256(data).hexdigest()[:_DIGITS]}/{INPUTS_FILE}"
    try:
        Storage(read_settings(os.environ).storage).write(uri, data)
    except StorageError as error:
        raise FieldError("inputs", expected=f"a store that takes them at {uri}", found=words(str(error))) from error
    return uri
