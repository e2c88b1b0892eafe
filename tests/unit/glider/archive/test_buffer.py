"""What of a log is kept, whatever its size, and that the store adds up at any moment."""

from __future__ import annotations

import random

import pytest

from glider.archive.buffer import Batch, Buffer

KIB = 1 << 10
ASCII = bytes(byte & 127 for byte in range(256))


class Store:
    """Parts by number: their content, and how many bytes they report as cut before it."""

    def __init__(self, buffer: Buffer) -> None:
        self.buffer = buffer
        self.parts: dict[int, tuple[int, bytes]] = {}

    def round(self, *, everything: bool = True) -> None:
        """What the keeper does every interval."""
        while (batch := self.buffer.waiting_batch()) is not None:
            self.write(batch)
        if everything and (batch := self.buffer.open_batch()) is not None:
            self.write(batch)

    def write(self, batch: Batch) -> None:
        self.parts[batch.number] = (sum(cut for cut, _ in batch.chunks), b"".join(chunk[2] for _, part in batch.chunks for chunk in part))
        if (change := self.buffer.stored(batch)) is not None:
            self.parts[change.number] = (change.cut, b"")
            for number in change.delete:
                del self.parts[number]

    @property
    def content(self) -> bytes:
        return b"".join(self.parts[number][1] for number in sorted(self.parts))

    @property
    def cut(self) -> int:
        return sum(cut for cut, _ in self.parts.values())


def numbered(first: int, count: int) -> bytes:
    return b"".join(b"%07d\n" % number for number in range(first, first + count))


def fill(buffer: Buffer, store: Store, lines: int, *, every: int | None, at_once: int = 8) -> bytes:
    for first in range(0, lines, at_once):
        buffer.add(first, "stdout", numbered(first, at_once))
        if (every is not None and first % every == 0) or buffer.is_urgent:
            store.round()
    buffer.end(lines)
    store.round()
    return numbered(0, lines)


@pytest.mark.parametrize("every", [None, 64, 1024], ids=["stored at the end", "stored at every piece", "stored every so often"])
def test_within_the_bound_all_is_kept(every: int | None):
    buffer = Buffer(512 * KIB)
    store = Store(buffer)
    assert fill(buffer, store, 512 * KIB // 8, every=every) == store.content
    assert store.cut == 0


@pytest.mark.parametrize("every", [None, 64, 1024], ids=["stored at the end", "stored at every piece", "stored every so often"])
def test_beyond_it_the_beginning_and_the_end_are_kept_and_the_rest_is_counted(every: int | None):
    buffer = Buffer(256 * KIB)
    store = Store(buffer)
    whole = fill(buffer, store, 1024 * KIB // 8, every=every)
    kept = store.content
    assert len(kept) <= 256 * KIB + 64 * KIB  # and a batch
    assert len(kept) + store.cut == len(whole)
    assert kept.startswith(whole[: 64 * KIB])
    assert kept.endswith(whole[-64 * KIB :])
    assert sorted(kept.split()) == kept.split()


def test_a_flood_takes_nothing_from_the_beginning():
    buffer = Buffer(256 * KIB)
    store = Store(buffer)
    for first in range(0, 1024 * KIB // 8, 2048):
        buffer.add(first, "stdout", numbered(first, 2048))
        if first == 4 * 2048:
            store.round(everything=False)
    store.round()
    assert store.content.startswith(numbered(0, 64 * KIB // 8))
    assert len(store.content) + store.cut == 1024 * KIB


def test_what_was_evicted_is_counted_right_after_the_beginning():
    buffer = Buffer(256 * KIB)
    store = Store(buffer)
    fill(buffer, store, 1024 * KIB // 8, every=64)
    (marker,) = (number for number, (cut, _) in store.parts.items() if cut)
    before = b"".join(content for number, (_, content) in sorted(store.parts.items()) if number < marker)
    assert before == numbered(0, 64 * KIB // 8)


@pytest.mark.parametrize("seed", range(12))
def test_it_adds_up_with_a_store_that_fails_at_times(seed: int):
    chance = random.Random(seed)
    buffer = Buffer(chance.choice([32, 256, 1024]) * KIB)
    store, added = Store(buffer), []
    for moment in range(chance.randrange(10, 1500)):
        stream = chance.choice(["stdout", "stderr"])
        data = chance.randbytes(chance.choice([1, 50, 700])).translate(ASCII)
        added.append(data)
        buffer.add(moment, stream, data)
        if chance.random() < 0.05 and (batch := buffer.waiting_batch() or buffer.open_batch()) is not None:
            more = bytes(9)
            buffer.add(moment, "stdout", more)  # while it is stored
            added.append(more)
            if chance.random() < 0.5:
                buffer.failed(batch)
            else:
                store.write(batch)
    store.round()
    whole = b"".join(added)
    assert not buffer.has_rest
    assert len(store.content) + store.cut == len(whole)
    assert whole.endswith(store.content[-KIB:])
    if store.cut == 0:
        assert store.content == whole


def test_an_open_part_is_stored_again_only_where_it_has_more():
    buffer = Buffer(1024 * KIB)
    store = Store(buffer)
    buffer.add(1, "stdout", b"one\n")
    store.round()
    assert buffer.open_batch() is None
    buffer.add(2, "stdout", b"two\n")
    store.round()
    assert store.parts == {0: (0, b"one\ntwo\n")}


def test_small_pieces_fill_a_part_too():
    buffer = Buffer(100 << 20)
    for moment in range(20_000):
        buffer.add(moment, "stdout", b"x\n")
    assert len(((batch := buffer.waiting_batch()) and batch.parts) or ()) == 2


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_a_character_stays_whole(cut: int):
    buffer = Buffer(1024 * KIB)
    whole = "a𝄞b".encode()
    buffer.add(1, "stdout", whole[: 1 + cut])
    buffer.add(2, "stderr", b"!")
    buffer.add(3, "stdout", whole[1 + cut :])
    batch = buffer.open_batch()
    assert batch is not None
    assert [data for _, _, data in batch.chunks[0][1]] == [b"a", b"!", "𝄞b".encode()]


@pytest.mark.parametrize("data", [b"\xff", b"\x80\x80\x80\x80", b"ok\xc3", "é".encode()])
def test_bytes_that_are_no_text_are_kept(data: bytes):
    buffer = Buffer(1024 * KIB)
    buffer.add(1, "stdout", data)
    buffer.end(2)
    batch = buffer.open_batch()
    assert batch is not None
    assert b"".join(chunk[2] for chunk in batch.chunks[0][1]) == data
