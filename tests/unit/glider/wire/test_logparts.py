"""Parts of a log: their names, and the lines in them."""

from __future__ import annotations

import pytest

from glider.wire.logparts import LogLine, blocks_of, cut_line, encoded, lines_of, part_name, part_number, parts_of

NOON = 1_796_040_000 * 10**9 + 5
TIME = "2026-11-30T12:00:00.000000005Z"


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        pytest.param(b"one\ntwo\n", [("one", True), ("two", True)], id="whole lines"),
        pytest.param(b"one\ntw", [("one", True), ("tw", False)], id="the beginning of a line"),
        pytest.param(b"tw", [("tw", False)], id="nothing but that"),
        pytest.param(b"o\n", [("o", True)], id="the end of a line"),
        pytest.param(b"\n\n", [("", True), ("", True)], id="empty lines"),
        pytest.param(b"10%\r20%\r", [("10%\r20%\r", False)], id="a bar of progress"),
        pytest.param(b" F stdout \n", [(" F stdout ", True)], id="blanks"),
        pytest.param(b"\xff\n", [("\ufffd", True)], id="no text"),
        pytest.param("ü\u2028ü\n".encode(), [("ü\u2028ü", True)], id="what else separates lines doesn't"),
    ],
)
def test_pieces_become_lines(data: bytes, lines: list[tuple[str, bool]]):
    assert list(lines_of(encoded([(NOON, "stderr", data)]))) == [LogLine(TIME, "stderr", whole, text) for text, whole in lines]


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_blocks_are_of_whole_lines(size: int):
    content = b"one\n\ntwo\nthr"
    blocks = list(blocks_of(content[start : start + size] for start in range(0, len(content), size)))
    assert b"".join(blocks) == b"one\n\ntwo\n" and all(block.endswith(b"\n") for block in blocks)


def test_a_line_without_an_end_takes_no_more_memory_than_allowed():
    assert list(blocks_of([b"x" * 6] * 5, longest=10)) == [b"x" * 12 + b"\n", b"x" * 12 + b"\n"]


def test_pieces_of_both_streams_stay_in_order():
    content = encoded([(NOON, "stdout", b"a\nb"), (NOON, "stderr", b"c\n"), (NOON + 10**9, "stdout", b"\n")])
    assert content == (
        b"2026-11-30T12:00:00.000000005Z stdout F a\n2026-11-30T12:00:00.000000005Z stdout P b\n"
        b"2026-11-30T12:00:00.000000005Z stderr F c\n2026-11-30T12:00:01.000000005Z stdout F \n"
    )


def test_what_is_left_out_is_a_line():
    assert list(lines_of(cut_line(NOON, 12))) == [LogLine(TIME, "stderr", True, "glider: 12 bytes of the log are left out here")]


def test_names_are_in_the_order_of_numbers():
    assert parts_of(["10.log.zst", "9.log.zst", "x.log.zst", "007.log.zst", "1.log"]) == ["9.log.zst", "10.log.zst"]


@pytest.mark.parametrize(
    "name", ["-1.log.zst", "01.log.zst", ".log.zst", "1", "1.log.zst.log.zst", "1234567890.log.zst", "²", "²" + ".log.zst"]
)
def test_other_names_are_none(name: str):
    assert part_number(name) is None


def test_a_name_has_its_number():
    assert part_number(part_name(123)) == 123
