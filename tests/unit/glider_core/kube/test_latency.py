"""How slowly the API server answers writes: quick to see that it has become slow, and quick to forget it."""

from __future__ import annotations

import pytest

from glider_core.kube.latency import WriteLatency
from tests.unit.glider_operator.controller.fakes import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def latency(clock: Clock) -> WriteLatency:
    return WriteLatency(clock=clock)


def test_without_a_write_it_is_nothing(latency):
    assert latency.seconds() == 0


def test_a_dozen_slow_writes_are_enough_to_see_that_it_is_slow(latency):
    for _ in range(12):
        latency.observe(1.0)
    assert latency.seconds() == pytest.approx(1.0, abs=0.05)


def test_one_slow_write_among_quick_ones_counts_for_a_quarter(latency):
    latency.observe(1.0)
    assert latency.seconds() == 0.25


def test_without_writes_it_falls_by_half_every_five_seconds(latency, clock):
    latency.observe(4.0)
    clock.now = 5.0
    assert latency.seconds() == pytest.approx(0.5)
    clock.now = 10.0
    assert latency.seconds() == pytest.approx(0.25)
