"""The reasons that are known beforehand, of which metrics may have a series each."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from glider.outcome.exits import EXITS
from glider_core.api.executor_codes import EXECUTOR_CODES
from glider_core.api.reasons import reason_of
from glider_operator.telemetry.metrics import bounded


def codes_before_the_executor_runs() -> set[str]:
    start = files("glider").joinpath("bundle", "start.py").read_text()
    return set(re.findall(r'refuse\("(\w+)"', start))


def test_the_executors_are_those_that_it_has():
    own = {exit.code for exit in EXITS if reason_of(exit.code, exit.origin) == exit.code}
    assert own | codes_before_the_executor_runs() == EXECUTOR_CODES


@pytest.mark.parametrize("reason", sorted({reason_of(exit.code, exit.origin) for exit in EXITS} | codes_before_the_executor_runs()))
def test_every_end_that_the_executor_has_a_name_for_is_counted_by_it(reason):
    assert bounded(reason) == reason


@pytest.mark.parametrize(
    "reason", ["TerminationByKubelet", "ContainerStatusUnknown", "OutOfcpu", "FailedMount", "NetworkNotReady", "Queued"]
)
def test_so_are_kubernetes_own(reason):
    assert bounded(reason) == reason


@pytest.mark.parametrize("reason", ["MyOwnError", "OutOfexample.com/gpu", "", "x" * 1_000])
def test_what_a_task_or_a_pod_says_has_no_series_of_its_own(reason):
    assert bounded(reason) == "Other"
