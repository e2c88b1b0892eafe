"""Lines come out the same wherever the pieces of a stream begin and end, and none takes more memory than it may."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glider_console.logs.lines import RawLine, Splitter, whole_characters

LINES = st.lists(st.binary(max_size=40).map(lambda line: line.replace(b"\n", b"")), max_size=8)


def pieces_of(stream: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({min(cut, len(stream)) for cut in cuts} | {0, len(stream)})
    return [stream[begin:end] for begin, end in pairwise(places)]


def split(pieces: list[bytes], *, longest: int = 1000) -> list[RawLine]:
    splitter = Splitter(longest=longest)
    lines = [line for piece in pieces for line in splitter.feed(piece)]
    rest = splitter.rest()
    return lines if rest is None else [*lines, rest]


@given(lines=LINES, cuts=st.lists(st.integers(0, 300)))
def test_the_lines_are_the_same_whatever_the_pieces(lines: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(line + b"\n" for line in lines)
    assert [line.content for line in split(pieces_of(stream, cuts))] == lines


@given(lines=LINES, cuts=st.lists(st.integers(0, 300)))
def test_long_lines_are_cut_in_the_same_place_whatever_the_pieces(lines: list[bytes], cuts: list[int]) -> None:
    stream = b"\n".join(lines)
    found = split(pieces_of(stream, cuts), longest=16)
    assert found == split([stream], longest=16)
    assert all(len(line.content) <= 16 and line.content == stream.split(b"\n")[i][: len(line.content)] for i, line in enumerate(found))
    assert [line.size for line in found] == [len(line) for line in (lines if lines and lines[-1] else lines[:-1])]


@given(text=st.text(max_size=30), at=st.integers(0, 120))
def test_a_line_is_cut_between_characters(text: str, at: int) -> None:
    content = text.encode()
    kept = whole_characters(content[:at])
    assert content.startswith(kept)
    assert text.startswith(kept.decode())
    assert len(content[:at]) - len(kept) < 4


@pytest.mark.parametrize("junk", [b"\x80\x80\x80\x80\x80", b"", b"\xe2\x82\xac"], ids=["tails", "nothing", "whole"])
def test_bytes_that_are_no_text_stay_as_they_are(junk: bytes) -> None:
    assert whole_characters(junk) == junk


def test_a_line_of_ten_megabytes_takes_the_memory_of_a_short_one() -> None:
    splitter, piece = Splitter(longest=65_536), b"x" * 16_384
    tracemalloc.start()
    try:
        for _ in range(640):
            assert splitter.feed(piece) == []
        assert tracemalloc.get_traced_memory()[1] < 400_000
    finally:
        tracemalloc.stop()
    [line] = splitter.feed(b"\n")
    assert (len(line.content), line.size, line.cut) == (65_536, 10_485_760, True)
