"""When the thread that moves a task's output rests."""

from __future__ import annotations

import pytest

from glider.supervision.pace import Pace

KIB = 1 << 10


def run(pace: Pace, *, pieces: int, size: int, apart: float, streams: int = 1, start: float = 0.0) -> float:
    """So many pieces, `apart` seconds after each rest; the time after the last."""
    now = start
    for _ in range(pieces):
        now += pace.rest + apart
        pace.moved(size, streams=streams, now=now)
    return now


def test_a_task_that_prints_now_and_then_is_read_at_once():
    pace = Pace(64 * KIB)
    run(pace, pieces=1000, size=80, apart=0.01)
    assert pace.rest == 0
    assert not pace.is_flood


def test_in_a_flood_the_rest_grows_to_its_bound():
    pace = Pace(64 * KIB)
    run(pace, pieces=100, size=80, apart=0.0001)
    assert pace.is_flood
    assert pace.rest == 0.016


def test_what_fills_the_pipe_is_read_at_once():
    pace = Pace(64 * KIB)
    now = run(pace, pieces=100, size=80, apart=0.0001)
    run(pace, pieces=1, size=64 * KIB, apart=0.0001, start=now)
    assert pace.rest == 0


def test_it_stays_short_while_both_streams_have_something():
    pace = Pace(64 * KIB)
    run(pace, pieces=100, size=80, apart=0.0001, streams=2)
    assert pace.rest == 0.0005


@pytest.mark.parametrize("pause", [0.06, 10.0])
def test_a_pause_ends_it(pause: float):
    pace = Pace(64 * KIB)
    now = run(pace, pieces=100, size=80, apart=0.0001)
    run(pace, pieces=1, size=80, apart=pause, start=now)
    assert pace.rest == 0
    assert not pace.is_flood
