"""Outputs are stored once, whatever becomes of the store's answers. A stand-in for the store loses them at the place that matters."""

from __future__ import annotations

from typing import cast

import pytest

from glider.outcome import report
from glider.outcome.report import store_outputs
from glider.storage.errors import ObjectNotFoundError, StorageError
from glider.storage.store import Storage

OUTPUTS = "s3://bucket/out/outputs.pb"


class LostAnswers:
    """Takes a write, loses its answer, and shows the object after some reads only."""

    def __init__(self, *, hidden: int, lasting: bool = False) -> None:
        self.persistent = self
        self.hidden = hidden
        self.error = StorageError(OUTPUTS, "the connection broke", lasting=lasting)
        self.written = b""

    def exists(self, uri: str) -> bool:
        return False

    def write(self, uri: str, data: bytes) -> None:
        self.written = data
        raise self.error

    def read(self, uri: str) -> bytes:
        self.hidden -= 1
        if self.hidden >= 0:
            raise ObjectNotFoundError(uri, "there is no such object")
        return self.written


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "_PAUSES", (0.0, 0.0, 0.0))


def store(storage: LostAnswers) -> None:
    store_outputs(cast(Storage, storage), "s3://bucket/out", name="outputs.pb", data=b"outputs")


@pytest.mark.parametrize("hidden", [0, 1, 2])
def test_outputs_are_stored_where_only_the_answer_was_lost(hidden: int) -> None:
    store(LostAnswers(hidden=hidden))


def test_outputs_that_nobody_finds_arent_stored() -> None:
    with pytest.raises(StorageError, match="the connection broke"):
        store(LostAnswers(hidden=3))


def test_a_refusal_that_lasts_is_no_lost_answer() -> None:
    with pytest.raises(StorageError, match="the connection broke"):
        store(LostAnswers(hidden=0, lasting=True))
