"""Two sorted lists shown as one: whatever is in which, a window is the one of both together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from glider_console.live.beside import Rest, together
from glider_console.live.queries import SORTS, Query
from glider_console.live.rows import Row
from glider_console.live.views import MOST_ROWS, View, Window
from tests.unit.glider_console.live.samples import row

ALL = Window(limit=MOST_ROWS)
_ROWS = st.lists(
    st.builds(
        row,
        uid=st.sampled_from("abcdefghijkl"),
        name=st.sampled_from(["run-1", "run-2", "train"]),
        phase=st.sampled_from(["Running", "Failed", "Succeeded"]),
        created=st.integers(0, 5),
        completed=st.none() | st.integers(0, 5),
    ),
    max_size=12,
    unique_by=lambda one: one.uid,
)
_QUERIES = st.builds(
    Query,
    phases=st.sampled_from([frozenset(), frozenset({"Failed"})]),
    since=st.none() | st.integers(0, 3),
    sort=st.sampled_from([*SORTS, *(f"-{sort}" for sort in SORTS)]),
)


@given(_QUERIES, _ROWS, _ROWS, st.integers(0, 25), st.integers(0, 25))
def test_a_window_of_both_is_that_of_one_list_with_all(query: Query, live: list[Row], kept: list[Row], offset: int, limit: int):
    live_uids = {one.uid for one in live}
    everything = View(query, [*live, *(one for one in kept if one.uid not in live_uids)])
    shown = together(View(query, live), Rest(query, kept).view(live_uids), Window(offset, limit))
    assert list(shown.rows) == list(everything.window(Window(offset, limit)))
    assert (shown.total, shown.counts) == (len(everything), everything.counts)


@given(_QUERIES, _ROWS, st.lists(st.sets(st.sampled_from("abcdefghijkl")), max_size=5))
def test_what_is_live_is_hidden_and_comes_back(query: Query, kept: list[Row], lives: list[set[str]]):
    rest = Rest(query, kept)
    for live in lives:
        expected = View(query, [one for one in kept if one.uid not in live])
        assert list(rest.view(live).window(ALL)) == list(expected.window(ALL))


def test_of_one_that_is_in_both_the_live_one_is_shown():
    live, kept = row(uid="u", phase="Running"), row(uid="u", phase="Failed")
    shown = together(View(Query(), [live]), Rest(Query(), [kept]).view({"u"}), ALL)
    assert (list(shown.rows), shown.total, shown.counts) == ([live], 1, {"Running": 1})


def test_without_another_source_it_is_the_live_list():
    view = View(Query(), [row(name="a")])
    assert list(together(view, None, ALL).rows) == [row(name="a")]
