"""What addresses ask for, and where a broken connection goes on."""

from __future__ import annotations

import pytest

from glider.wire.jsonform import FieldError
from glider_client.following.logs import Cursor
from glider_console.logs.positions import TAIL, Position, asked_in

AT = Cursor(time="2026-01-31T12:00:00.123456789Z", count=3)


def test_a_position_comes_back_as_it_was() -> None:
    assert Position.of(str(Position(attempt=2, cursor=AT))) == Position(attempt=2, cursor=AT)
    assert Position.of(str(Position(attempt=0))) == Position(attempt=0)


@pytest.mark.parametrize(
    "text",
    ["", "x", "1", "1/x/2", "1//x", "-1//0", "1/2026-01-31T12:00:00/1", "²//0", "1/\n/2", "1/2026-01-31\n12:00:00Z/1", f"{'9' * 5000}//0"],
)
def test_what_is_no_position_begins_anew(text: str) -> None:
    assert Position.of(text) is None


@pytest.mark.parametrize(
    ("query", "begin"),
    [
        pytest.param({}, {"tailLines": str(TAIL)}, id="the last lines"),
        pytest.param({"tail": "50000"}, {"tailLines": "50000"}, id="more of them"),
        pytest.param({"since": "2026-01-31T13:00:00.5+01:00"}, {"sinceTime": "2026-01-31T12:00:00Z"}, id="since a time"),
    ],
)
def test_where_to_begin(query: dict[str, str], begin: dict[str, str]) -> None:
    assert asked_in(query).begin == begin


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"attempt": "-1"}, "attempt"),
        ({"attempt": "one"}, "attempt"),
        ({"attempt": "9" * 5000}, "attempt"),
        ({"tail": "1000001"}, "tail"),
        ({"tail": "0" * 10 + "9" * 20}, "tail"),
        ({"since": "yesterday"}, "since"),
        ({"since": "2026-01-31T12:00:00"}, "since"),
        ({"since": "0001-01-01T00:00:00+14:00"}, "since"),
    ],
)
def test_what_cant_be_asked_for_is_refused_by_its_name(query: dict[str, str], field: str) -> None:
    with pytest.raises(FieldError) as refused:
        asked_in(query)
    assert refused.value.field == field
