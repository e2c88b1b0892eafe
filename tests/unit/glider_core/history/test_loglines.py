"""Lines are made of the pieces that they were written in."""

from __future__ import annotations

import pytest

from glider.wire.logparts import LogLine
from glider_core.history.loglines import whole_lines


def piece(time: str, text: str, *, stream: str = "stdout", whole: bool = False) -> LogLine:
    return LogLine(time, stream, whole, text)


CUT = piece("2", "glider: 5 bytes of the log are left out here", stream="stderr", whole=True)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param([piece("1", "a"), piece("2", "b", whole=True)], [piece("1", "ab", whole=True)], id="two pieces"),
        pytest.param(
            [piece("1", "ab"), piece("2", "x", stream="stderr", whole=True), piece("3", "c", whole=True)],
            [piece("2", "x", stream="stderr", whole=True), piece("1", "abc", whole=True)],
            id="the other stream between the pieces of a line",
        ),
        pytest.param([piece("1", "a prompt")], [piece("1", "a prompt")], id="a line without an end"),
        pytest.param(
            [piece("1", "ab"), CUT, piece("3", "yz", whole=True)],
            [piece("1", "ab"), CUT, piece("3", "yz", whole=True)],
            id="a cut",
        ),
        pytest.param(
            [piece("1", "abc"), piece("2", "def"), piece("3", "g", whole=True)],
            [piece("1", "abcdef"), piece("3", "g", whole=True)],
            id="longer than what is kept in memory",
        ),
    ],
)
def test_whole_lines(lines: list[LogLine], expected: list[LogLine]):
    assert list(whole_lines(lines, most=5)) == expected
