"""Datetimes and durations as people write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from glider_client.inputs.moments import duration, moment

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("90s", timedelta(seconds=90), id="Go's form"),
        pytest.param("1h30m", timedelta(minutes=90), id="Go's form with two units"),
        pytest.param("250ms", timedelta(milliseconds=250), id="less than a second"),
        pytest.param("2 days", timedelta(days=2), id="words, as pyflyte takes them"),
        pytest.param("1 hour 30 min", timedelta(minutes=90), id="several words"),
        pytest.param("1 week, 2 days", timedelta(days=9), id="words with a comma"),
        pytest.param("2d", timedelta(days=2), id="days, which Go has not"),
        pytest.param(":22", timedelta(seconds=22), id="a clock's seconds"),
        pytest.param("1:24", timedelta(seconds=84), id="a clock's minutes and seconds"),
        pytest.param("1:02:03", timedelta(seconds=3723), id="a clock's hours"),
        pytest.param("PT1H30M", timedelta(minutes=90), id="ISO 8601"),
        pytest.param("P1DT2H", timedelta(hours=26), id="ISO 8601 with days"),
        pytest.param("-5m", timedelta(minutes=-5), id="negative"),
        pytest.param("0", timedelta(), id="none at all"),
    ],
)
def test_a_duration(text: str, expected: timedelta) -> None:
    assert duration(text) == expected


@pytest.mark.parametrize("text", ["", "soon", "5", "1 fortnight", "P", "PT", "1h!", "9" * 40 + " weeks"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected a duration"):
        duration(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("2026-01-31T12:00:00Z", datetime(2026, 1, 31, 12, tzinfo=UTC), id="ISO 8601"),
        pytest.param("2026-01-31T12:00:00+02:00", datetime(2026, 1, 31, 10, tzinfo=UTC), id="with an offset"),
        pytest.param("2026-01-31T12:00:00", datetime(2026, 1, 31, 12, tzinfo=UTC), id="without a time zone it is UTC"),
        pytest.param("2026-01-31 12:00", datetime(2026, 1, 31, 12, tzinfo=UTC), id="with a space"),
        pytest.param("2026-01-31", datetime(2026, 1, 31, tzinfo=UTC), id="a date is its midnight"),
        pytest.param("now", NOW, id="now"),
        pytest.param("today", datetime(2026, 3, 4, tzinfo=UTC), id="today is its midnight"),
        pytest.param("now - 1 day", NOW - timedelta(days=1), id="before now"),
        pytest.param("today + 1h30m", datetime(2026, 3, 4, 1, 30, tzinfo=UTC), id="after today"),
        pytest.param("2026-01-31 - 1d", datetime(2026, 1, 30, tzinfo=UTC), id="before a date"),
    ],
)
def test_a_moment(text: str, expected: datetime) -> None:
    assert moment(text, now=NOW) == expected


@pytest.mark.parametrize("text", ["", "yesterday", "2026-02-30", "now - soon", "0001-01-01 - 2 days"])
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(ValueError):
        moment(text, now=NOW)
