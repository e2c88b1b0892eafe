"""The process that reads one parquet file with pyarrow, for `tables`. It has limits, no credentials and, where the kernel allows it, no
network; it asks for bytes on standard output, gets them on standard input, and answers with one line of JSON.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import resource
import sys
from typing import Any

#: More memory than pyarrow needs for pages of a usual size; CPU seconds.
_MEMORY = 256 << 20
_CPU = 15


class Asked(io.RawIOBase):
    """The file, of which each piece is asked for."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._position = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Where the reader is."""
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Goes there."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def readinto(self, buffer: Any) -> int:
        """The next bytes."""
        end = min(self._size, self._position + len(buffer))
        if end <= self._position:
            return 0
        _send({"start": self._position, "end": end})
        view = memoryview(buffer)[: end - self._position]
        done = 0
        while done < len(view):
            if not (count := os.readv(0, [view[done:]])):
                raise EOFError("no more bytes")
            done += count
        self._position = end
        return done


def _send(message: object) -> None:
    sys.stdout.write(f"{json.dumps(message)}\n")
    sys.stdout.flush()


def limit() -> None:
    """Limits of this process, before it reads anything."""
    with contextlib.suppress(OSError, AttributeError):  # not every kernel and container runtime allow it
        os.unshare(os.CLONE_NEWUSER | os.CLONE_NEWNET)  # type: ignore[attr-defined,unused-ignore]
    for kind, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, _CPU),
        (resource.RLIMIT_DATA, _MEMORY),
        (resource.RLIMIT_FSIZE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    os.environ["ARROW_DEFAULT_MEMORY_POOL"] = "system"


def read(file: Any) -> dict[str, Any]:
    """The table in `file`."""
    import pyarrow
    from pyarrow import parquet

    from glider_console.data.tables import MOST_COLUMNS, MOST_ROWS, rows_of

    pyarrow.set_cpu_count(1)
    found = parquet.ParquetFile(file, pre_buffer=False, buffer_size=1 << 16)
    schema = found.schema_arrow
    names = schema.names[:MOST_COLUMNS]
    chosen = names if len(set(schema.names)) == len(schema.names) else None
    batch = next(found.iter_batches(batch_size=MOST_ROWS, columns=chosen, use_threads=False), None)
    columns = [cells_of(batch.column(index)) for index in range(min(len(names), batch.num_columns))] if batch is not None else []
    return {
        "columns": [{"name": name, "type": str(schema.types[index])[:200]} for index, name in enumerate(names)],
        "rows": rows_of(columns),
        "total": found.metadata.num_rows,
        "moreColumns": max(0, len(schema.names) - MOST_COLUMNS),
    }


def cells_of(column: Any) -> list[Any]:
    """The values of a column. Times as text: Python's have no nanoseconds, and their zones need a database that an image may lack."""
    import pyarrow
    from pyarrow import types

    is_time = types.is_temporal(column.type) and not types.is_duration(column.type)
    try:
        return [_short(text) for text in column.cast(pyarrow.string()).to_pylist()] if is_time else column.to_pylist()
    except (pyarrow.ArrowException, ValueError, OverflowError):
        if types.is_timestamp(column.type):
            texts = column.cast(pyarrow.timestamp(column.type.unit)).cast(pyarrow.string()).to_pylist()
            return [None if text is None else f"{_short(text)}Z" for text in texts]
        return [None if missing else f"a {column.type}"[:200] for missing in column.is_null().to_pylist()]


def _short(text: str | None) -> str | None:
    """Without the zeros at the end of a fraction of a second."""
    return None if text is None else re.sub(r"(?:(\.\d*[1-9])|\.)0+(?!\d)", r"\1", text)


def main() -> None:
    """The process."""
    limit()
    try:
        table = read(Asked(int(sys.argv[1])))
    except MemoryError:
        _send({"problem": "a part of it needs more memory than the console gives to a table. Download the file instead"})
    except Exception as error:  # whatever a damaged file makes of pyarrow
        _send({"problem": f"pyarrow can't read it: {type(error).__name__}: {str(error)[:300]}"})
    else:
        _send({"table": table})


if __name__ == "__main__":
    main()
