"""The rows of a scope: what the watch reports, and what viewers share of it."""

from __future__ import annotations

import json
from typing import Any

from glider_console.live.queries import Query
from glider_console.live.table import Table
from glider_console.live.views import Window


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def execution(uid: str, phase: str = "Running") -> dict[str, Any]:
    return {"metadata": {"uid": uid, "namespace": "a", "name": f"run-{uid}"}, "spec": {}, "status": {"phase": phase}}


def names(table: Table, query: Query) -> list[str]:
    return [row.name for row in table.view(query).window(Window())]


BY_NAME = Query(sort="name")


def test_follows_the_watch():
    table = Table()
    for uid in "213":
        table.saw(execution(uid))
    assert names(table, BY_NAME) == ["run-1", "run-2", "run-3"]
    table.deleted(execution("2"))
    table.gone(["3", "not known"])
    table.saw(execution("0"))
    assert (names(table, BY_NAME), len(table), sorted(table.uids())) == (["run-0", "run-1"], 2, ["0", "1"])


def test_equal_queries_share_a_view():
    table = Table()
    assert table.view(Query(text="a")) is table.view(Query(text="a"))


def test_what_is_the_same_again_is_no_change():
    table = Table()
    table.saw(execution("1"))
    view = table.view(BY_NAME)
    row = view.window(Window())[0]
    table.saw(execution("1"))
    assert view.window(Window())[0] is row


def test_a_view_that_nobody_uses_is_dropped():
    clock = Clock()
    table = Table(clock=clock)
    idle, used = table.view(Query(text="a")), table.view(Query(text="b"))
    clock.now = 9
    table.view(Query(text="b"))
    clock.now = 11
    assert table.view(Query(text="b")) is used
    assert table.view(Query(text="a")) is not idle


def test_there_are_only_so_many_views():
    table = Table()
    first = table.view(Query(text="first"))
    for number in range(100):
        table.view(Query(text=str(number)))
    assert table.view(Query(text="first")) is not first


def test_a_row_is_encoded_once_until_it_changes():
    table = Table()
    table.saw(execution("1"))
    row = table.view(BY_NAME).window(Window())[0]
    data = table.encoded(row)
    assert table.encoded(row) is data
    table.saw(execution("1", "Failed"))
    after = table.encoded(table.view(BY_NAME).window(Window())[0])
    assert json.loads(after)["phase"] == "Failed"


def test_forgets_everything():
    table = Table()
    table.saw(execution("1"))
    table.clear()
    assert (len(table), names(table, BY_NAME)) == (0, [])
