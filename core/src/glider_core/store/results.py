"""What an attempt left in the store.

One listing shows which files there are and how large; only small ones are read. Of several error files, which the workers of a
distributed task leave as error-<uuid>.pb, the earliest counts, as in propeller: what came after it is mostly its echo.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

from glider.wire.contract import ERROR_FILE, FUTURES_FILE, OUTPUTS_FILE
from glider.wire.errors import Kind, Origin, TaskError, decode_error, shortened
from glider.wire.jsonform import LiteralMap, from_literal_map
from glider.wire.summary import fits
from glider_core.diagnose.evidence import Evidence
from glider_core.store.access import Reader, StoreDenied, StoreUnfit

#: A status takes a few KiB of outputs, and their types may take more than themselves.
MAX_OUTPUTS_BYTES = 256 * 1024
MAX_ERROR_BYTES = 1024 * 1024
#: A worker each; whatever else failed, failed later or as well.
MAX_ERROR_FILES = 64
#: Of all error files of an attempt together.
MAX_ERRORS_BYTES = 8 * 1024 * 1024
#: A status takes less of a message.
_MAX_MESSAGE = 64 * 1024
_WORKERS_ERRORS = "error-*.pb"
_BAD_FILE = "ErrorFileBadFormat"


async def read_results(access: Reader, prefix: str) -> Evidence:
    """What is found below the attempt's output `prefix`.

    Raises:
        StoreUnavailable: the store doesn't answer for now.
    """
    try:
        return await _read(access, prefix)
    except (StoreDenied, StoreUnfit) as error:
        return Evidence(problem=str(error))


async def _read(access: Reader, prefix: str) -> Evidence:
    sizes = await access.sizes(prefix)
    errors = sorted(name for name in sizes if name == ERROR_FILE or fnmatchcase(name, _WORKERS_ERRORS))
    if errors:
        return Evidence(error=await _earliest_error(access, prefix, {name: sizes[name] for name in errors[:MAX_ERROR_FILES]}))
    found, outputs = OUTPUTS_FILE in sizes, None
    if found and sizes[OUTPUTS_FILE] <= MAX_OUTPUTS_BYTES:
        outputs = await access.read(f"{prefix}/{OUTPUTS_FILE}", _plain, most=MAX_OUTPUTS_BYTES)
    return Evidence(outputs=outputs, outputs_found=found, futures_found=FUTURES_FILE in sizes)


async def _earliest_error(access: Reader, prefix: str, sizes: Mapping[str, int]) -> TaskError:
    """One file after the other, and only the earliest error is kept: a worker's message may be a megabyte."""
    earliest: TaskError | None = None
    left = MAX_ERRORS_BYTES
    for name, size in sizes.items():
        if earliest is not None and size > left:
            continue
        left -= size
        error = await _read_error(access, f"{prefix}/{name}", size)
        if earliest is None or error.timestamp < earliest.timestamp:
            earliest = error
    assert earliest is not None, "there is at least one"
    return earliest


async def _read_error(access: Reader, uri: str, size: int) -> TaskError:
    if size > MAX_ERROR_BYTES:
        return _unreadable(f"{uri}: expected an error document of at most {MAX_ERROR_BYTES} bytes, found {size}")
    try:
        return await access.read(uri, _short_error, most=MAX_ERROR_BYTES) or _short_error(b"")
    except (ValueError, StoreUnfit) as error:
        return _unreadable(f"{uri}: {error}")


def _short_error(data: bytes) -> TaskError:
    error = decode_error(data)
    return replace(error, message=shortened(error.message, _MAX_MESSAGE))


def _unreadable(message: str) -> TaskError:
    """There is an error file, so the attempt failed; the cause is unknown."""
    return TaskError(code=_BAD_FILE, kind=Kind.RECOVERABLE, origin=Origin.SYSTEM, message=message)


def _plain(data: bytes) -> Mapping[str, Any] | None:
    """The outputs as plain JSON; None where they are no LiteralMap, or too large for a status."""
    try:
        outputs = from_literal_map(LiteralMap.FromString(data))
    except Exception:  # protobuf's DecodeError has moved between modules from 4 to 7
        return None
    return outputs if fits(outputs) else None
