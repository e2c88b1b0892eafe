"""However rows change one by one, a view shows what a new one would."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glider_console.live.queries import SORTS, Query
from glider_console.live.rows import Row
from glider_console.live.views import MOST_ROWS, View, Window
from glider_core.api.selectors import parse_selector
from tests.unit.glider_console.live.samples import row

_TIMES = st.none() | st.integers(0, 5)
_ROWS = st.builds(
    row,
    uid=st.sampled_from("abcdefgh"),
    name=st.sampled_from(["run-1", "run-2", "train"]),
    namespace=st.sampled_from(["a", "b"]),
    phase=st.sampled_from(["Running", "Failed", "Succeeded"]),
    message=st.sampled_from(["", "ValueError"]),
    labels=st.sampled_from([(), (("team", "a"),), (("team", "b"),)]),
    created=st.integers(0, 5),
    started=_TIMES,
    completed=_TIMES,
)
_QUERIES = st.builds(
    Query,
    phases=st.sampled_from([frozenset(), frozenset({"Failed"}), frozenset({"Failed", "Running"})]),
    selector=st.sampled_from(["", "team=a", "team!=a"]).map(parse_selector),
    since=_TIMES,
    until=_TIMES,
    text=st.sampled_from(["", "run", "valueerror"]),
    sort=st.sampled_from([*SORTS, *(f"-{sort}" for sort in SORTS)]),
)
ALL = Window(limit=MOST_ROWS)


@given(_QUERIES, st.lists(_ROWS, max_size=8), st.lists(_ROWS | st.sampled_from("abcdefgh"), max_size=30))
def test_incremental_is_from_scratch(query: Query, first: list[Row], changes: list[Row | str]):
    rows = {one.uid: one for one in first}
    view = View(query, rows.values())
    for change in changes:
        if isinstance(change, str):
            view.change(rows.pop(change, None), None)
        else:
            view.change(rows.get(change.uid), change)
            rows[change.uid] = change
    again = View(query, rows.values())
    assert list(view.window(ALL)) == list(again.window(ALL))
    assert (len(view), view.counts) == (len(again), again.counts)


@given(_QUERIES, st.lists(_ROWS, max_size=8), st.integers(0, 9), st.integers(0, 9))
def test_windows_are_parts_of_the_whole(query: Query, first: list[Row], offset: int, limit: int):
    view = View(query, {one.uid: one for one in first}.values())
    assert list(view.window(Window(offset, limit))) == list(view.window(ALL))[offset : offset + limit]


@pytest.mark.parametrize("sort", ["created", "-created"])
def test_a_window_is_bounded(sort: str):
    view = View(Query(sort=sort), [row(uid=f"u-{number}", created=number) for number in range(600)])
    assert len(view.window(Window(0, 10_000))) == MOST_ROWS


def test_counts_are_of_all_phases_within_the_other_filters():
    rows = [
        row(uid="1", phase="Failed", created=5),
        row(uid="2", phase="Running", created=5),
        row(uid="3", phase="Running", created=1),
    ]
    view = View(Query(phases=frozenset({"Failed"}), since=3), rows)
    assert (view.counts, len(view)) == ({"Failed": 1, "Running": 1}, 1)


def test_a_view_changes_only_with_what_concerns_it():
    view = View(Query(since=3), [])
    view.change(None, row(created=1))
    assert len(view) == 0
    view.change(None, row(created=4))
    assert len(view) == 1
