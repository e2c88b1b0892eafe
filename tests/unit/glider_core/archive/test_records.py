"""Records in a store of files."""

from __future__ import annotations

from pathlib import Path

import pytest

from glider.settings.model import StorageSettings
from glider.storage.errors import ObjectNotFoundError
from glider.storage.store import Storage
from glider_core.archive.records import Records
from glider_core.history.records import RecordError
from glider_core.history.rows import row_of
from tests.unit.glider_core.builders import UID
from tests.unit.glider_core.history.records import record


def test_written_read_and_deleted(tmp_path: Path) -> None:
    records, one = Records(Storage(StorageSettings()), f"file://{tmp_path}/"), record()
    row = row_of(one)
    assert records.write(one) == records.write(one) == records.uri(row) == f"file://{tmp_path}/v1/default/2026/01/31/{UID}.json.zst"
    assert records.read(row) == one
    records.delete(row)
    records.delete(row)
    with pytest.raises(ObjectNotFoundError):
        records.read(row)


def test_a_torn_record_is_named(tmp_path: Path) -> None:
    records, one = Records(Storage(StorageSettings()), f"file://{tmp_path}"), record()
    path = Path(records.write(one).removeprefix("file://"))
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(RecordError, match=f"{path}: expected"):
        records.read(row_of(one))
