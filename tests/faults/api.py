"""The API server as tests call it many times a second: dicts in, dicts out, and no kubectl in between."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import urllib3
from kubernetes import client, config

MERGE_PATCH = "application/merge-patch+json"


class ApiError(Exception):
    """An answer that is none of 2xx and 404."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status


class Api:
    """The API server of a kubeconfig. Threads may share it."""

    def __init__(self, kubeconfig: Path) -> None:
        configuration = client.Configuration()
        config.load_kube_config(str(kubeconfig), client_configuration=configuration)
        self._host = configuration.host
        self._pool: urllib3.PoolManager = client.ApiClient(configuration).rest_client.pool_manager

    def get(self, path: str) -> Any:
        """What is there, or None."""
        return self.call("GET", path)

    def items(self, path: str) -> list[dict[str, Any]]:
        """The items of a list."""
        items: list[dict[str, Any]] = (self.call("GET", path) or {}).get("items", [])
        return items

    def create(self, path: str, body: dict[str, Any]) -> Any:
        return self.call("POST", path, body)

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        """What is there after a merge patch; None if nothing is."""
        return self.call("PATCH", path, body, content_type=MERGE_PATCH)

    def delete(self, path: str, *, grace: int | None = None) -> None:
        """Deletes what is there, if it is."""
        self.call("DELETE", path, {} if grace is None else {"gracePeriodSeconds": grace})

    def watch(self, path: str, *, version: str) -> Iterator[dict[str, Any]]:
        """The events since that resource version, until the API server ends the watch."""
        url = f"{self._host}{path}?watch=true&timeoutSeconds=60&resourceVersion={version}"
        limits = urllib3.Timeout(connect=5, read=70)
        response = self._pool.request("GET", url, preload_content=False, retries=False, timeout=limits)
        try:
            if response.status != 200:
                raise ApiError(response.status, response.data.decode(errors="replace")[:500])
            line = b""
            for chunk in response.stream(None):
                *lines, line = (line + chunk).split(b"\n")
                yield from map(json.loads, lines)
        finally:
            response.close()

    def call(self, method: str, path: str, body: dict[str, Any] | None = None, *, content_type: str = "application/json") -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": content_type}
        while (response := self._pool.request(method, self._host + path, body=data, headers=headers, retries=False)).status == 429:
            time.sleep(0.1)  # a CRD is new, and its storage not ready
        if response.status == 404:
            return None
        if not 200 <= response.status < 300:
            raise ApiError(response.status, response.data.decode(errors="replace")[:500])
        return json.loads(response.data)
