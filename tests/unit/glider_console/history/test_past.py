"""What the history has for a query: day by day, bounded, and never in the way of the live list."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from glider.storage.errors import StorageError
from glider_console.history import past, segments
from glider_console.history.past import Past, Reach, once, read
from glider_console.live.queries import Query
from glider_core.api.selectors import parse_selector
from glider_core.history.layout import index_uri
from tests.unit.glider_console.history.kept import DAY, PREFIX, Archive, kept, segments_of, uid

BEFORE = DAY - timedelta(days=1)
QUERY = Query()


async def names(archive: Archive, *, namespace: str = "team-a", query: Query = QUERY, since: date = BEFORE) -> list[str]:
    return sorted(row.name for row in (await read(segments_of(archive), namespace=namespace, query=query, since=since)).rows)


@pytest.mark.anyio
async def test_what_ended_since_a_day_and_the_filters_let_through() -> None:
    archive = Archive()
    archive.put([kept(1, labels={"team": "a"}), kept(2, phase="Failed", message="no space")])
    archive.put([kept(3, day=BEFORE)], day=BEFORE)
    archive.put([kept(4, day=BEFORE - timedelta(days=1))], day=BEFORE - timedelta(days=1))
    assert await names(archive) == ["run-1", "run-2", "run-3"]
    assert await names(archive, query=Query(selector=parse_selector("team=a"))) == ["run-1"]
    assert await names(archive, query=Query(text="no space")) == ["run-2"]


@pytest.mark.anyio
async def test_of_all_namespaces_only_where_all_are_asked_for() -> None:
    archive = Archive()
    archive.put([kept(1), kept(9, namespace="team-b")])
    archive.put([kept(2, namespace="team-b")], namespace="team-b")
    assert await names(archive) == ["run-1"]
    assert await names(archive, namespace="") == ["run-1", "run-2"]
    assert not [uri for uri in archive.reads[:1] if "team-b" in uri], "another namespace isn't even read"


@pytest.mark.anyio
async def test_what_was_deleted_is_gone_whichever_segment_has_that() -> None:
    archive = Archive()
    archive.put([kept(1), kept(2)])
    archive.put([kept(1, deleted="2026-11-30T00:00:00Z")], unique="b")
    assert await names(archive) == ["run-2"]


@pytest.mark.anyio
async def test_there_are_only_so_many_and_the_newest_days_first() -> None:
    archive = Archive()
    archive.put([kept(1), kept(2)])
    archive.put([kept(3, day=BEFORE)], day=BEFORE)
    found = await read(segments_of(archive), namespace="team-a", query=QUERY, since=BEFORE, most=2)
    assert (sorted(row.uid for row in found.rows), found.is_cut, found.since) == ([uid(1), uid(2)], True, BEFORE)


@pytest.mark.anyio
async def test_a_segment_that_isnt_whole_costs_only_itself() -> None:
    archive = Archive()
    archive.put([kept(1)])
    torn = archive.put([kept(2)], unique="b")
    archive.objects[torn] = b"torn"
    found = await read(segments_of(archive), namespace="team-a", query=QUERY, since=BEFORE)
    assert [row.name for row in found.rows] == ["run-1"]
    assert torn in found.problems[0]


@pytest.mark.anyio
async def test_of_more_namespaces_than_are_read_together_that_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "MOST_NAMESPACES", 2)
    monkeypatch.setattr(past, "MOST_NAMESPACES", 2)
    archive = Archive()
    for number, namespace in enumerate("abc"):
        archive.put([kept(number, namespace=namespace)], namespace=namespace)
    found = await read(segments_of(archive), namespace="", query=QUERY, since=BEFORE)
    assert [row.name for row in found.rows] == ["run-0", "run-1"]
    assert found.problems == (
        "The history has more than 2 namespaces: what is shown of it ends with b, by their names. Choose a namespace.",
    )
    assert await names(archive, namespace="c") == ["run-2"]


@pytest.mark.anyio
async def test_a_store_that_doesnt_answer_is_a_state_and_what_was_read_stays() -> None:
    archive = Archive()
    archive.put([kept(1)])
    found = await once(segments_of(archive), namespace="team-a", query=QUERY, reach=Reach(days=3_000))
    assert (found.state["state"], len(found.view(frozenset()) or ())) == ("ready", 1)
    archive.broken[f"{index_uri(PREFIX, 'team-a')}/{date.today():%Y/%m}"] = StorageError(PREFIX, "no answer within 10 s")
    await past._refresh(found, segments_of(archive), namespace="team-a", query=QUERY, reach=Reach())
    assert found.state["state"] == "problem"
    assert "no answer within 10 s" in found.state["message"]
    assert len(found.view(frozenset()) or ()) == 1


def test_how_far_back() -> None:
    assert Reach(days=7).since(QUERY, DAY) == DAY - timedelta(days=7)
    assert Reach(days=7).since(Query(since=0), DAY) == DAY - timedelta(days=past.MOST_DAYS)
    assert Reach(days=7).since(Query(since=1_795_860_000), date(2026, 11, 30)) == date(2026, 11, 28)
    midnight = int(datetime(2026, 11, 28, tzinfo=UTC).timestamp())
    assert Reach(days=7).since(Query(since=midnight), date(2026, 11, 30)) == date(2026, 11, 27), "clocks differ"


def test_until_it_is_read_there_is_nothing_to_show() -> None:
    assert (Past().view(frozenset()), Past().state["state"]) == (None, "loading")
