"""Which segments there are, and that each is read once."""

from __future__ import annotations

import json

import pytest

from glider.wire import zstd
from glider_console.history.segments import HistoryError
from glider_core.history.layout import index_uri
from tests.unit.glider_console.history.kept import DAY, PREFIX, Archive, kept, segments_of

OCTOBER = DAY.replace(month=10)


@pytest.mark.anyio
async def test_the_newest_day_comes_first() -> None:
    archive = Archive()
    newer, older = archive.put([kept(1)]), archive.put([kept(2)], day=OCTOBER)
    archive.objects[f"{index_uri(PREFIX, 'team-a')}/2026/11/29/notes.txt"] = b""
    archive.objects[f"{index_uri(PREFIX, 'team-a')}/2026/11/99/0-a.jsonl.zst"] = b""
    found = segments_of(archive)
    assert [one.uri for one in await found.listed("team-a")] == [newer, older]
    assert [one.uri for one in await found.listed("team-a", month=OCTOBER)] == [older]
    assert await found.namespaces() == ["team-a"]


@pytest.mark.anyio
async def test_a_segment_is_read_once() -> None:
    archive = Archive()
    archive.put([kept(1)])
    found = segments_of(archive)
    [listed] = await found.listed("team-a")
    assert await found.read(listed) is await found.read(listed)
    assert len(archive.reads) == 1


@pytest.mark.anyio
async def test_only_so_many_rows_are_kept() -> None:
    archive = Archive()
    for number in range(5):
        archive.put([kept(number * 2), kept(number * 2 + 1)], unique=str(number))
    found = segments_of(archive, most=6)
    listed = await found.listed("team-a")
    for one in (*listed, listed[-1], listed[0]):
        await found.read(one)
    assert len(archive.reads) == 6, "the first one was dropped, the last one wasn't"
    assert found.kept_rows <= 6


@pytest.mark.anyio
async def test_rows_of_another_form_are_named_too() -> None:
    archive = Archive()
    uri = archive.put([])
    row = {"uid": "u", "namespace": "team-a", "name": "x", "completed": "2026-11-29T11:00:00Z", "labels": ["a"]}
    archive.objects[uri] = zstd.compress(json.dumps(row).encode())
    found = segments_of(archive)
    [listed] = await found.listed("team-a")
    with pytest.raises(HistoryError, match=r"0-a\.jsonl\.zst can't be read"):
        await found.read(listed)


@pytest.mark.anyio
async def test_one_that_isnt_whole_is_named() -> None:
    archive = Archive()
    uri = archive.put([kept(1)])
    archive.objects[uri] = archive.objects[uri][:-3]
    found = segments_of(archive)
    [listed] = await found.listed("team-a")
    with pytest.raises(HistoryError, match=r"0-a\.jsonl\.zst can't be read"):
        await found.read(listed)
