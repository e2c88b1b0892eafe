"""Executions are found in the history by name and UID. tests/integration/test_history_verbs.py has a cluster beside it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from glider.settings.reading import read_settings
from glider.storage.store import Storage
from glider_client.cluster.errors import NotFoundError
from glider_client.history.finding import find, find_archived
from glider_client.history.source import History, HistoryError, NoHistoryError
from glider_core.history.queries import Query
from glider_core.history.records import OwnFolders, Record
from glider_core.history.rows import row_of
from tests.unit.glider_core.builders import execution_body

FIRST, SECOND, THIRD = (f"{start}-4000-8000-000000000000" for start in ("aaaaaaaa-1111", "aaaaaaaa-2222", "bbbbbbbb-0000"))
ARCHIVED = datetime(2026, 1, 31, 13, tzinfo=UTC)


def record_of(name: str, uid: str, *, hour: int, **fields: Any) -> Record:
    status = {"phase": "Failed", "completionTime": f"2026-01-31T{hour}:00:00Z"}
    return Record(execution=execution_body(name=name, uid=uid, status=status), archived=ARCHIVED, **fields)


@pytest.fixture
def history(tmp_path: Path) -> History:
    """Two executions of one name, one of another."""
    found = History(Storage(read_settings({}).storage), str(tmp_path))
    for one in (record_of("train", SECOND, hour=12), record_of("train", FIRST, hour=11), record_of("cafecafe", THIRD, hour=10)):
        found.records.write(one)
        found.index.append([row_of(one)])
    return found


def uid_of(name: str, history: History) -> str:
    return str(find(name, None, lambda: history, namespace="default").execution["metadata"]["uid"])


@pytest.mark.parametrize(
    ("name", "uid"),
    [
        pytest.param("train", SECOND, id="the one that ended last"),
        pytest.param(FIRST, FIRST, id="a UID"),
        pytest.param("aaaaaaaa-1", FIRST, id="the beginning of one"),
        pytest.param("cafecafe", THIRD, id="a name that could be the beginning of a UID"),
    ],
)
def test_found(history: History, name: str, uid: str):
    assert uid_of(name, history) == uid


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param("absent", "there is no TaskExecution 'absent' in the namespace 'default' of the history at ", id="a name"),
        pytest.param("bbbbbbb", "there is no TaskExecution 'bbbbbbb' in the namespace 'default' of the history at ", id="too short"),
        pytest.param("aaaaaaaa", f"'aaaaaaaa' is the beginning of several UIDs: {SECOND} (train), {FIRST} (train). Give more", id="two"),
    ],
)
def test_not_found(history: History, name: str, message: str):
    with pytest.raises(NotFoundError, match=f"^{re.escape(message)}"):
        uid_of(name, history)
    with pytest.raises(NotFoundError, match="in the namespace 'lab' of the history"):
        find("train", None, lambda: history, namespace="lab")


def test_what_was_deleted_with_its_data_is_named(history: History):
    row = next(history.index.rows(Query(names=("cafecafe",))))
    history.index.append([row.tombstone(deleted=ARCHIVED)])
    for name in ("cafecafe", THIRD):
        with pytest.raises(NotFoundError, match=f": {THIRD} was deleted with its data, 2026-01-31T13:00:00Z\\. `glider get --history`"):
            uid_of(name, history)


def test_no_history_is_nothing_found():
    def none() -> History:
        raise NoHistoryError("There is none.")

    assert find_archived("train", none, namespace="default") is None


@pytest.mark.parametrize("content", [pytest.param(None, id="deleted"), pytest.param(b"something else", id="something else")])
def test_a_record_that_cannot_be_read_is_named(history: History, tmp_path: Path, content: bytes | None):
    path = tmp_path / "v1" / "default" / "2026" / "01" / "31" / f"{SECOND}.json.zst"
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(HistoryError, match=re.escape(str(path))):
        uid_of("train", history)


def test_what_stands_beside_it_is_in_the_record(history: History):
    pods, events = [{"metadata": {"name": "p"}}], [{"reason": "Done"}]
    folders = OwnFolders(metadata="s3://b/m/default/whole-cccccccc")
    one = record_of("whole", THIRD.replace("b", "c"), hour=12, template={"spec": {"x": 1}}, pods=pods, events=events, storage=folders)
    history.records.write(one)
    history.index.append([row_of(one)])
    found = find("whole", None, lambda: history, namespace="default")
    assert (found.template(), found.pods(), found.events(found.pods())) == ({"spec": {"x": 1}}, pods, events)
    assert found.folders() == ["s3://b/m/default/whole-cccccccc"]
    assert found.task()["interface"]["outputs"] == {"o0": "float"}


def test_the_task_of_a_template_that_was_gone_at_the_end(history: History):
    record = record_of("train", SECOND, hour=12, resolved=None)
    execution = {**record.execution, "spec": {"taskRef": {"name": "gone"}}}
    one = Record(execution=execution, archived=ARCHIVED)
    history.records.write(one)
    with pytest.raises(NotFoundError, match="the TaskTemplate 'gone' of train was deleted before it ended"):
        find("train", None, lambda: history, namespace="default").task()
