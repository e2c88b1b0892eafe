"""Sends a request with the kubernetes client's configuration and credentials.

Bodies are dicts and answers bytes: the client's typed models would cost more CPU than the whole reconcile. Calls run in
threads of their own, so that a slow API server doesn't starve whatever else uses the loop's default pool. Retrying is the
work queue's business, so urllib3's own retries are off: they would hide a 429 and its Retry-After.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import urllib3
from kubernetes import client, config

from glider_operator.kube import metrics
from glider_operator.kube.errors import Unavailable, error_of
from glider_operator.kube.requests import Request
from glider_operator.kube.throttle import TokenBucket

_TIMEOUT = (10, 30)


class Transport(Protocol):
    """Whatever can carry a request to an API server."""

    async def send(self, request: Request) -> dict[str, Any]:
        """The answer to `request`, or a KubeError."""


class ClientTransport:
    """A Transport over the kubernetes client. `fence` is asked right before each write, and raises where it may not be."""

    def __init__(
        self,
        api_client: client.ApiClient,
        *,
        throttle: TokenBucket,
        threads: int,
        fence: Callable[[], None] = lambda: None,
        timeout: tuple[float, float] = _TIMEOUT,
    ) -> None:
        self._api_client = api_client
        self._throttle = throttle
        self._fence = fence
        self._timeout = urllib3.Timeout(connect=timeout[0], read=timeout[1])
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="kube")

    async def send(self, request: Request) -> dict[str, Any]:
        """The answer to `request`, or a KubeError."""
        before = time.monotonic()
        await self._throttle.take(spare=request.spare)
        started = time.monotonic()
        metrics.THROTTLED.inc(started - before)
        code = "error"
        try:
            status, headers, body = await asyncio.get_running_loop().run_in_executor(self._pool, self._call, request)
            code = str(status)
        finally:
            metrics.REQUESTS.labels(request.verb, request.resource, code).inc()
            metrics.DURATION.labels(request.verb, request.resource).observe(time.monotonic() - started)
        if not 200 <= status < 300:
            raise error_of(status, body, headers=headers)
        answer: dict[str, Any] = json.loads(body)
        return answer

    async def drain(self, *, timeout: float) -> bool:
        """Begin no more calls, and wait for those on their way. Whether all have ended in time."""
        ended = asyncio.get_running_loop().run_in_executor(None, partial(self._pool.shutdown, wait=True, cancel_futures=True))
        done, _ = await asyncio.wait([ended], timeout=timeout)
        return bool(done)

    def close(self) -> None:
        """Let go of threads and connections."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._api_client.close()  # type: ignore[no-untyped-call]

    def _call(self, request: Request) -> tuple[int, Mapping[str, str], bytes]:
        configuration = self._api_client.configuration
        if request.writes:
            self._fence()  # here and not before: a call may have waited for the throttle and for a thread
        headers = {"Accept": request.accept, "Content-Type": request.content_type, "User-Agent": "glider-operator"}
        # refreshes a token that is about to expire, too
        self._api_client.update_params_for_auth(headers, [], ["BearerToken"], request.path, request.method, request.body)
        try:
            response = self._api_client.rest_client.pool_manager.request(
                request.method,
                f"{configuration.host}{request.target}",
                body=None if request.body is None else json.dumps(request.body).encode(),
                headers=headers,
                timeout=self._timeout,
                retries=False,
            )
        except urllib3.exceptions.HTTPError as error:
            raise Unavailable(f"no answer from {configuration.host}: {error}") from error
        return response.status, response.headers, response.data


def api_client(*, kubeconfig: Path | None, connections: int) -> client.ApiClient:
    """A client for the cluster in `kubeconfig`; without one, for the cluster that we are in, or else the default kubeconfig's."""
    configuration = client.Configuration()
    if kubeconfig is not None:
        config.load_kube_config(str(kubeconfig), client_configuration=configuration)  # type: ignore[no-untyped-call]
    else:
        try:
            config.load_incluster_config(client_configuration=configuration)  # type: ignore[no-untyped-call]
        except config.ConfigException:
            config.load_kube_config(client_configuration=configuration)  # type: ignore[no-untyped-call]
    configuration.connection_pool_maxsize = connections
    return client.ApiClient(configuration)
