"""Rows as files: nothing is lost by merging, whatever is merged with what, and however often."""

from __future__ import annotations

from dataclasses import fields

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glider.wire import zstd
from glider_core.history.layout import segment_of
from glider_core.history.rows import Row, row_of
from glider_core.history.segments import (
    MERGED_AT_ONCE,
    MOST_MERGED,
    SegmentError,
    decode_documents,
    decode_rows,
    encode_rows,
    latest,
    merged,
    next_merge,
)
from tests.unit.glider_core.builders import T0
from tests.unit.glider_core.history.records import a_row, record

ROWS = st.lists(
    st.builds(
        a_row,
        number=st.integers(0, 5),
        archived=st.sampled_from(["2026-01-31T12:03:00Z", "2026-01-31T12:04:00Z", ""]),
        message=st.text(max_size=3),
    ).flatmap(lambda row: st.sampled_from([row, row, row.tombstone(deleted=T0)])),
    max_size=12,
)


def test_a_row_is_read_as_it_was_written() -> None:
    row = row_of(record(labels={"team": "a"}))
    assert decode_rows(encode_rows([row, a_row(1)])) == [row, a_row(1)]


def test_rows_that_have_a_word() -> None:
    segment = encode_rows([a_row(1), a_row(12), a_row(3)])
    assert [one["name"] for one in decode_documents(segment, with_any=("run-1",))] == ["run-1", "run-12"]
    assert [one["name"] for one in decode_documents(segment, with_any=("00000003", "run-12"))] == ["run-12", "run-3"]
    assert decode_documents(segment, with_any=("run-9",)) == []
    with pytest.raises(SegmentError):
        decode_documents(segment[:-3], with_any=("run-9",))


def test_what_is_empty_is_left_out_and_zero_is_not() -> None:
    (document,) = decode_documents(encode_rows([a_row(attempts=0, user_retries=0)]))
    assert document["userRetries"] == 0
    assert not {"reason", "labels", "uses", "gpus", "deleted"} & document.keys()


def test_what_a_newer_release_writes_is_skipped_and_kept_by_a_merge() -> None:
    line = orjson.dumps({"uid": "u", "namespace": "n", "name": "x", "completed": "2026-01-31T12:02:00Z", "carbonGrams": 3})
    newer = zstd.compress(line + b"\n")
    assert decode_rows(newer) == [Row(uid="u", namespace="n", name="x", completed="2026-01-31T12:02:00Z")]
    assert decode_documents(merged([newer, encode_rows([a_row()])]))[0]["carbonGrams"] == 3


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not compressed",
        encode_rows([a_row(number) for number in range(50)])[:-10],
        zstd.compress(b'{"uid": "u"}\n'),
        zstd.compress(b"[1]\n"),
        zstd.compress(b'{"uid": "u", "namespa\n'),
        zstd.compress(b"1,2\n"),
        zstd.compress(b'{"uid": "u", "namespace": "n", "name": "x", "completed": "2026-01-31T12:02:00Z", "archived": 5}\n'),
    ],
    ids=["empty", "no frame", "its beginning", "a row without a name", "no row", "no JSON", "two in a line", "archived at no time"],
)
def test_what_is_no_whole_segment(data: bytes) -> None:
    with pytest.raises(SegmentError, match="expected"):
        decode_rows(data)


@given(ROWS)
def test_of_each_uid_one_row_counts_tombstones_first_then_the_last_archived(rows: list[Row]) -> None:
    chosen = latest(decode_documents(encode_rows(rows)))
    assert chosen.keys() == {row.uid for row in rows}
    for uid, document in chosen.items():
        belonging = [row for row in rows if row.uid == uid]
        assert bool(document.get("deleted")) == any(row.deleted for row in belonging)
        assert document.get("archived", "") == max(row.archived for row in belonging if bool(row.deleted) == bool(document.get("deleted")))


@given(ROWS, ROWS, ROWS)
def test_merges_in_any_order_come_to_the_same(one: list[Row], two: list[Row], three: list[Row]) -> None:
    a, b, c = map(encode_rows, (one, two, three))
    together = {(row.uid, row.deleted, row.archived) for row in decode_rows(merged([a, b, c]))}
    stepwise = {(row.uid, row.deleted, row.archived) for row in decode_rows(merged([merged([c, a]), a, b]))}
    assert {uid for uid, *_ in together} == {uid for uid, *_ in stepwise}
    assert {(uid, bool(deleted)) for uid, deleted, _ in together} == {(uid, bool(deleted)) for uid, deleted, _ in stepwise}
    assert {archived for *_, archived in together} == {archived for *_, archived in stepwise}


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, MOST_MERGED * 2)), max_size=60), st.booleans())
def test_merging_ends_and_takes_no_more_than_it_may(segments: list[tuple[int, int]], whole: bool) -> None:
    sizes = {f"{level}-{number:03}.jsonl.zst": size for number, (level, size) in enumerate(segments)}
    for step in range(200):
        merge = next_merge(sizes, whole=whole)
        if merge is None:
            break
        assert len(merge.names) > 1
        total = sum(sizes.pop(name) for name in merge.names)
        assert total <= MOST_MERGED
        sizes[f"{merge.level}-m{step}.jsonl.zst"] = total
    assert next_merge(sizes, whole=whole) is None


def test_eight_of_a_level_are_merged_and_other_files_are_nobodys() -> None:
    sizes = {f"0-{number}.jsonl.zst": 10 for number in range(MERGED_AT_ONCE - 1)} | {"notes.txt": 1, "1-a.jsonl.zst": 10}
    assert next_merge(sizes) is None
    merge = next_merge(sizes | {"0-x.jsonl.zst": 10})
    assert merge is not None
    assert (merge.level, len(merge.names)) == (1, MERGED_AT_ONCE)
    assert all(segment_of(name) for name in merge.names)


def test_a_tombstone_has_what_identifies_the_row() -> None:
    row = row_of(record())
    stone = row.tombstone(deleted=T0)
    assert {one.name for one in fields(stone) if getattr(stone, one.name) not in ("", None, 0, (), {})} == {
        "uid",
        "namespace",
        "name",
        "completed",
        "deleted",
    }
