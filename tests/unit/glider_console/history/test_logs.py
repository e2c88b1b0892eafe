"""A log from the store's parts: its last lines first, whole lines, and what is missing."""

from __future__ import annotations

import tracemalloc

import pytest

from glider.wire import zstd
from glider_client.following.logs import Cursor
from glider_console.history.logs import KeptLog, kept_parts
from glider_console.logs.batches import Batch
from glider_console.logs.sources import Ended
from glider_core.api.places import parse_place
from tests.unit.glider_console.history.kept import Archive

FOLDER = parse_place("s3://bucket/meta/team-a/run-12345678/0/logs")


def at(second: int) -> str:
    return f"2026-11-29T10:00:{second:02d}.000000001Z"


def archive_with(*parts: str, first: int = 0) -> Archive:
    archive = Archive()
    for number, part in enumerate(parts, first):
        archive.objects[f"{FOLDER}/{number}.log.zst"] = zstd.compress(part.encode())
    return archive


def lines(*seconds: int, stream: str = "stdout") -> str:
    return "".join(f"{at(second)} {stream} F line {second}\n" for second in seconds)


async def log(archive: Archive, **begin: object) -> KeptLog:
    parts = await kept_parts(archive, FOLDER, node_identity=False)
    return KeptLog(store=archive, folder=FOLDER, parts=parts, **begin)  # type: ignore[arg-type]


async def read(archive: Archive, *, cursor: Cursor | None = None, **begin: object) -> list[list[object]]:
    found, ended = [], False
    async for event in (await log(archive, **begin)).follow(cursor or Cursor()):
        assert not ended
        match event:
            case Batch(lines=some):
                found += [line.document() for line in some]
            case Ended(error=error):
                assert error is None
                ended = True
    assert ended
    return found


@pytest.mark.anyio
async def test_all_lines_in_order_with_times_and_streams() -> None:
    archive = archive_with(lines(1) + lines(2, stream="stderr"), lines(3))
    assert await read(archive) == [[at(1), "line 1"], [at(2), "line 2", None, "stderr"], [at(3), "line 3"]]


@pytest.mark.anyio
@pytest.mark.parametrize("tail", range(1, 9))
async def test_the_last_lines(tail: int) -> None:
    archive = archive_with(lines(1, 2, 3), lines(4), lines(5, 6))
    assert [text for _, text in await read(archive, tail=tail)] == [f"line {number}" for number in range(1, 7)][-tail:]


@pytest.mark.anyio
async def test_only_the_parts_that_the_last_lines_are_in_are_shown() -> None:
    archive = archive_with(lines(1, 2, 3), lines(4), lines(5, 6))
    await read(archive, tail=2)
    assert {uri.rpartition("/")[2] for uri in archive.reads} == {"2.log.zst"}


@pytest.mark.anyio
@pytest.mark.parametrize("tail", [1, 9_999, 10_000, 19_999])
async def test_the_last_lines_of_a_part_of_many_blocks(tail: int) -> None:
    archive = archive_with("".join(f"{at(1)} stdout F line {number}\n" for number in range(20_000)))
    assert [text for _, text in await read(archive, tail=tail)] == [f"line {number}" for number in range(20_000 - tail, 20_000)]


@pytest.mark.anyio
async def test_a_part_that_holds_very_much_takes_little_memory() -> None:
    endless = f"{at(1)} stdout P {'x' * 10_000}\n" * 16_000  # 160 MB without an end, in some kilobytes
    archive = archive_with(endless, f"{at(2)} stdout F end\n")
    tracemalloc.start()
    try:
        shown = await read(archive)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert shown[-1][1] is not None and all(len(str(row[1])) <= 65_536 for row in shown)
    assert peak < 100 << 20


@pytest.mark.anyio
async def test_from_a_time_on() -> None:
    archive = archive_with(lines(1, 2), lines(3, 4))
    assert [text for _, text in await read(archive, since="2026-11-29T10:00:02Z")] == ["line 2", "line 3", "line 4"]


@pytest.mark.anyio
async def test_a_connection_that_broke_gets_the_rest() -> None:
    archive = archive_with(lines(1, 2), lines(3))
    assert [text for _, text in await read(archive, cursor=Cursor(time=at(1), count=1))] == ["line 2", "line 3"]


@pytest.mark.anyio
async def test_a_line_whose_pieces_are_in_two_parts() -> None:
    archive = archive_with(f"{at(1)} stdout P one \n{at(2)} stderr F other\n{at(2)} stdout P and \n", f"{at(3)} stdout F two\n")
    assert [row[1] for row in await read(archive)] == ["other", "one and two"]
    assert [row[1] for row in await read(archive, tail=1)] == ["two"], "its beginning is among the earlier lines"


@pytest.mark.anyio
async def test_a_long_line_is_shown_by_its_beginning() -> None:
    [[_, text, size]] = await read(archive_with(f"{at(1)} stdout F {'x' * 100_000}\n"))
    assert (text, size) == ("x" * 65_536, 100_000)


@pytest.mark.anyio
async def test_what_is_gone_or_torn_has_a_line_in_its_place() -> None:
    archive = archive_with(lines(1), lines(2), lines(3), lines(4))
    found = await log(archive)
    del archive.objects[f"{FOLDER}/1.log.zst"]
    archive.objects[f"{FOLDER}/2.log.zst"] = b"torn"
    shown = [line.text async for event in found.follow(Cursor()) if isinstance(event, Batch) for line in event.lines]
    assert (shown[0], shown[-1]) == ("line 1", "line 4")
    assert "1.log.zst has gone from the store meanwhile" in shown[1]
    assert "2.log.zst can't be read" in shown[2]


@pytest.mark.anyio
async def test_numbers_of_parts_may_be_left_out() -> None:
    archive = archive_with(lines(1))
    archive.objects |= archive_with(lines(9), first=7).objects
    assert [row[1] for row in await read(archive)] == ["line 1", "line 9"]
    assert [row[1] for row in await read(archive, tail=1)] == ["line 9"]


@pytest.mark.anyio
async def test_the_whole_as_it_was_written() -> None:
    archive = archive_with(f"{at(1)} stdout F é\n{at(2)} stdout P no end\n")
    assert b"".join([piece async for piece in (await log(archive)).whole()]) == "é\nno end".encode()


@pytest.mark.anyio
async def test_without_parts_there_is_no_log() -> None:
    assert await kept_parts(Archive(), FOLDER, node_identity=False) == []
