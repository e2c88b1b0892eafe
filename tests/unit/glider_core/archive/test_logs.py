"""Logs are read back as they were written, and what is missing is reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from glider.settings.reading import read_settings
from glider.storage.store import Storage
from glider.wire import zstd
from glider.wire.logparts import LogLine, cut_line, part_name
from glider_core.archive.logs import ArchivedLogs

T = "2026-11-30T12:00:0{}.000000000Z"


def store(folder: Path, attempt: int, parts: dict[int, str]) -> None:
    """The parts of an attempt's log, by their numbers."""
    place = folder / str(attempt) / "logs"
    place.mkdir(parents=True, exist_ok=True)
    for number, text in parts.items():
        (place / part_name(number)).write_bytes(zstd.compress(text.encode()))


def out(number: int, text: str, *, stream: str = "stdout", whole: str = "F") -> str:
    return f"{T.format(number)} {stream} {whole} {text}\n"


class Logs:
    """What is read from a folder, and what is reported meanwhile."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.problems = folder, list[str]()
        self.logs = ArchivedLogs(Storage(read_settings({}).storage), report=self.problems.append)

    def texts(self, attempt: int = 0) -> list[str]:
        return [line.text for line in self.logs.lines(str(self.folder), attempt)]

    def attempts(self) -> list[int]:
        return self.logs.attempts(str(self.folder))


@pytest.fixture
def logs(tmp_path: Path) -> Logs:
    return Logs(tmp_path)


def test_parts_are_read_in_the_order_of_their_numbers(logs: Logs):
    store(logs.folder, 0, {number: out(1, f"line {number}") for number in range(11)})
    assert logs.texts() == [f"line {number}" for number in range(11)]
    assert logs.problems == []


def test_lines_have_their_times_and_streams(logs: Logs):
    store(logs.folder, 0, {0: out(1, "a") + out(2, "b", stream="stderr")})
    assert list(logs.logs.lines(str(logs.folder), 0)) == [
        LogLine(T.format(1), "stdout", True, "a"),
        LogLine(T.format(2), "stderr", True, "b"),
    ]


def test_a_line_over_several_parts_is_one(logs: Logs):
    store(logs.folder, 0, {0: out(1, "a lo", whole="P"), 1: out(2, "ng ", whole="P") + out(3, "line")})
    assert list(logs.logs.lines(str(logs.folder), 0)) == [LogLine(T.format(1), "stdout", True, "a long line")]


def test_numbers_may_be_left_out(logs: Logs):
    store(logs.folder, 0, {0: out(1, "first"), 3: cut_line(0, 100).decode() + out(2, "last")})
    assert logs.texts() == ["first", "glider: 100 bytes of the log are left out here", "last"]
    assert logs.problems == []


def test_what_goes_while_it_is_read_is_reported(logs: Logs):
    store(logs.folder, 0, {number: out(1, "a") for number in range(20)})
    lines = logs.logs.lines(str(logs.folder), 0)
    assert next(lines).text == "a"
    (logs.folder / "0" / "logs" / part_name(19)).unlink()
    assert [line.text for line in lines][-1] == "glider: the part 19.log.zst of this log has gone from the store meanwhile"
    assert logs.problems == ["the part 19.log.zst of this log has gone from the store meanwhile"]


def test_a_torn_part_is_reported_and_the_others_are_read(logs: Logs):
    store(logs.folder, 0, {0: out(1, "a"), 1: out(2, "b" * 1000), 2: out(3, "c")})
    part = logs.folder / "0" / "logs" / part_name(1)
    part.write_bytes(part.read_bytes()[:-3])
    texts = logs.texts()
    assert (texts[0], texts[2]) == ("a", "c")
    assert texts[1].startswith("glider: the part 1.log.zst of this log can't be read: expected a whole Zstandard frame")
    assert [f"glider: {problem}" for problem in logs.problems] == [texts[1]]


def test_which_attempts_have_a_log(logs: Logs):
    assert logs.attempts() == []
    for attempt in (0, 2, 10):
        store(logs.folder, attempt, {0: out(1, "a")})
    (logs.folder / "1").mkdir()
    (logs.folder / "1" / "outputs.pb").touch()
    (logs.folder / "3" / "logs").mkdir(parents=True)
    (logs.folder / "3" / "logs" / "mine.txt").touch()
    assert logs.attempts() == [0, 2, 10]
    assert logs.texts(1) == []


def test_a_part_that_is_far_too_large_is_reported_and_not_read(logs: Logs, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("glider_core.archive.logs._MOST_BYTES", 200)
    store(logs.folder, 0, {0: out(1, "a"), 1: out(1, "b" * 300), 2: out(1, "c")})
    (logs.folder / "0" / "logs" / part_name(3)).write_bytes(bytes(300))
    texts = logs.texts()
    assert [texts[0], texts[2]] == ["a", "c"]
    assert "glider: the part 1.log.zst of this log can't be read: expected less in a frame, found more" in texts[1]
    assert "the part 3.log.zst of this log can't be read" in texts[3]
    assert len(logs.problems) == 2
