"""What an address asks for, and which rows that selects."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from glider.wire.jsonform import FieldError
from glider_console.live.queries import SORTS, Query, parse_query
from tests.unit.glider_console.live.samples import row

NOW = datetime(2026, 11, 29, 12, 0, 30, tzinfo=UTC)
MINUTE = int(NOW.timestamp()) - 30


def query(**parameters: str) -> Query:
    return parse_query(parameters, now=NOW)


def test_without_parameters_it_is_everything_newest_first():
    assert query() == Query(sort="-created")


def test_equal_addresses_within_a_minute_are_one_query():
    later = parse_query({"since": "1h"}, now=NOW.replace(second=59))
    assert hash(query(since="1h")) == hash(later)
    assert query(since="1h") == later


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("1h", MINUTE - 3600, id="a duration"),
        pytest.param("7d", MINUTE - 7 * 86_400, id="days"),
        pytest.param("2026-11-29T10:00:00Z", MINUTE - 7200, id="a time"),
        pytest.param("2026-11-29", MINUTE - 43_200, id="a day"),
        pytest.param("today", MINUTE - 43_200, id="a word"),
    ],
)
def test_since(text: str, expected: int):
    assert query(since=text).since == expected


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"phase": "Running,Dancing"}, r'phase: expected some of Pending, .*, found "Dancing"'),
        ({"since": "soon"}, r'since: expected a duration such as 90s.*, found "soon"'),
        ({"until": "soon"}, r"until: expected"),
        ({"sort": "colour"}, r'sort: expected one of created, completed, duration, name.*found "colour"'),
        ({"label": "a b"}, r"label: expected"),
        ({"since": "999999999999d"}, r"since: expected"),
        ({"task": "a*" * 501}, r"task: expected at most 1000 characters, found 1002"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_refuses(parameters: dict[str, str], message: str):
    with pytest.raises(FieldError, match=message):
        parse_query(parameters, now=NOW)


@pytest.mark.parametrize(
    ("parameters", "taken"),
    [
        ({}, True),
        ({"task": "app.train"}, True),
        ({"task": "train-0a1b"}, True),
        ({"task": "app"}, False),
        ({"task": "app.*"}, True),
        ({"task": "*tr?in"}, False),
        ({"task": "[a]pp.*"}, False),
        ({"label": "team=a"}, True),
        ({"label": "team=b"}, False),
        ({"text": "RUN-7"}, True),
        ({"text": "valueerror"}, True),
        ({"text": "UserErr"}, True),
        ({"text": "keyerror"}, False),
        ({"since": "1h"}, True),
        ({"since": "1m"}, False),
        ({"until": "1h"}, False),
        ({"until": "1m"}, True),
        ({"text": "run", "label": "team=a", "task": "app.train", "since": "1h"}, True),
        ({"text": "run", "label": "team=b", "task": "app.train", "since": "1h"}, False),
    ],
    ids=str,
)
def test_takes(parameters: dict[str, str], taken: bool):
    sample = row(
        name="run-7",
        task="app.train",
        template="train-0a1b",
        labels=(("team", "a"),),
        reason="UserError",
        message="Traceback\nValueError: no",
        created=MINUTE - 600,
    )
    assert query(**parameters).takes(sample) == taken


def test_a_task_is_found_by_its_templates_too():
    found = parse_query({"task": "app.train"}, now=NOW, templates=frozenset({"train-0a1b"}))
    assert found.takes(row(template="train-0a1b"))
    assert not found.takes(row(template="train-9f9f"))


@pytest.mark.parametrize(("phase", "shown"), [("", True), ("failed", True), ("Running,Failed", True), ("Running", False)])
def test_phases_decide_what_is_shown_and_not_what_is_counted(phase: str, shown: bool):
    found = query(phase=phase)
    failed = row(phase="Failed")
    assert (found.takes(failed), found.shows(failed)) == (True, shown)


def test_by_duration_what_goes_on_comes_last_and_the_longest_of_it_at_the_end():
    waits = row(name="waits")
    short, long = row(name="short", started=0, completed=5), row(name="long", started=0, completed=500)
    began_late, began_early = row(name="late", started=90), row(name="early", started=10)
    rows = [began_early, long, waits, began_late, short]
    assert sorted(rows, key=query(sort="duration").key) == [waits, short, long, began_late, began_early]


def test_by_end_what_goes_on_comes_last():
    rows = [row(name="goes-on"), row(name="second", completed=20), row(name="first", completed=10)]
    assert [one.name for one in sorted(rows, key=query(sort="completed").key)] == ["first", "second", "goes-on"]


@pytest.mark.parametrize("sort", SORTS)
def test_no_two_rows_have_the_same_key(sort: str):
    one = row(uid="u-1")
    assert query(sort=sort).key(one) != query(sort=sort).key(replace(one, uid="u-2"))
