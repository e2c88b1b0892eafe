"""Zstandard frames: with a library, and without one."""

from __future__ import annotations

import os
import struct

import pytest

from glider.wire import zstd
from glider.wire.zstd import ZstdError, compress, compress_pieces, decompress, decompress_pieces

CONTENTS = [
    pytest.param(b"", id="nothing"),
    pytest.param(b"a line\n" * 1000, id="text"),
    pytest.param(os.urandom(300_000), id="more than a block of noise"),
    pytest.param(b"x" * (2 << 17), id="blocks that are full"),
]


@pytest.mark.parametrize("content", CONTENTS)
def test_what_was_compressed_comes_back(content: bytes):
    assert decompress(compress(content), most=len(content)) == content


@pytest.mark.parametrize("content", CONTENTS)
def test_a_frame_that_was_made_without_a_library_is_one(content: bytes, monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as without:
        without.setattr(zstd, "_module", lambda: None)
        frame = compress(content)
    assert decompress(frame, most=len(content)) == content


@pytest.mark.parametrize("content", CONTENTS)
def test_it_comes_back_in_pieces(content: bytes):
    pieces = list(decompress_pieces(compress(content), most=len(content)))
    assert b"".join(pieces) == content and all(0 < len(piece) <= 256 << 10 for piece in pieces)


@pytest.mark.parametrize("content", CONTENTS)
def test_a_frame_of_pieces_has_a_window_of_a_block(content: bytes):
    pieces = [content[start : start + 50_000] for start in range(0, len(content), 50_000)]
    frame = compress_pieces(pieces)
    assert decompress(frame, most=len(content)) == content
    is_of_one_segment = frame[4] & 0x20
    assert is_of_one_segment or 1 << (10 + (frame[5] >> 3)) <= 128 << 10


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        pytest.param(compress(b"a line\n" * 1000)[:-3], "a whole Zstandard frame, found its beginning", id="torn"),
        pytest.param(b"something else", "expected a Zstandard frame", id="something else"),
        pytest.param(compress(b"0" * 10_000), "more than is read", id="more than allowed"),
        pytest.param(b"", "found its beginning", id="an empty object"),
        pytest.param(struct.pack("<IBB", 0xFD2FB528, 0, (27 - 10) << 3) + b"\x01\0\0", "expected a Zstandard frame", id="a large window"),
    ],
)
def test_of_what_is_refused_no_more_is_unpacked(frame: bytes, message: str):
    with pytest.raises(ZstdError, match=message):
        list(decompress_pieces(frame, most=7_000))


@pytest.mark.parametrize(
    ("frame", "most", "message"),
    [
        pytest.param(compress(b"a line\n" * 1000)[:-3], 10_000, "a whole Zstandard frame, found its beginning", id="torn"),
        pytest.param(b"something else", 100, "expected a Zstandard frame", id="something else"),
        pytest.param(compress(b"0123456789"), 9, "at most 9 bytes, found more", id="more than allowed"),
        pytest.param(b"", 9, "found its beginning", id="an empty object"),
    ],
)
def test_what_is_no_whole_frame_is_refused(frame: bytes, most: int, message: str):
    with pytest.raises(ZstdError, match=message):
        decompress(frame, most=most)
