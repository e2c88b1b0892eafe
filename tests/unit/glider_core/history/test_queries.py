"""Which rows are asked for, and which folders of the index have them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glider.wire.jsonform import FieldError
from glider_core.history.queries import Query, matcher, periods, until
from glider_core.history.rows import Row
from glider_core.history.segments import document_of
from tests.unit.glider_core.builders import T0
from tests.unit.glider_core.history.records import a_row

MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))
ROW = a_row(1, phase="Failed", task="app.train", labels={"team": "a"}, created="2026-01-31T11:00:00Z")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Query(), True),
        (Query(namespaces=("default", "x")), True),
        (Query(namespaces=("x",)), False),
        (Query(namespaces=()), False),
        (Query(names=("run-1", "other")), True),
        (Query(names=("run",)), False),
        (Query(uids=("00000001",)), True),
        (Query(names=("other",), uids=("00000001-1111",)), True),
        (Query(names=("other",), uids=("00000002",)), False),
        (Query(phases=("Failed", "TimedOut")), True),
        (Query(phases=("Succeeded",)), False),
        (Query(labels="team=a"), True),
        (Query(labels="team!=a"), False),
        (Query(labels="team in (a,b),!stage"), True),
        (Query(task="app.train"), True),
        (Query(task="train"), True),
        (Query(task="app"), False),
        (Query(task="rain"), False),
        (Query(related=True), False),
        (Query(created_after=T0 - timedelta(hours=1)), True),
        (Query(created_after=T0 - timedelta(minutes=59)), False),
        (Query(completed_after=T0 + timedelta(minutes=2)), True),
        (Query(completed_before=T0 + timedelta(minutes=2)), False),
        (Query(completed_before=T0 + timedelta(minutes=3)), True),
    ],
)
def test_which_rows(query: Query, expected: bool) -> None:
    assert matcher(query)(document_of(ROW)) is expected


@pytest.mark.parametrize("related", [replace(ROW, rerun_of="uid"), replace(ROW, parent="uid")])
def test_which_rows_are_related(related: Row) -> None:
    assert matcher(Query(related=True))(document_of(related))


def test_a_tombstone_is_no_row() -> None:
    assert not matcher(Query())(document_of(ROW.tombstone(deleted=T0)))


def test_no_label_selector() -> None:
    with pytest.raises(FieldError, match="a label selector such as"):
        matcher(Query(labels="team=("))


@given(MOMENTS, MOMENTS)
def test_each_day_of_the_range_is_listed_once_and_no_other(one: datetime, other: datetime) -> None:
    since, last = sorted((one, other))
    listed = list(periods(since, last))
    days = [day for period in listed for day in _days(period.first, period.last)]
    assert sorted(days) == list(_days(since.date(), last.date()))
    assert listed == sorted(listed, reverse=True)


def test_a_week_takes_eight_listings_and_a_year_few_more_than_its_months() -> None:
    now = datetime(2026, 11, 30, 12, tzinfo=UTC)
    assert len(list(periods(now - timedelta(days=7), now))) == 8
    assert [period.path for period in periods(now - timedelta(days=32), now)] == ["2026/11", "2026/10/31", "2026/10/30", "2026/10/29"]
    assert len(list(periods(now - timedelta(days=365), now))) <= 12 + 30


def test_clocks_that_differ_by_less_than_an_hour_hide_nothing() -> None:
    now = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
    assert until(Query(), now=now).date() == date(2026, 12, 1)
    assert until(Query(completed_before=datetime(2026, 11, 30, tzinfo=UTC)), now=now).date() == date(2026, 11, 29)
    since = Query(created_after=datetime(2026, 11, 30, 0, 30, tzinfo=UTC)).since
    assert since is not None
    assert since.date() == date(2026, 11, 29)


def test_the_later_moment_bounds_what_is_listed() -> None:
    query = Query(created_after=T0, completed_after=T0 + timedelta(days=2))
    assert query.since == T0 + timedelta(days=2)
    assert replace(query, completed_after=None).since == T0 - timedelta(hours=1)
    assert replace(query, created_after=None, completed_after=None).since is None


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
