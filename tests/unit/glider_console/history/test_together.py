"""Segments that are read beside each other, whichever of them are torn, or merged meanwhile."""

from __future__ import annotations

import pytest

from glider.storage.errors import StorageError
from glider_console.history.together import read_all
from glider_core.history.segments import LISTINGS
from tests.unit.glider_console.history.kept import Archive, Merging, kept, segments_of


async def names(archive: Archive, problems: list[str]) -> list[str]:
    """By all segments of the namespace."""
    segments = segments_of(archive)
    found = await read_all(segments, await segments.listed("team-a"), segments.read, problems=problems)
    return sorted({row.name for one in found.values() for row in one.rows})


@pytest.mark.anyio
async def test_what_others_merge_meanwhile_is_listed_again_and_a_torn_one_costs_only_itself() -> None:
    archive, problems = Merging(), list[str]()
    first, second, torn = (archive.put([kept(number)], unique=unique) for number, unique in enumerate("abz"))
    archive.objects[torn] = b"torn"

    def merge() -> None:
        if archive.objects.pop(first, None) and archive.objects.pop(second, None):
            archive.put([kept(0), kept(1)], unique="c", level=1)

    archive.after = merge
    assert await names(archive, problems) == ["run-0", "run-1"]
    assert (len(problems), torn in problems[0], archive.reads.count(torn)) == (1, True, 1)


@pytest.mark.anyio
async def test_a_day_that_never_holds_still_is_a_problem() -> None:
    archive, problems = Merging(), list[str]()
    archive.put([kept(1)], unique="0")

    def merge() -> None:
        archive.objects.clear()
        archive.put([kept(1)], unique=str(archive.listings))

    archive.after = merge
    assert await names(archive, problems) == []
    assert problems == [f"The index of team-a on 2026-11-29 changed in each of {LISTINGS} listings."]


@pytest.mark.anyio
async def test_a_store_that_doesnt_answer_ends_it() -> None:
    archive = Archive()
    uri = archive.put([kept(1)])
    archive.broken[uri] = StorageError(uri, "no answer")
    with pytest.raises(StorageError, match="no answer"):
        await names(archive, [])
