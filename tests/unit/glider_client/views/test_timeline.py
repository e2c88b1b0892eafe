"""Attempts as bars."""

from __future__ import annotations

from datetime import timedelta

import pytest

from glider_client.views.timeline import Span, lines, spans_of
from tests.unit.glider_core.builders import T0, execution_body


def at(seconds: float | None):
    return None if seconds is None else T0 + timedelta(seconds=seconds)


def span(number: int, began: float, started: float | None, ended: float | None, reason: str = "") -> Span:
    return Span(number=number, reason=reason, began=at(began), started=at(started), ended=at(ended))


@pytest.mark.parametrize(
    ("spans", "now", "expected"),
    [
        pytest.param([], 0, [], id="no attempt yet"),
        pytest.param(
            [span(0, 0, 2, 10, "OOMKilled"), span(1, 10, 12, 20, "Completed")],
            99,
            [
                "      0s               20s",
                "  0   ░░████████            waited 2s, ran 8s  OOMKilled",
                "  1             ░░████████  waited 2s, ran 8s  Completed",
            ],
            id="two that have ended, on one scale",
        ),
        pytest.param(
            [span(0, 0, 10, None)],
            20,
            ["      0s               20s", "  0   ░░░░░░░░░░██████████  waited 10s, ran 10s  and goes on"],
            id="runs",
        ),
        pytest.param(
            [span(0, 0, None, None)],
            20,
            ["      0s               20s", "  0   ░░░░░░░░░░░░░░░░░░░░  waited 20s, has not run  and waits"],
            id="waits",
        ),
        pytest.param(
            [span(0, 0, 0, 0), span(1, 100, 100, 200)],
            200,
            [
                "      0s             3m20s",
                "  0   █                     waited 0s, ran 0s",
                "  1             ██████████  waited 0s, ran 1m40s",
            ],
            id="one that is too short for the scale is seen all the same",
        ),
    ],
)
def test_bars(spans, now, expected):
    assert list(lines(spans, now=at(now), width=20)) == expected


def test_attempts_on_record():
    attempts = [
        {"number": 3, "queuedTime": "2026-01-31T12:00:00Z", "startTime": "2026-01-31T12:00:02Z", "completionTime": "2026-01-31T12:00:05Z"},
        {"number": 4, "reason": "Cancelled"},
    ]
    first, second = spans_of(execution_body(status={"attempts": attempts}))
    assert (first.number, first.began, first.started, first.ended) == (3, at(0), at(2), at(5))
    assert (second.began, second.started, second.reason) == (at(5), None, "Cancelled")
