"""What kopf's own calls to the API server tell: whether its watches follow, and how its calls end.

kopf says neither when it has listed everything nor that a watch can't begin. Its calls show both, by aiohttp's tracing of the
session that it is given: a watch begins once everything has been listed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace

import aiohttp
import yarl

from glider_operator.kube.metrics import REQUESTS, WATCH_RESTARTS
from glider_operator.kube.watching import lost_watch


@dataclass(slots=True)
class _Watch:
    """`problem`: what the last call came to, since `lost_at`; empty where it went well."""

    problem: str
    lost_at: float
    listed: bool = False


class KopfCalls:
    """The calls for `resources` in `namespaces`; None is everywhere."""

    def __init__(self, resources: Sequence[str], namespaces: Sequence[str | None], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._watches = {(resource, namespace): _Watch("it hasn't begun", clock()) for resource in resources for namespace in namespaces}

    def problems(self) -> dict[str, str]:
        """What isn't listed yet, or keeps a watch from telling anything for a while; empty where it tells. By where it is watched."""
        return {
            "/".join(filter(None, (namespace, resource))): self._problem(resource, watch)
            for (resource, namespace), watch in self._watches.items()
        }

    def trace(self) -> aiohttp.TraceConfig:
        """To be had by kopf's session."""
        config = aiohttp.TraceConfig()
        config.on_request_end.append(self._answered)
        config.on_request_exception.append(self._failed)
        return config

    def ended(self, url: yarl.URL, *, code: str, problem: str) -> None:
        """A call began to be answered, or wasn't."""
        verb, resource, namespace = self._described(url)
        REQUESTS.labels(verb, resource, code).inc()
        watch = self._watches.get((resource, namespace))
        if watch is None:
            return
        if problem:
            if not watch.problem:
                watch.lost_at = self._clock()
            watch.problem = problem
            WATCH_RESTARTS.labels(resource, "failed").inc()
        elif verb == "watch":
            watch.problem, watch.listed = "", True
        elif watch.listed and "continue" not in url.query:
            WATCH_RESTARTS.labels(resource, "expired").inc()  # what else kopf lists once more for

    def _problem(self, resource: str, watch: _Watch) -> str:
        if not watch.listed:
            return f"the {resource} haven't been listed yet: {watch.problem}"
        return lost_watch(resource, watch.problem, lasts=self._clock() - watch.lost_at)

    async def _answered(self, _: aiohttp.ClientSession, __: SimpleNamespace, call: aiohttp.TraceRequestEndParams) -> None:
        status = call.response.status
        self.ended(call.url, code=str(status), problem="" if status == 200 else f"HTTP status {status}")

    async def _failed(self, _: aiohttp.ClientSession, __: SimpleNamespace, call: aiohttp.TraceRequestExceptionParams) -> None:
        if not isinstance(call.exception, asyncio.CancelledError):  # we end
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
