"""What of the log isn't stored yet, cut into parts, and which parts are kept.

The beginning of the log, a quarter of the bound, is kept for good; so is its end, and of the middle what there is room for. While the
log is within its bound, only a store that doesn't answer for long makes us drop a part. Beyond it, what comes waits in a small
ring until it is stored, so that a flood costs little; what the ring loses is counted, and the next part begins with a line that has
the number of bytes. What was stored of the middle and makes room for what is newer is counted in a part of its own, right after the
beginning.

Nothing here knows a clock, a store or a thread.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import NamedTuple

#: The moment in nanoseconds since 1970, the stream's name, and what it had.
Chunk = tuple[int, str, bytes]

MOST_PART_BYTES = 1 << 20
_LEAST_PART_BYTES = 1 << 10
_PARTS = 16
#: Of small pieces, each of which takes memory of its own.
_MOST_CHUNKS = 8192
#: What waits for the store takes no more memory, roughly: within the log's bound, and beyond it.
_WAITING_PARTS, _RING_PARTS = 6, 4
_MOST_IN_A_BATCH = 4
_BEGINNING = 4


class Part:
    """Pieces of the log that become one object, or one with those of other parts.

    `size` counts their bytes, `stored` those that an object has already; `cut` are bytes that were dropped before them.
    """

    __slots__ = ("chunks", "cut", "number", "size", "stored")

    def __init__(self, number: int) -> None:
        self.number = number
        self.chunks: list[Chunk] = []
        self.size = self.stored = self.cut = 0


class Batch(NamedTuple):
    """Parts that are to be stored as one object, each with its size at this moment."""

    parts: tuple[tuple[Part, int], ...]
    chunks: tuple[tuple[int, tuple[Chunk, ...]], ...]

    @property
    def number(self) -> int:
        """The object's number."""
        return self.parts[0][0].number


class Change(NamedTuple):
    """What is to be done after a batch was stored: write the part `number` with the count of `cut` bytes, and delete those parts."""

    number: int
    moment: int
    cut: int
    delete: tuple[int, ...]


class _Stored(NamedTuple):
    size: int
    cut: int
    moment: int


