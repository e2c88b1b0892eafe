"""What a viewer is sent: all of a window, then what has changed in it. Applied, it gives what the console has."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glider_console.live.deltas import Shown, difference, whole
from glider_console.live.rows import Row
from tests.unit.glider_console.live.samples import row

ONE, TWO, THREE = (row(uid=f"u-{number}", name=f"run-{number}") for number in (1, 2, 3))
TWO_FAILED = row(uid="u-2", name="run-2", phase="Failed")


def encode(row: Row) -> bytes:
    return json.dumps(row.document()).encode()


def shown(*rows: Row, total: int = 0, counts: dict[str, int] | None = None) -> Shown:
    return Shown(rows=rows, total=total, counts=counts or {})


def changed(before: Shown, after: Shown) -> Any:
    data = difference(before, after, encode=encode)
    return None if data is None else json.loads(data)


def test_the_whole():
    document = json.loads(whole(shown(ONE, TWO, total=9, counts={"Running": 9}), offset=4, encode=encode))
    assert document == {"offset": 4, "total": 9, "counts": {"Running": 9}, "rows": [ONE.document(), TWO.document()]}


def test_nothing_has_changed():
    assert changed(shown(ONE, TWO), shown(ONE, TWO)) is None


@pytest.mark.parametrize(
    ("after", "rows", "order"),
    [
        pytest.param((ONE, TWO_FAILED), [TWO_FAILED], None, id="a row"),
        pytest.param((TWO, ONE), [], ["u-2", "u-1"], id="the order"),
        pytest.param((ONE, THREE), [THREE], ["u-1", "u-3"], id="one has come and one has left"),
        pytest.param((), [], [], id="all have left"),
    ],
)
def test_what_has_changed(after: tuple[Row, ...], rows: list[Row], order: list[str] | None):
    document = changed(shown(ONE, TWO), shown(*after))
    assert document["rows"] == [one.document() for one in rows]
    assert document.get("order") == order


def test_only_how_many_there_are_elsewhere():
    assert changed(shown(ONE, total=1), shown(ONE, total=2, counts={"Failed": 1})) == {"total": 2, "counts": {"Failed": 1}, "rows": []}


_SHOWN = st.lists(st.sampled_from([ONE, TWO, TWO_FAILED, THREE]), max_size=4, unique_by=lambda row: row.uid).map(lambda rows: shown(*rows))


@given(_SHOWN, _SHOWN)
def test_applied_it_gives_what_is_shown(before: Shown, after: Shown):
    documents = {one.uid: one.document() for one in before.rows}
    order = [one.uid for one in before.rows]
    if (change := changed(before, after)) is not None:
        documents |= {document["uid"]: document for document in change["rows"]}
        order = change.get("order", order)
    assert [documents[uid] for uid in order] == [one.document() for one in after.rows]
