"""Traces kopf's own calls to the API server, to know whether its watches work, and how its calls end.

kopf reports neither when it has listed everything nor that a watch can't begin. aiohttp's tracing of its session shows both: a watch
begins once everything has been listed. kopf begins the next watch as soon as one has ended: where that was at once and with the same
version, no event has arrived, and the next watch is delayed for a while.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace

import aiohttp
import yarl

from glider_core.kube.watch_state import ENDED_AT_ONCE, WatchState
from glider_operator.telemetry.kube_metrics import OBSERVER


@dataclass(slots=True)
class _Watch:
    """`version`: where the last one that was accepted began; None where the last call was none."""

    state: WatchState
    listed: bool = False
    version: str | None = None


class KopfCalls:
    """The calls for `resources` in `namespaces`; None is everywhere."""

    def __init__(self, resources: Sequence[str], namespaces: Sequence[str | None], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._watches = {
            (resource, namespace): _Watch(WatchState(resource, clock=clock)) for resource in resources for namespace in namespaces
        }

    def problems(self) -> dict[str, str]:
        """By resource and namespace: why it isn't listed yet, or why its watch has not worked for a while; empty if it works."""
        return {
            "/".join(filter(None, (namespace, resource))): self._problem(resource, watch)
            for (resource, namespace), watch in self._watches.items()
        }

    def trace(self) -> aiohttp.TraceConfig:
        """The tracing for kopf's session."""
        config = aiohttp.TraceConfig()
        config.on_request_start.append(self._begins)
        config.on_request_end.append(self._answered)
        config.on_request_exception.append(self._failed)
        return config

    def begins(self, url: yarl.URL) -> float:
        """A call is about to be made. For how many seconds to delay it."""
        verb, resource, namespace = self._described(url)
        watch = self._watches.get((resource, namespace))
        if watch is None or verb != "watch" or watch.version is None:
            return 0.0
        if url.query.get("resourceVersion", "") != watch.version:
            watch.state.received()
        if not watch.state.ended():
            return 0.0
        self._lost(resource, watch, ENDED_AT_ONCE)
        return watch.state.pause()

    def ended(self, url: yarl.URL, *, code: str, problem: str) -> None:
        """A call has been answered, or has failed."""
        verb, resource, namespace = self._described(url)
        OBSERVER.answered(verb, resource, code)
        watch = self._watches.get((resource, namespace))
        if watch is None:
            return
        if problem:
            self._lost(resource, watch, problem)
        elif verb == "watch":
            watch.listed, watch.version = True, url.query.get("resourceVersion", "")
            watch.state.opened()
        elif watch.listed and "continue" not in url.query:
            OBSERVER.watch_restarted(resource, "expired")  # what else kopf lists once more for

    def _problem(self, resource: str, watch: _Watch) -> str:
        if not watch.listed:
            return f"the {resource} haven't been listed yet: {watch.state.last_problem}"
        return watch.state.problem()

    def _lost(self, resource: str, watch: _Watch, problem: str) -> None:
        watch.state.lost(problem)
        watch.version = None
        OBSERVER.watch_restarted(resource, "failed")

    async def _begins(self, _: aiohttp.ClientSession, __: SimpleNamespace, call: aiohttp.TraceRequestStartParams) -> None:
        await asyncio.sleep(self.begins(call.url))

    async def _answered(self, _: aiohttp.ClientSession, __: SimpleNamespace, call: aiohttp.TraceRequestEndParams) -> None:
        status = call.response.status
        self.ended(call.url, code=str(status), problem="" if status == 200 else f"HTTP status {status}")

    async def _failed(self, _: aiohttp.ClientSession, __: SimpleNamespace, call: aiohttp.TraceRequestExceptionParams) -> None:
        if not isinstance(call.exception, asyncio.CancelledError):  # the operator stops
            self.ended(call.url, code="error", problem=str(call.exception) or type(call.exception).__name__)

    def _described(self, url: yarl.URL) -> tuple[str, str, str | None]:
        """Verb, resource and namespace. The API server may be behind a path of its own."""
        verb = "watch" if url.query.get("watch") == "true" else "list"
        match url.parts:
            case (*_, "namespaces", namespace, resource) if (resource, namespace) in self._watches:
                return verb, resource, namespace
            case (*_, resource) if (resource, None) in self._watches:
                return verb, resource, None
            case _:
                return "get", "apis", None  # kopf asks which resources there are
