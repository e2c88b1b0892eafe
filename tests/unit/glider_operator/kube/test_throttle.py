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
