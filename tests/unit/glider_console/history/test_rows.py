"""Rows of the index as rows of the list."""

from __future__ import annotations

from glider_console.history.rows import segment_of, taken
from glider_console.live.queries import Query
from glider_console.live.rows import Origin
from glider_core.history.segments import document_of
from tests.unit.glider_console.history.kept import kept, uid


def test_a_row_of_the_list() -> None:
    row = kept(
        1,
        phase="Failed",
        reason="UserError",
        message="ValueError: no",
        task="app.train",
        version="v1",
        template="train-1",
        labels={"team": "a"},
        started="2026-11-29T10:30:00Z",
        attempts=3,
        user_retries=1,
        system_retries=1,
        wait_seconds=4.5,
        peak_memory=300,
        memory_request=500,
        node="node-1",
    )
    [found] = segment_of(map(document_of, [row]), namespace="team-a").rows
    assert (found.uid, found.namespace, found.name, found.phase, found.source) == (uid(1), "team-a", "run-1", "Failed", Origin.ARCHIVE)
    assert (found.reason, found.message, found.task, found.version, found.template) == (
        "UserError",
        "ValueError: no",
        "app.train",
        "v1",
        "train-1",
    )
    assert (found.labels, found.attempts, found.failures, found.waited, found.node) == ((("team", "a"),), 3, 2, 4, "node-1")
    assert (found.duration, found.peak_memory, found.memory) == (1800, 300, 500)
    assert found.document()["source"] == "archive"


def test_what_is_known_of_little() -> None:
    [found] = segment_of(map(document_of, [kept(1, created="")]), namespace="team-a").rows
    assert (found.created, found.started, found.duration) == (found.completed, None, None)


def test_what_was_deleted_is_none_of_its_rows() -> None:
    found = segment_of(map(document_of, [kept(1), kept(2, deleted="2026-11-30T00:00:00Z")]), namespace="team-a")
    assert ([row.uid for row in found.rows], found.deleted) == ([uid(1)], frozenset({uid(2)}))


def test_a_row_of_another_namespace_is_left_out() -> None:
    assert segment_of(map(document_of, [kept(1, namespace="team-b")]), namespace="team-a").rows == ()


def test_of_several_with_one_uid_the_one_counts_that_the_command_line_shows() -> None:
    early, late = (kept(1, archived=f"2026-11-29T11:00:0{second}Z", message=message) for second, message in ((1, "no space"), (2, "lost")))
    segments = [segment_of(map(document_of, rows), namespace="team-a") for rows in ([late, kept(2)], [early])]
    for some in (segments, segments[::-1]):
        assert sorted((row.name, row.message) for row in taken(some, Query())) == [("run-1", "lost"), ("run-2", "")]
        assert taken(some, Query(text="no space")) == [], "what doesn't count isn't found by what it was"
