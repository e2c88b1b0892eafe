"""Records in a store of files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from glider.settings.model import StorageSettings
from glider.storage.errors import ObjectNotFoundError
from glider.storage.store import Storage
from glider_core.archive.records import Records
from glider_core.history.records import RecordError, encode_record
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


@pytest.mark.parametrize(
    ("metadata", "found"),
    [
        pytest.param({"namespace": "kube-system"}, f"that of kube-system/divide \\({UID}\\)", id="of another namespace"),
        pytest.param({"name": "other"}, f"that of default/other \\({UID}\\)", id="with another name"),
        pytest.param({"uid": "x"}, "that of default/divide \\(x\\)", id="with another UID"),
        pytest.param(None, "something else", id="with no metadata"),
    ],
)
def test_what_another_execution_has_is_no_record_of_a_row(tmp_path: Path, metadata: dict[str, str] | None, found: str) -> None:
    storage, one = Storage(StorageSettings()), record()
    records, row = Records(storage, f"file://{tmp_path}"), row_of(one)
    forged = {**one.execution, "metadata": None if metadata is None else {**one.execution["metadata"], **metadata}}
    storage.write(records.uri(row), encode_record(replace(one, execution=forged)))
    with pytest.raises(RecordError, match=f"{UID}.json.zst: expected the record of default/divide \\({UID}\\), found {found}"):
        records.read(row)
