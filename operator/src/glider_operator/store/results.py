"""What an attempt left in the store.

One listing says which files there are and how large; only small ones are read. Of several error files, which the workers of a
distributed task leave as error-<uuid>.pb, the earliest counts, as in propeller: what came after it is mostly its echo.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from glider.wire.contract import ERROR_FILE, FUTURES_FILE, OUTPUTS_FILE
from glider.wire.errors import Kind, Origin, TaskError, decode_error
from glider.wire.jsonform import LiteralMap, from_literal_map
from glider.wire.summary import fits
from glider_operator.diagnose.evidence import Evidence
from glider_operator.store.access import NamespaceAccess, StoreDenied

#: What larger outputs.pb would hold doesn't fit a status anyway; propeller reads up to as much.
MAX_OUTPUTS_BYTES = 2 * 1024 * 1024
MAX_ERROR_BYTES = 1024 * 1024
#: A worker each; whatever else failed, failed later or as well.
MAX_ERROR_FILES = 64
_WORKERS_ERRORS = "error-*.pb"
_BAD_FILE = "ErrorFileBadFormat"


async def read_results(access: NamespaceAccess, prefix: str) -> Evidence:
    """What is found below the attempt's output `prefix`.

    Raises:
        StoreUnavailable: the store doesn't answer for now.
    """
    try:
        return await _read(access, prefix)
    except StoreDenied as error:
        return Evidence(problem=str(error))


async def _read(access: NamespaceAccess, prefix: str) -> Evidence:
    sizes = await access.sizes(prefix)
    errors = sorted(name for name in sizes if name == ERROR_FILE or fnmatchcase(name, _WORKERS_ERRORS))
    if errors:
        read = (_read_error(access, f"{prefix}/{name}", sizes[name]) for name in errors[:MAX_ERROR_FILES])
        return Evidence(error=min(await asyncio.gather(*read), key=lambda error: error.timestamp))
    found = OUTPUTS_FILE in sizes
    outputs = None
    if found and sizes[OUTPUTS_FILE] <= MAX_OUTPUTS_BYTES:
        outputs = _plain(await access.read(f"{prefix}/{OUTPUTS_FILE}"))
    return Evidence(outputs=outputs, outputs_found=found, futures_found=FUTURES_FILE in sizes)


async def _read_error(access: NamespaceAccess, uri: str, size: int) -> TaskError:
    if size > MAX_ERROR_BYTES:
        return _unreadable(f"{uri}: expected an error document of at most {MAX_ERROR_BYTES} bytes, found {size}")
    try:
        return decode_error(await access.read(uri) or b"")
    except ValueError as error:
        return _unreadable(f"{uri}: {error}")


def _unreadable(message: str) -> TaskError:
    """There is an error file, so the attempt failed; nobody knows how."""
    return TaskError(code=_BAD_FILE, kind=Kind.RECOVERABLE, origin=Origin.SYSTEM, message=message)


def _plain(data: bytes | None) -> Mapping[str, Any] | None:
    """The outputs as plain JSON; None where they are no LiteralMap, or too large for a status."""
    try:
        outputs = from_literal_map(LiteralMap.FromString(data or b""))
    except Exception:  # protobuf's DecodeError has moved between modules from 4 to 7
        return None
    return outputs if fits(outputs) else None
