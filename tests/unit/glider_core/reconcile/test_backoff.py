"""How long to wait before another attempt."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glider_core.api.fields import LARGEST
from glider_core.reconcile.backoff import wait_before
from glider_core.resolve.resolution import RetryPolicy

POLICY = RetryPolicy(user=9, system=9, initial=timedelta(seconds=5), factor=2.0, longest=timedelta(minutes=5))


@given(failures=st.integers(1, 10_000), seed=st.text())
def test_the_wait_is_never_longer_than_the_limit_and_never_a_fifth_shorter_than_planned(failures, seed):
    planned = min(timedelta(seconds=5) * 2 ** min(failures - 1, 20), timedelta(minutes=5))
    assert 0.8 * planned <= wait_before(POLICY, failures=failures, seed=seed) <= planned


def test_it_is_the_same_whoever_asks_and_another_for_another_execution():
    assert wait_before(POLICY, failures=3, seed="a") == wait_before(POLICY, failures=3, seed="a")
    assert wait_before(POLICY, failures=3, seed="a") != wait_before(POLICY, failures=3, seed="b")


@pytest.mark.parametrize("failures", [1, 2, 65, 10_000, 10**9])
@pytest.mark.parametrize("factor", [1, 1.0000001, 2, 1e3, LARGEST], ids=str)
@pytest.mark.parametrize("initial", [timedelta(microseconds=1), timedelta(seconds=5), timedelta(days=36_500)], ids=str)
@pytest.mark.parametrize("longest", [timedelta(), timedelta(seconds=1), timedelta(minutes=5), timedelta(days=36_500)], ids=str)
def test_whatever_the_configuration_lets_in_can_be_computed(failures, factor, initial, longest):
    policy = replace(POLICY, initial=initial, factor=factor, longest=longest)
    assert timedelta() <= wait_before(policy, failures=failures, seed="a") <= longest
