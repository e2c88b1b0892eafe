"""Where there are no descriptors left for it, nothing is kept, and the task runs as before."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from glider.supervision import pump, recording
from glider.supervision.recording import Recording, record
from tests.unit.glider.supervision.test_pump import Kept


def files() -> list[tuple[int, int]]:
    return [(status.st_dev, status.st_ino) for status in map(os.fstat, (1, 2))]


def opened() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def fails(*given: object) -> None:
    raise OSError(24, "Too many open files")


@pytest.mark.parametrize("name", ["divert", "_Kept"])
def test_without_descriptors_all_is_as_before(name: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]):
    before, open_before = files(), opened()
    monkeypatch.setattr(recording, name, fails)
    assert type(record(Kept())) is Recording
    assert files() == before
    assert opened() == open_before + 2  # those of Kept
    assert "the log isn't kept in the store: [Errno 24] Too many open files" in capfd.readouterr().err


def test_without_any_for_the_pump_the_child_gets_the_container_s_files(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]):
    before = files()
    monkeypatch.setattr(pump, "Pump", fails)
    recording = record(Kept())
    recording.start()
    assert files() == before
    recording.hurry()
    recording.finish(lambda: None)
    assert "the log isn't kept" in capfd.readouterr().err
