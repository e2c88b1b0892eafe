"""What a Storage tells of the data that it moves."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from glider.settings.model import StorageSettings
from glider.storage.errors import StorageError
from glider.storage.store import Storage
from glider.storage.traffic import Direction, Traffic, Transfer


def test_bytes_are_counted_by_direction(tmp_path: Path):
    storage = Storage(StorageSettings())
    (tmp_path / "a").write_bytes(b"x" * 1000)
    storage.download(str(tmp_path / "a"), str(tmp_path / "b"))
    storage.upload(str(tmp_path / "b"), str(tmp_path / "c"))
    storage.write(str(tmp_path / "d"), b"1234")
    assert storage.read(str(tmp_path / "d")) == b"1234"
    assert (storage.traffic.bytes_in, storage.traffic.bytes_out) == (1004, 1004)


def test_a_watcher_sees_every_part_the_size_and_the_end(tmp_path: Path):
    storage = Storage(StorageSettings())
    (tmp_path / "a").write_bytes(b"x" * (2_500_000))
    seen: list[tuple[int, int | None, bool]] = []
    storage.traffic.watcher = lambda transfer: seen.append((transfer.done, transfer.total, transfer.ended))
    storage.download(str(tmp_path / "a"), str(tmp_path / "b"))
    size = 2_500_000
    assert seen == [(0, None, False), (1 << 20, size, False), (2 << 20, size, False), (size, size, False), (size, size, True)]


def test_a_transfer_that_fails_ends_too(tmp_path: Path):
    storage = Storage(StorageSettings())
    ended: list[Transfer] = []
    storage.traffic.watcher = ended.append
    with pytest.raises(StorageError):
        storage.download(str(tmp_path / "missing"), str(tmp_path / "b"))
    assert [(transfer.ended, transfer.done) for transfer in ended[-1:]] == [(True, 0)]
    assert storage.traffic.bytes_in == 0


def test_the_time_of_transfers_side_by_side_counts_once():
    traffic = Traffic()

    def move() -> None:
        with traffic.moving(Direction.IN, "s3://b/k"):
            time.sleep(0.2)

    began = time.monotonic()
    threads = [threading.Thread(target=move) for _ in range(8)]
    for thread in threads:
        thread.start()
    with traffic.moving(Direction.OUT, "s3://b/other"):  # while something comes in, it is that
        for thread in threads:
            thread.join()
    received, sent = traffic.seconds()
    assert received >= 0.19
    assert received + sent <= time.monotonic() - began


def test_the_time_of_a_transfer_counts_while_it_lasts():
    traffic = Traffic()
    with traffic.moving(Direction.OUT, "s3://b/k"):
        time.sleep(0.02)
        assert traffic.seconds()[1] >= 0.019
