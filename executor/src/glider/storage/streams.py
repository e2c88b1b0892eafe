"""A remote file that is read while it comes: block by block from wherever the reader is, the next ones on their way meanwhile.

Of each engine only two questions are asked, so that object stores and web servers share it. fsspec has such files too; its
import alone takes 50 ms.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

BLOCK_BYTES = 4 << 20
#: Blocks that are fetched before somebody asks, once a reader goes straight on.
_AHEAD = 3


class RemoteReader(io.RawIOBase):
    """The file, from its first block on; all other blocks are of the same version.

    Args:
        first: the first block.
        size: of the whole file.
        fetch: the bytes from here to before there.
    """

    def __init__(self, *, first: bytes, size: int, fetch: Callable[[int, int], bytes]) -> None:
        self._block, self._number = first, 0
        self._size, self._fetch = size, fetch
        self._position = 0
        self._ahead: dict[int, Future[bytes]] = {}
        self._pool: ThreadPoolExecutor | None = None
        self._process = os.getpid()

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
        """Goes there; nothing moves until somebody reads."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise ValueError(f"expected a position in the file, found {start + offset}")
        self._position = start + offset
        return self._position

    def readinto(self, buffer: Any) -> int:
        """The next bytes, at most to the end of their block."""
        if self._position >= self._size or not len(buffer):
            return 0
        number, offset = divmod(self._position, BLOCK_BYTES)
        self._turn_to(number)
        piece = memoryview(self._block)[offset : offset + len(buffer)]
        buffer[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def readall(self) -> bytes:
        """The rest, in whole blocks."""
        pieces = []
        while self._position < self._size:
            number, offset = divmod(self._position, BLOCK_BYTES)
            self._turn_to(number)
            pieces.append(self._block[offset:] if offset else self._block)
            self._position += len(pieces[-1])
        return b"".join(pieces)

    def close(self) -> None:
        """Gives up what is under way."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None
        self._block = b""
        super().close()

    def _turn_to(self, number: int) -> None:
        if number == self._number:
            return
        if self._process != os.getpid():
            raise OSError("expected the process that opened this file, found a child that was forked afterwards: open it again there")
        wanted = range(number + 1, min(number + 1 + _AHEAD, self._blocks)) if number == self._number + 1 else range(0)
        for other in [other for other in self._ahead if other != number and other not in wanted]:
            self._ahead.pop(other).cancel()
        coming = self._ahead.pop(number, None)
        for other in wanted:
            if other not in self._ahead:
                self._ahead[other] = self._executor().submit(self._load, other)
        self._block = coming.result() if coming else self._load(number)
        self._number = number

    @property
    def _blocks(self) -> int:
        return -(-self._size // BLOCK_BYTES)

    def _load(self, number: int) -> bytes:
        start = number * BLOCK_BYTES
        return self._fetch(start, min(start + BLOCK_BYTES, self._size))

    def _executor(self) -> ThreadPoolExecutor:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(_AHEAD, thread_name_prefix="glider-ahead")
        return self._pool
