"""Durations as people write them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from glider.wire.durations import format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("5m", 300), ("1h30m", 5400), ("1.5s", 1.5), ("250ms", 0.25), ("7us", 7e-6), ("0", 0), ("-1m", -60)]
)
def test_it_reads(text: str, seconds: float):
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "90", "s", "1 h", "5m later", "1d"])
def test_it_refuses(text: str):
    with pytest.raises(ValueError, match="expected a duration"):
        parse_duration(text)


@pytest.mark.parametrize(("seconds", "text"), [(5400, "5400s"), (1.5, "1.5s"), (0, "0s"), (1e-6, "0.000001s")])
def test_it_writes_as_proto_json_does(seconds: float, text: str):
    assert format_duration(timedelta(seconds=seconds)) == text
