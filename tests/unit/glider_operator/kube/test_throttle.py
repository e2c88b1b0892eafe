"""The operator's share of the API server."""

from __future__ import annotations

import pytest

from glider_operator.kube.throttle import TokenBucket


def test_a_burst_goes_through_and_then_qps_a_second():
    now = 0.0
    bucket = TokenBucket(qps=10, burst=3, clock=lambda: now)
    assert [bucket.reserve() for _ in range(3)] == [0, 0, 0]
    assert bucket.reserve() == pytest.approx(0.1)
    assert bucket.reserve() == pytest.approx(0.2)
    now = 10.0
    assert [bucket.reserve() for _ in range(3)] == [0, 0, 0]
    assert bucket.reserve() > 0


def test_what_may_be_left_undone_takes_a_token_only_where_there_is_one():
    now = 0.0
    bucket = TokenBucket(qps=10, burst=2, clock=lambda: now)
    assert [bucket.try_take() for _ in range(3)] == [True, True, False]
    assert not bucket.has_token
    now = 0.1
    assert bucket.has_token
    assert [bucket.try_take() for _ in range(2)] == [True, False]
