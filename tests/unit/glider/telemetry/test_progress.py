"""How far transfers are: what is said, when, and where."""

from __future__ import annotations

import contextlib
import os
import pty
import sys
import threading
from pathlib import Path

import pytest

from glider.settings.model import LoggingSettings, StorageSettings
from glider.storage.store import Storage
from glider.storage.traffic import Direction, Traffic
from glider.telemetry.logs import PROGRESS_LOGGER, setup_logging
from glider.telemetry.progress import Lines, Progress, Terminal, show_progress

MIB = 1 << 20


class Shown(Lines):
    """Keeps what is shown instead of logging it; `finish` is told by a full stop."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def show(self, text: str) -> None:
        self.texts.append(text)

    def finish(self, text: str) -> None:
        self.texts.append(f"{text}.")


class Scene:
    """A Traffic that is watched, and a clock."""

    def __init__(self) -> None:
        self.now = 0.0
        self.shown = Shown()
        self.traffic = Traffic()
        self.traffic.watcher = Progress(self.shown, clock=lambda: self.now).changed


def test_a_large_download_is_told_after_five_seconds_then_every_ten_and_at_its_end() -> None:
    scene = Scene()
    with scene.traffic.moving(Direction.IN, "s3://b/k", total=100 * MIB) as transfer:
        for _ in range(100):
            transfer.advance(MIB)
            scene.now += 0.25
    assert scene.shown.texts == [
        "downloading s3://b/k: 21.0 MiB of 100.0 MiB (21%), 4.2 MiB/s, 19 s left",
        "downloading s3://b/k: 61.0 MiB of 100.0 MiB (61%), 4.1 MiB/s, 10 s left",
        "downloading s3://b/k: 100.0 MiB in 25 s, 4.0 MiB/s.",
    ]


def test_quick_transfers_are_not_told_however_many() -> None:
    scene = Scene()
    for _ in range(100):
        with scene.traffic.moving(Direction.OUT, "s3://b/k", total=MIB) as transfer:
            transfer.advance(MIB)
            scene.now += 1
    assert scene.shown.texts == []


def test_files_that_move_at_once_are_told_together() -> None:
    scene = Scene()
    with scene.traffic.moving(Direction.OUT, "s3://b/long") as long:
        for _ in range(4):
            with scene.traffic.moving(Direction.OUT, "s3://b/short", total=MIB) as short:
                short.advance(MIB)
                scene.now += 2
        long.advance(5000 * MIB)
    assert scene.shown.texts == [
        "uploading 3 of at least 4 files: 3.0 MiB, 512.0 KiB/s",
        "uploading 5 files: 4.9 GiB in 8 s, 625.5 MiB/s.",
    ]


def test_both_directions_are_told_apart() -> None:
    scene = Scene()
    with (
        scene.traffic.moving(Direction.OUT, "s3://b/up", total=MIB) as up,
        scene.traffic.moving(Direction.IN, "s3://b/down", total=MIB) as down,
    ):
        up.advance(1)
        down.advance(1)
        scene.now += 6
        up.advance(1)
        down.advance(1)
    assert [text.partition(":")[0] + text.partition(":")[1] for text in scene.shown.texts[:2]] == ["uploading s3:", "downloading s3:"]


def test_a_transfer_that_fails_ends_what_was_told() -> None:
    scene = Scene()
    with pytest.raises(OSError), scene.traffic.moving(Direction.IN, "s3://b/k", total=10) as transfer:
        scene.now += 6
        transfer.advance(5)
        scene.now += 6
        transfer.advance(1)
        raise OSError
    assert scene.shown.texts[-1] == "downloading s3://b/k: 6 B in 12 s, 0 B/s."


def test_threads_that_move_parts_are_not_held_up_and_nothing_is_lost() -> None:
    scene = Scene()

    def move() -> None:
        for _ in range(50):
            with scene.traffic.moving(Direction.IN, "s3://b/k", total=10) as transfer:
                for _ in range(10):
                    transfer.advance(1)
                    scene.now += 0.01

    with scene.traffic.moving(Direction.IN, "s3://b/first"):
        threads = [threading.Thread(target=move) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert scene.shown.texts[-1].startswith("downloading 401 files: 3.9 KiB in ")
    assert scene.traffic.bytes_in == 4000


def test_lines_of_log_are_on_by_default_and_off_on_request(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(3 * MIB))
    for settings, expected in (
        (LoggingSettings(), 3),
        (LoggingSettings(levels={"glider.progress": 30}), 0),
        (LoggingSettings(level=40), 0),
    ):
        setup_logging(settings, execution="ns/run", attempt=0)
        storage = Storage(StorageSettings())
        show_progress(storage.traffic)
        assert (storage.traffic.watcher is not None) == bool(expected)
        if expected:
            ticks = iter(range(0, 1000, 6))
            storage.traffic.watcher = Progress(Lines(), clock=lambda ticks=ticks: float(next(ticks))).changed  # type: ignore[misc]
        storage.download(str(tmp_path / "a"), str(tmp_path / "b"))
        lines = capsys.readouterr().err.splitlines()
        assert len(lines) == expected
        assert all('"name": "glider.progress", "levelname": "INFO", "message": "downloading ' in line for line in lines)
    PROGRESS_LOGGER.setLevel("NOTSET")


def test_on_a_terminal_one_line_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    leader, follower = pty.openpty()
    with os.fdopen(follower, "w") as stream, monkeypatch.context() as patched:
        patched.setattr(sys, "stderr", stream)
        now = 0.0
        traffic = Traffic()
        show_progress(traffic)
        assert traffic.watcher is not None
        traffic.watcher = Progress(Terminal(stream), clock=lambda: now).changed
        with traffic.moving(Direction.IN, "s3://b/k", total=100) as transfer:
            for _ in range(10):
                transfer.advance(10)
                now += 0.3
        shown = ""
        while not shown.endswith("\n"):
            shown += os.read(leader, 65536).decode()
    os.close(leader)
    assert shown.startswith("\r\x1b[Kdownloading s3://b/k: 30 B of 100 B (30%), 50 B/s, 1 s left")
    assert shown.count("\r\x1b[K") == 9
    assert shown.endswith("\r\x1b[Kdownloading s3://b/k: 100 B in 3 s, 33 B/s\r\n")


def test_a_terminal_that_is_gone_stops_nothing() -> None:
    leader, follower = pty.openpty()
    stream = os.fdopen(follower, "w")
    terminal = Terminal(stream)
    os.close(leader)
    terminal.show("x")
    with contextlib.suppress(OSError):
        stream.close()
    terminal.finish("y")