class Buffer:
    """The log of one attempt. Of `most_bytes` not less than 16 KiB is kept."""

    def __init__(self, most_bytes: int) -> None:
        self._most = max(most_bytes, _PARTS * _LEAST_PART_BYTES)
        self._part_bytes = min(MOST_PART_BYTES, self._most // _PARTS)
        self._open = Part(0)
        self._waiting: deque[Part] = deque()
        self._total = 0
        self._marker: int | None = None
        self._beginning = 0
        self._kept: OrderedDict[int, _Stored] = OrderedDict()
        self._kept_bytes = 0
        self._cut = 0
        self._incomplete: dict[str, bytes] = {}

    def add(self, moment: int, stream: str, data: bytes) -> None:
        """Adds a piece. Bytes of a character that isn't complete wait for the rest of it."""
        self._total += len(data)
        if self._incomplete:
            data = self._incomplete.pop(stream, b"") + data
        if data[-1] >= 0x80 and (start := _incomplete(data)):
            data, self._incomplete[stream] = data[:-start], data[-start:]
        for start in range(0, len(data), self._part_bytes):
            self._append((moment, stream, data[start : start + self._part_bytes]))

    def end(self, moment: int) -> None:
        """Nothing comes any more."""
        for stream, data in self._incomplete.items():
            self._append((moment, stream, data))
        self._incomplete = {}

    @property
    def is_urgent(self) -> bool:
        """Whether there is so much that it is to be stored at once. Beyond the bound never: the ring drops what is too much."""
        return len(self._waiting) >= _WAITING_PARTS // 2 and self._total <= self._most

    @property
    def is_full(self) -> bool:
        """Whether more would drop something that is within the bound."""
        return len(self._waiting) >= _WAITING_PARTS and self._total <= self._most

    @property
    def has_rest(self) -> bool:
        """Whether there is something that isn't stored."""
        return bool(self._waiting) or self._open.size > self._open.stored

    @property
    def is_short(self) -> bool:
        """Whether all there ever was is in the first part."""
        return self._open.number == 0

    def waiting_batch(self) -> Batch | None:
        """Parts that get no more, for one object; None where there are none."""
        if not self._waiting:
            return None
        taken = [self._waiting.popleft()]
        while self._waiting and self._is_beginning(self._waiting[0]) == self._is_beginning(taken[0]) and len(taken) < _MOST_IN_A_BATCH:
            taken.append(self._waiting.popleft())
        return _batch(taken)

    def open_batch(self) -> Batch | None:
        """What the last part has until now, once more where it has more; None where that is stored."""
        return _batch([self._open]) if self._open.size > self._open.stored else None

    def failed(self, batch: Batch) -> None:
        """The batch couldn't be stored: it waits again."""
        if batch.parts[0][0] is not self._open:
            self._waiting.extendleft(part for part, _ in reversed(batch.parts) if part not in self._waiting)
            self._drop()

    def stored(self, batch: Batch) -> Change | None:
        """The batch is stored; what is to be done now."""
        for part, size in batch.parts:
            part.stored = size
        if self._is_beginning(batch.parts[0][0]):
            return None
        if (former := self._kept.pop(batch.number, None)) is not None:
            self._kept_bytes -= former.size
        size = sum(size for _, size in batch.parts)
        moment = batch.chunks[-1][1][-1][0]
        self._kept[batch.number] = _Stored(size, sum(cut for cut, _ in batch.chunks), moment)
        self._kept_bytes += size
        return self._evict()

    def _append(self, chunk: Chunk) -> None:
        part = self._open
        part.chunks.append(chunk)
        part.size += len(chunk[2])
        if part.size >= self._part_bytes or len(part.chunks) >= _MOST_CHUNKS:
            self._seal()

    def _seal(self) -> None:
        part = self._open
        if part.size > part.stored:
            self._waiting.append(part)
        following = part.number + 1
        if self._marker is None:
            self._beginning += part.size
            if self._beginning >= self._most // _BEGINNING:
                self._marker = following
                following += 1
        self._open = Part(following)
        self._drop()

    def _drop(self) -> None:
        """Drops what is too much of what waits: of the end the oldest, and of the beginning only where there is nothing else."""
        while self._waits_too_much():
            last = len(self._waiting) - 1
            index = next((index for index, part in enumerate(self._waiting) if not self._is_beginning(part)), last)
            dropped = self._waiting[index]
            del self._waiting[index]
            following = self._waiting[index] if index < last else self._open
            following.cut += dropped.size - dropped.stored + (0 if dropped.stored else dropped.cut)

    def _waits_too_much(self) -> bool:
        if self._total <= self._most:
            return len(self._waiting) > _WAITING_PARTS
        return sum(not self._is_beginning(part) for part in self._waiting) > _RING_PARTS

    def _is_beginning(self, part: Part) -> bool:
        return self._marker is None or part.number < self._marker

    def _evict(self) -> Change | None:
        deleted, moment = [], 0
        while self._kept_bytes > self._most - self._beginning and len(self._kept) > 1:
            number, former = self._kept.popitem(last=False)
            self._kept_bytes -= former.size
            self._cut += former.size + former.cut
            deleted.append(number)
            moment = former.moment
        return Change(self._marker or 0, moment, self._cut, tuple(deleted)) if deleted else None


def _batch(parts: list[Part]) -> Batch:
    return Batch(tuple((part, part.size) for part in parts), tuple((part.cut, tuple(part.chunks)) for part in parts))


def _incomplete(data: bytes) -> int:
    """How many bytes at the end of `data` are the beginning of a UTF-8 character."""
    for count in range(1, min(3, len(data)) + 1):
        byte = data[-count]
        if byte >= 0xC0:
            return count if count < (2 if byte < 0xE0 else 3 if byte < 0xF0 else 4) else 0
        if byte < 0x80:
            return 0
    return 0
