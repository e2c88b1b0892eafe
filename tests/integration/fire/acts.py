"""Several stages that play at the same time: what an operator does is mostly to wait, and to start it is most of the work."""

from __future__ import annotations

import queue
import traceback
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias, TypeVar

import pytest

from tests.integration.fire.stage import Stage

T = TypeVar("T")
K = TypeVar("K")

Act: TypeAlias = Callable[[Stage], T]


def chosen(request: pytest.FixtureRequest, parameter: str, **others: Any) -> list[Any]:
    """The values of a parameter of the module's tests that are to run, and have `others`: what is played once for them needs no more."""
    items = [item for item in request.session.items if isinstance(item, pytest.Function) and item.module is request.module]
    parameters = [item.callspec.params for item in items if hasattr(item, "callspec")]
    wanted = [one for one in parameters if parameter in one and all(one.get(name) is value for name, value in others.items())]
    return list({repr(one[parameter]): one[parameter] for one in wanted}.values())


class Lanes:
    """Stages that aren't busy."""

    def __init__(self, stages: Sequence[Stage]) -> None:
        self._count = len(stages)
        self._free: queue.SimpleQueue[Stage] = queue.SimpleQueue()
        for stage in stages:
            self._free.put(stage)

    def play(self, acts: Mapping[K, Act[T]]) -> dict[K, T | str]:
        """What each act returns, or the traceback of how it failed."""
        with ThreadPoolExecutor(self._count) as pool:
            coming = {key: pool.submit(self._play, act) for key, act in acts.items()}
            return {key: future.result() for key, future in coming.items()}

    def _play(self, act: Act[T]) -> T | str:
        stage = self._free.get()
        try:
            stage.reset()
            return act(stage)
        except Exception:
            return traceback.format_exc()
        finally:
            stage.reset()
            self._free.put(stage)
