"""The log of an attempt from the store, for where its pod is gone: a LogSource beside `live.pod_logs`.

It is read part by part, and a part block by block, so that memory stays the same however long the log is: a task has written it, and a
small part may hold very much. Numbers of parts may be left out. The last lines are found by counting from the end.
"""

from __future__ import annotations

import re
import time
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from itertools import chain

import anyio.lowlevel
from anyio import CapacityLimiter, to_thread

from glider.storage.errors import ObjectNotFoundError, StorageError
from glider.wire import zstd
from glider.wire.logparts import CUT, LogLine, blocks_of, lines_of, parts_of
from glider_client.following.logs import Cursor
from glider_client.stored.store import Store
from glider_console.logs.batches import Batcher
from glider_console.logs.lines import LONGEST, RawLine, whole_characters
from glider_console.logs.sources import Ended, LogEvent
from glider_core.api.places import Place
from glider_core.history.loglines import whole_lines

#: Of a part, compressed and not, and of their number.
_MOST_BYTES, _MOST_CONTENT, _MOST_PARTS = 32 << 20, 256 << 20, 20_000
#: Lines that are turned into a batch's at once, so that nothing else of the server waits for long.
_AT_ONCE = 500
#: A line that ends: not a piece of one.
_WHOLE = re.compile(rb"^\S+ std(?:out|err) F ", re.MULTILINE)
#: Parts that are unpacked at once, of all viewers.
_UNPACKING = CapacityLimiter(2)


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptLog:
    """A LogSource.

    Attributes:
        store: the store.
        folder: where the parts are: a place that is read for this viewer.
        parts: their file names, in order.
        node_identity: whether the node's identity may be used for the store.
        tail: so many of the last lines.
        since: from the lines of that time on, in place of `tail`: RFC 3339 in UTC, with whole seconds.
    """

    store: Store
    folder: Place
    parts: Sequence[str]
    node_identity: bool = False
    tail: int = 0
    since: str = ""

    async def follow(self, cursor: Cursor) -> AsyncGenerator[LogEvent, None]:
        """Its lines after `cursor`: nothing more will come, so it ends."""
        batcher, latest = Batcher(cursor.again()), ""
        try:
            first, skipped = (0, 0) if self.since or not self.tail else await self._begin()
            async for lines in self._lines(first, skipped):
                for line in lines:
                    if self.since and line.time[:19] < self.since[:19] and line.time:
                        continue
                    # A line stands where it ends, with the time at which it began; and clocks are set back.
                    latest = max(latest, line.time)
                    batcher.add(_raw(line, latest), now=time.monotonic(), stream=line.stream)
                    if batcher.wait(now=time.monotonic()) == 0.0 and (batch := batcher.take()):
                        yield batch
        except StorageError as error:
            yield Ended(error=error)
            return
        if batch := batcher.take():
            yield batch
        yield Ended()

    async def whole(self) -> AsyncGenerator[bytes, None]:
        """All of it, without times.

        Raises:
            StorageError: it can't be read, or not to its end.
        """
        async for lines in self._lines(0, 0):
            yield "".join(f"{line.text}\n" if line.whole else line.text for line in lines).encode()

    async def _begin(self) -> tuple[int, int]:
        """The part with the first of the last lines, by its place, and how many of its lines are before that one."""
        missing = self.tail
        for place in reversed(range(len(self.parts))):
            count = 0
            async for block in self._blocks(self.parts[place]):
                count += await to_thread.run_sync(_count, block, limiter=_UNPACKING)
            if count >= missing:
                return place, count - missing
            missing -= count
        return 0, 0

    async def _lines(self, first: int, skipped: int) -> AsyncGenerator[Sequence[LogLine], None]:
        """The lines, some at a time; a line whose pieces are in several parts is one."""
        begun: list[LogLine] = []
        for name in self.parts[first:]:
            async for block in self._blocks(name):
                lines, begun = await to_thread.run_sync(_unpacked, begun, block, limiter=_UNPACKING)
                for place in range(skipped, len(lines), _AT_ONCE):
                    await anyio.lowlevel.checkpoint()
                    yield lines[place : place + _AT_ONCE]
                skipped = max(0, skipped - len(lines))
            skipped = 0
        if begun:
            yield begun

    async def _blocks(self, name: str) -> AsyncGenerator[bytes | LogLine, None]:
        """What a part has, some whole lines at a time; a line in place of what is gone, or isn't whole."""
        try:
            data = await self.store.read(self.folder.below(name), most=_MOST_BYTES, node_identity=self.node_identity)
            blocks = blocks_of(zstd.decompress_pieces(data, most=_MOST_CONTENT))
            while (block := await to_thread.run_sync(next, blocks, None, limiter=_UNPACKING)) is not None:
                yield block
        except ObjectNotFoundError:
            yield _note(f"the part {name} has gone from the store meanwhile")
        except zstd.ZstdError as error:
            yield _note(f"the part {name} can't be read: {error}")


async def kept_parts(store: Store, folder: Place, *, node_identity: bool) -> list[str]:
    """The file names of the parts below `folder`, in order; none where there is no log.

    Raises:
        StorageError: the store refuses or doesn't answer.
    """
    found = await store.listing(folder, most=_MOST_PARTS, node_identity=node_identity)
    return parts_of(found.sizes)


def _count(block: bytes | LogLine) -> int:
    """How many lines end in a block. Called in a thread."""
    return 1 if isinstance(block, LogLine) else sum(1 for _ in _WHOLE.finditer(block))


def _unpacked(begun: Sequence[LogLine], block: bytes | LogLine) -> tuple[list[LogLine], list[LogLine]]:
    """The whole lines, and the pieces of those that go on in the next block: one of each stream. Called in a thread."""
    own = [block] if isinstance(block, LogLine) else lines_of(block)
    lines = list(whole_lines(chain(begun, own)))
    end, streams = len(lines), set[str]()
    while end and not lines[end - 1].whole and lines[end - 1].stream not in streams:
        end -= 1
        streams.add(lines[end].stream)
    return lines[:end], lines[end:]


def _raw(line: LogLine, when: str) -> RawLine:
    """As the kubelet has it; of a long line its beginning."""
    before = f"{when} ".encode() if line.time else b""
    content = before + line.text.encode()
    most = LONGEST + len(before)
    return RawLine(content=content if len(content) <= most else whole_characters(content[:most]), size=len(content))


def _note(problem: str) -> LogLine:
    return LogLine("", "stderr", True, f"{CUT}{problem}")
