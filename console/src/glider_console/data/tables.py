"""Tables for a page: columns, the number of rows, and the first of them.

CSV is read here. Parquet is read by pyarrow in a process of its own, `parquet`, since a file may be made so that its reader runs out of
memory or worse: that process has limits, and neither the store's keys nor anything else of this one. It asks for the bytes that it needs,
which are fetched here.
"""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from importlib.util import find_spec
from subprocess import DEVNULL, PIPE
from typing import Any

import anyio
from anyio import Semaphore
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream

from glider_core.api.places import Place, parse_place

MOST_ROWS = 100
MOST_COLUMNS = 50
MOST_CHARACTERS = 300
#: How much of a CSV file is read.
CSV_BYTES = 256 << 10
#: How long a file may take, in seconds, and how much of it may be asked for.
TIMEOUT = 20.0
_MOST_BYTES = 64 << 20
_LONGEST_ANSWER = 8 << 20
_AT_ONCE = 2
#: What of the environment makes Python work at all; nothing else is passed on.
_KEPT = ("PATH", "LD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE")

#: Fetches the bytes from here to before there.
Fetch = Callable[[int, int], Awaitable[bytes]]
Table = dict[str, Any]


class TableError(Exception):
    """It can't be shown as a table; the message is a sentence without its full stop."""


def data_file(sizes: Mapping[str, int]) -> tuple[str | None, int]:
    """The first file with data among those of a folder, and how many there are: markers such as `_SUCCESS` are none."""
    names = [name for name, size in sizes.items() if size and (name.rpartition("/")[2] == ".csv" or not _is_hidden(name))]
    return (names[0] if names else None), len(names)


def file_in(folder: Place, name: str) -> Place:
    """The place of that file below `folder`. Tasks name their files.

    Raises:
        TableError: its name could mean another file.
    """
    try:
        return parse_place(f"{folder}/{name}")
    except ValueError as error:
        raise TableError(f"its first file has a name that isn't read: expected {error}") from error


def _is_hidden(name: str) -> bool:
    return any(part.startswith((".", "_")) for part in name.split("/"))


def csv_table(data: bytes, *, whole: bool, tabs: bool = False) -> Table:
    """A CSV file that begins with `data`, or is that. Columns have no types; the first line has their names.

    Raises:
        TableError: it isn't one.
    """
    try:
        text = data.decode("utf-8-sig", errors="strict" if whole else "ignore")
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter="\t" if tabs else ","))
    except (UnicodeDecodeError, csv.Error) as error:
        raise TableError(f"expected CSV in UTF-8, found something else: {error}") from error
    lines = [line for line in (lines if whole else lines[:-1]) if line]
    if not lines:
        raise TableError("the file has no line that is complete within its first 256 KiB" if not whole else "the file is empty")
    names, rows = lines[0], lines[1:]
    columns = [{"name": shown(name), "type": ""} for name in names[:MOST_COLUMNS]]
    cells = [[shown(cell) for cell in row[:MOST_COLUMNS]] for row in rows[:MOST_ROWS]]
    return {"columns": columns, "rows": cells, "total": len(rows) if whole else None, "moreColumns": max(0, len(names) - MOST_COLUMNS)}


def shown(value: object) -> str | None:
    """A cell as text, cut."""
    if value is None:
        return None
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}… ({len(text):,} characters)"


async def parquet_table(fetch: Fetch, size: int, *, busy: Semaphore, seconds: float = TIMEOUT) -> Table:
    """The parquet file of `size` bytes of which `fetch` has the content. `busy` limits how many are read at the same time.

    Raises:
        TableError: it can't be read.
        StorageError: `fetch` does.
    """
    if find_spec("pyarrow") is None:
        raise TableError("tables in parquet need pyarrow where the console runs: install glider-console[tables], or download the file")
    try:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(busy)
            stack.enter_context(anyio.fail_after(seconds))
            command = [sys.executable, "-P", "-m", "glider_console.data.parquet", str(size)]
            process = await anyio.open_process(command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, cwd="/", env=environment())
            stack.push_async_callback(_end, process)
            return await _conversation(process, fetch, size)
    except TimeoutError as error:
        raise TableError(f"it took longer than {seconds:g} s to read. Download the file instead") from error


def environment() -> dict[str, str]:
    """The process's."""
    return {name: os.environ[name] for name in _KEPT if name in os.environ}


def semaphore() -> Semaphore:
    """For as many files as are read at the same time."""
    return Semaphore(_AT_ONCE)


async def _conversation(process: Process, fetch: Fetch, size: int) -> Table:
    """Give the process what it asks for, until it answers."""
    assert process.stdin is not None
    assert process.stdout is not None
    lines, left = BufferedByteReceiveStream(process.stdout), _MOST_BYTES
    while True:
        message = await _message(lines, process)
        if "table" in message:
            return dict(message["table"])
        if "problem" in message:
            raise TableError(str(message["problem"]))
        start, end = int(message["start"]), int(message["end"])
        left -= end - start
        if not 0 <= start < end <= size or left < 0:
            raise TableError(f"its first rows need more than {_MOST_BYTES >> 20} MiB. Download the file instead")
        await process.stdin.send(await fetch(start, end))


async def _message(lines: BufferedByteReceiveStream, process: Process) -> dict[str, Any]:
    try:
        return dict(json.loads(await lines.receive_until(b"\n", _LONGEST_ANSWER)))
    except (anyio.IncompleteRead, anyio.DelimiterNotFound, anyio.BrokenResourceError, ValueError, TypeError) as error:
        ended = await process.wait() if isinstance(error, anyio.IncompleteRead) else "an answer of another form"
        raise TableError(f"the process that reads it has ended ({ended}): the file is damaged, or needs too much memory") from error


async def _end(process: Process) -> None:
    if process.returncode is None:
        process.kill()
    with anyio.CancelScope(shield=True):
        await process.aclose()


def rows_of(columns: Iterable[Iterable[object]]) -> list[list[str | None]]:
    """Columns of values as rows of cells."""
    return [[shown(value) for value in row] for row in zip(*columns, strict=True)]
