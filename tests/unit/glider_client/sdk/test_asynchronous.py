"""Waiting in asyncio: in slices, so that whoever stops waiting leaves no thread behind for long. The execution is a script here."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, cast

import pytest

from glider_client.cluster.errors import UnreachableError
from glider_client.sdk import asynchronous
from glider_client.sdk.asynchronous import AsyncExecution, Threads
from glider_client.sdk.execution import Execution
from glider_client.sdk.failures import WaitTimeoutError

RUNNING = {"metadata": {"name": "hello"}, "status": {"phase": "Running"}}
UNREACHABLE = UnreachableError("no answer")


class Script:
    """An execution: each wait ends as the next step does. A step that isn't there is a slice in which nothing happens."""

    def __init__(self, *steps: Exception | None) -> None:
        self._steps = list(steps)
        self.slices: list[float] = []

    def wait(self, timeout: float) -> Script:
        self.slices.append(timeout)
        step = self._steps.pop(0) if self._steps else waited()
        if step is not None:
            raise step
        return self

    def result(self) -> int:
        return 42


def waited(cause: Exception | None = None) -> WaitTimeoutError:
    error = WaitTimeoutError(RUNNING, 5.0)
    error.__cause__ = cause
    return error


def execution(script: Script) -> AsyncExecution[int]:
    return AsyncExecution(cast(Execution[int], script), Threads())


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param([None], id="at once"),
        pytest.param([waited(), waited(), None], id="after some slices"),
        pytest.param([waited(UNREACHABLE), waited(), None], id="while the API server restarts"),
    ],
)
async def test_an_execution_is_awaited(steps: Sequence[Exception | None]):
    script = Script(*steps)
    assert await execution(script) == 42
    assert script.slices == [5.0] * len(steps)


async def test_it_takes_longer_than_it_may():
    script = Script()
    with pytest.raises(WaitTimeoutError, match=r"^hello is Running after 0\.01 s, and goes on$"):
        await execution(script).wait(timeout=0.01)
    assert max(script.slices) <= 0.01


async def test_an_api_server_that_does_not_answer_for_long_is_an_error(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(asynchronous, "PATIENCE", -1.0)
    with pytest.raises(UnreachableError):
        await execution(Script(waited(UNREACHABLE))).wait()


async def test_whoever_stops_waiting_leaves_it_to_itself():
    waiting: asyncio.Task[Any] = asyncio.ensure_future(execution(Script()).result())
    await asyncio.sleep(0)  # it begins
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
