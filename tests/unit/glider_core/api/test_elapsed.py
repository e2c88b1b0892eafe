"""A clock that nobody sets and that goes on while the machine sleeps."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable
from typing import Any

import pytest

from glider_core.api import elapsed as module
from glider_core.api.elapsed import elapsed
from glider_core.kube.clock import ServerClock
from glider_core.kube.credentials import Credentials
from glider_operator.controller.references import References
from glider_operator.leaderelection.elector import Elector
from glider_operator.leaderelection.fence import Deposed, Fence


def test_it_is_linux_time_since_the_boot():
    assert abs(elapsed() - time.clock_gettime(time.CLOCK_BOOTTIME)) < 60
    before = elapsed()
    assert elapsed() >= before


def test_where_there_is_no_such_clock_the_monotonic_one_has_to_do(monkeypatch):
    monkeypatch.delattr(time, "CLOCK_BOOTTIME")
    assert not module._clock_that_works()


def test_a_machine_that_slept_may_not_write_when_it_wakes_up(monkeypatch):
    asleep = 0.0
    monkeypatch.setattr(module, "_read", lambda: time.monotonic() + asleep)
    fence = Fence()
    fence.extend(elapsed() + 15)
    fence.check()
    asleep = 3_600
    with pytest.raises(Deposed):
        fence.check()


@pytest.mark.parametrize(
    ("what", "argument"),
    [(Fence, "clock"), (Elector, "clock"), (Credentials, "clock"), (References, "clock"), (ServerClock, "monotonic")],
)
def test_what_may_not_be_believed_for_too_long_goes_by_it(what: Callable[..., Any], argument: str):
    assert inspect.signature(what).parameters[argument].default is elapsed
