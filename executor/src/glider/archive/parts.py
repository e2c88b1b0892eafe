"""Parts in the store. Imports nothing of the storage before one is written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from glider.archive.buffer import Batch, Change
from glider.wire import zstd
from glider.wire.logparts import cut_line, encoded, part_name

if TYPE_CHECKING:
    from glider.storage.store import Storage

#: For how long a request is tried: all that failed is tried again later anyway.
_PATIENCE = 5.0
_ENCODED_AT_ONCE = 1 << 16
#: Less isn't worth the import of what compresses.
_LEAST_COMPRESSED = 4096


def content(batch: Batch) -> bytes:
    """The object that a batch becomes."""
    if sum(size for _, size in batch.parts) >= _LEAST_COMPRESSED:
        return zstd.compress_pieces(_lines(batch))
    return zstd.as_it_is(b"".join(_lines(batch)))


def _lines(batch: Batch) -> Iterator[bytes]:
    for cut, chunks in batch.chunks:
        if cut:
            yield cut_line(chunks[0][0], cut)
        begin, size = 0, 0
        for end, chunk in enumerate(chunks, 1):  # an empty line takes 40 bytes: all of them at once would be fifty times what is kept
            size += len(chunk[2])
            if size >= _ENCODED_AT_ONCE or end == len(chunks):
                yield encoded(chunks[begin:end])
                begin, size = end, 0


class Parts:
    """The parts in one folder. Every method raises StorageError, or what the import of a client raises."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def write(self, batch: Batch) -> None:
        """Stores a batch."""
        self._write(batch.number, content(batch))

    def apply(self, change: Change) -> None:
        """Stores how much was cut, and only then cuts it. A task that may write and not delete leaves an empty part."""
        from glider.storage.errors import StorageError

        self._write(change.number, zstd.as_it_is(cut_line(change.moment, change.cut)))
        for number in change.delete:
            try:
                self._storage.delete(self._uri(number))
            except StorageError:
                self._write(number, zstd.as_it_is(b""))

    def _write(self, number: int, data: bytes) -> None:
        self._storage.write(self._uri(number), data)

    def _uri(self, number: int) -> str:
        return f"{self._folder.rstrip('/')}/{part_name(number)}"

    @cached_property
    def _storage(self) -> Storage:
        from glider.settings.reading import settings_or_default
        from glider.storage.access import execution_metadata
        from glider.storage.store import Storage

        settings = settings_or_default(os.environ)
        return Storage(settings.storage, patience=_PATIENCE, metadata=execution_metadata(settings.identity))
