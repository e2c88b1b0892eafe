"""What a node has of a log, and the archive hasn't: no line is lost, and none doubled."""

from __future__ import annotations

import pytest

from glider.wire.logparts import LogLine, lines_of
from glider_core.history.rescued import content_of, kubelet_lines, missing_lines

TEXTS = ["a", "b", "b", "b", "c", "", "d e"]


def at(second: float, text: str, *, stream: str = "stdout", whole: bool = True) -> LogLine:
    return LogLine(f"2030-01-01T00:00:{second:012.9f}Z", stream, whole, text)


def there(*texts: str, late: float = 0.01) -> list[LogLine]:
    """What the kubelet has: it got each line a little later."""
    return [at(second + late, text) for second, text in enumerate(texts)]


def archived(*texts: str) -> list[LogLine]:
    return [at(second, text) for second, text in enumerate(texts)]


def texts(lines: list[LogLine]) -> list[str]:
    return [line.text for line in lines]


@pytest.mark.parametrize("count", range(len(TEXTS) + 1))
def test_what_follows_what_is_archived_is_missing(count):
    assert texts(missing_lines(there(*TEXTS), archived(*TEXTS[:count]))) == TEXTS[count:]


@pytest.mark.parametrize("late", [0.0, 0.3])
@pytest.mark.parametrize("count", [1, 5, 30])
def test_lines_that_are_all_alike_are_told_apart_by_their_times(count, late):
    assert len(missing_lines(there(*["."] * 30, late=late), archived(*["."] * count))) == 30 - count


def test_only_the_last_lines_need_be_known():
    lines = there(*map(str, range(50)))
    assert texts(missing_lines(lines, archived(*map(str, range(50)))[20:40])) == [str(n) for n in range(40, 50)]


def test_the_nodes_log_may_begin_later():
    assert texts(missing_lines(there(*TEXTS)[4:], archived(*TEXTS[:6]))) == ["d e"]


def test_streams_that_were_read_in_another_order_lose_nothing():
    known = [at(0.0, "out 1"), at(0.1, "out 2"), at(0.05, "err 1", stream="stderr")]
    lines = [at(0.0, "out 1"), at(0.05, "err 1"), at(0.1, "out 2"), at(0.2, "out 3")]
    assert texts(missing_lines(lines, known))[-1] == "out 3"


def test_of_a_line_that_was_begun_the_rest_is_missing():
    known = [at(0, "a"), at(1, "prog", stream="stderr", whole=False)]
    assert missing_lines([at(0, "a"), at(1, "progress"), at(2, "b")], known) == [at(1, "ress", stream="stderr"), at(2, "b")]


def test_where_nothing_is_alike_times_count():
    assert texts(missing_lines([at(1, "x"), at(3, "y")], [at(2, "z")])) == ["y"]


def test_a_mark_of_what_was_cut_is_no_line():
    cut = at(0.5, "glider: 10 bytes of the log are left out here", stream="stderr")
    assert texts(missing_lines([at(0, "a"), at(1, "b")], [at(0, "a"), cut])) == ["b"]


def test_the_kubelets_lines():
    log = b"2030-01-01T00:00:01.123456789Z a b\n2030-01-01T01:00:02+01:00 \nno time\n\n"
    assert [(line.time, line.text) for line in kubelet_lines(log)] == [
        ("2030-01-01T00:00:01.123456789Z", "a b"),
        ("2030-01-01T01:00:02+01:00", ""),
        ("", "no time"),
    ]


def test_a_part_has_the_lines_in_the_archives_format():
    lines = [at(1, "a b"), at(2, "rest", stream="stderr")]
    assert list(lines_of(content_of(lines))) == lines
