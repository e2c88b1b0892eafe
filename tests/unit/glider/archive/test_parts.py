"""What a part of a log is in the store, and the memory that it takes to make it."""

from __future__ import annotations

from itertools import chain

from glider.archive.buffer import Buffer
from glider.archive.parts import _lines, content
from glider.wire import zstd
from glider.wire.logparts import encoded


def test_of_very_short_lines_few_are_encoded_at_once():
    buffer = Buffer(16 << 20)
    for moment in range(16):
        buffer.add(moment, "stdout", b"\n" * (1 << 16))
    batch = buffer.waiting_batch()
    assert batch is not None
    pieces = list(_lines(batch))
    whole = encoded(chain.from_iterable(chunks for _, chunks in batch.chunks))
    assert len(whole) > 40 << 20
    assert max(map(len, pieces)) < 4 << 20
    assert b"".join(pieces) == whole
    assert zstd.decompress(content(batch), most=len(whole)) == whole
