"""One execution of the history by its name or its UID, and by nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from glider_console.history.records import Records
from glider_console.history.segments import HistoryError
from glider_core.history.layout import record_uri
from glider_core.history.records import Record, encode_record
from glider_core.history.rows import Row
from tests.unit.glider_console.history.kept import DAY, PREFIX, Archive, Merging, kept, segments_of, uid

BEFORE = DAY - timedelta(days=1)


def put(archive: Archive, row: Row, *, namespace: str = "") -> None:
    """The record of `row`, and a segment with the row alone."""
    day = datetime.fromisoformat(row.completed).date()
    metadata = {"name": row.name, "namespace": namespace or row.namespace, "uid": row.uid}
    record = Record(execution={"metadata": metadata, "spec": {}}, archived=datetime(2026, 11, 30, tzinfo=UTC))
    archive.objects[record_uri(PREFIX, namespace=row.namespace, day=day, uid=row.uid)] = encode_record(record)
    archive.put([row], day=day, namespace=row.namespace, unique=row.uid)


async def find(archive: Archive, name: str, *, namespace: str = "team-a") -> str | None:
    found = await Records(segments_of(archive)).find(namespace, name)
    return None if found is None else str(found.execution["metadata"]["uid"])


@pytest.mark.anyio
async def test_by_its_name_the_newest_or_by_its_uid() -> None:
    archive = Archive()
    put(archive, kept(1, name="nightly", day=BEFORE))
    put(archive, kept(2, name="nightly"))
    assert await find(archive, "nightly") == uid(2)
    assert await find(archive, uid(1)) == uid(1)
    assert await find(archive, "another") is None


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("namespace", "name"),
    [
        pytest.param("team-b", uid(1), id="another namespace"),
        pytest.param("team-a/../team-b", uid(1), id="no namespace"),
        pytest.param("", uid(1), id="all namespaces"),
        pytest.param("_index", "team-a", id="the index's folder"),
        pytest.param("team-a", f"../team-a/{uid(1)}", id="no name"),
        pytest.param("team-a", f"{uid(1)}.json.zst", id="a file's name"),
        pytest.param("team-a", uid(1)[:8], id="a part of a UID"),
        pytest.param("team-a", "x" * 300, id="longer than any name"),
    ],
)
async def test_what_names_no_execution_of_the_namespace(namespace: str, name: str) -> None:
    archive = Archive()
    put(archive, kept(1))
    assert await find(archive, name, namespace=namespace) is None


@pytest.mark.anyio
async def test_what_was_deleted_is_none_even_if_the_record_is_still_there() -> None:
    archive = Archive()
    put(archive, kept(1, name="nightly"))
    archive.put([kept(1, name="nightly", deleted="2026-11-30T00:00:00Z")], unique="b")
    assert await find(archive, "nightly") is None
    assert await find(archive, uid(1)) is None


@pytest.mark.anyio
async def test_a_record_of_another_namespace_isnt_given_out() -> None:
    archive = Archive()
    put(archive, kept(1), namespace="team-b")
    with pytest.raises(HistoryError, match="another execution's"):
        await find(archive, "run-1")


@pytest.mark.anyio
async def test_a_torn_segment_hides_nothing_that_another_has() -> None:
    archive = Archive()
    put(archive, kept(1))
    torn = archive.put([], unique="torn")
    archive.objects[torn] = b"torn"
    assert await find(archive, "run-1") == uid(1)
    with pytest.raises(HistoryError, match="torn"):
        await find(archive, "run-2")


@pytest.mark.anyio
async def test_it_is_found_while_its_segment_is_merged() -> None:
    archive = Merging()
    put(archive, kept(1))
    [before] = [uri for uri in archive.objects if uri.endswith(".jsonl.zst")]

    def merge() -> None:
        if archive.objects.pop(before, None):
            archive.put([kept(1)], unique="c", level=1)

    archive.after = merge
    assert await find(archive, "run-1") == uid(1)


@pytest.mark.anyio
async def test_one_page_reads_it_once() -> None:
    archive = Archive()
    put(archive, kept(1))
    records = Records(segments_of(archive))
    first = await records.find("team-a", "run-1")
    reads = len(archive.reads)
    assert await records.find("team-a", "run-1") is first
    assert len(archive.reads) == reads
