"""An API server of a few dictionaries, behind the operator's own Transport."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from glider_core.kube.errors import AlreadyExists, Conflict, KubeError, NotFound, Rejected
from glider_core.kube.requests import Request


class Clock:
    """Seconds, as the test sets them."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class FakeCluster:
    """Keeps pods and executions, and what was asked of it. An error in `failing` answers its (verb, resource), once.

    `graceful`: pods that are deleted stay for a while, as on a node. `wrong` says what is wrong with a status.
    """

    def __init__(self) -> None:
        self.pods: dict[str, dict[str, Any]] = {}
        self.executions: dict[str, dict[str, Any]] = {}
        self.templates: dict[str, dict[str, Any]] = {}
        self.calls: list[tuple[str, str]] = []
        self.events: list[str] = []
        self.told: list[dict[str, Any]] = []
        self.warnings: list[dict[str, Any]] = []
        self.graceful = False
        self.failing: dict[tuple[str, str], KubeError] = {}
        self.wrong: Callable[[dict[str, Any]], str] = lambda status: ""
        self.version = {"major": "1", "minor": "34"}
        self._version = 1000

    async def send(self, request: Request) -> dict[str, Any]:
        call = (request.verb, request.resource)
        self.calls.append(call)
        if call in self.failing:
            raise self.failing.pop(call)
        body, name = copy.deepcopy(request.body or {}), request.path.split("/")[-1]
        match call:
            case ("create", "pods"):
                return self._create_pod(body)
            case ("get", "pods"):
                if name not in self.pods:
                    raise NotFound(name)
                return self.pods[name]
            case ("get", "taskexecutions"):
                if name not in self.executions:
                    raise NotFound(name)
                return copy.deepcopy(self.executions[name])
            case ("get", "tasktemplates"):
                if name not in self.templates:
                    raise NotFound(name)
                return self.templates[name]
            case ("delete", "pods"):
                if name not in self.pods:
                    raise NotFound(name)
                return self._end_pod(name) if self.graceful else self.pods.pop(name)
            case ("get", "version"):
                return self.version
            case ("list", "events"):
                return {"items": self.warnings}
            case ("delete", "taskexecutions"):
                return self.executions.pop(name)
            case ("patch", "taskexecutions/status"):
                return self._patch(request.path.split("/")[-2], body)
            case ("create", "events"):
                self.events.append(body["reason"])
                self.told.append(body)
                return body
        raise AssertionError(call)

    @property
    def writes(self) -> list[tuple[str, str]]:
        return [call for call in self.calls if call[0] != "get" and call[1] != "events"]

    def _end_pod(self, name: str) -> dict[str, Any]:
        self._version += 1
        self.pods[name]["metadata"] |= {"deletionTimestamp": "2026-01-31T12:01:00Z", "resourceVersion": str(self._version)}
        return copy.deepcopy(self.pods[name])

    def _create_pod(self, body: dict[str, Any]) -> dict[str, Any]:
        name = body["metadata"]["name"]
        if name in self.pods:
            raise AlreadyExists(name)
        body["metadata"] |= {"uid": f"uid-of-{name}", "creationTimestamp": "2026-01-31T12:00:01Z"}
        self.pods[name] = body | {"status": {"phase": "Pending"}}
        return self.pods[name]

    def _patch(self, name: str, body: Any) -> dict[str, Any]:
        execution = self.executions[name]
        if isinstance(body, list):  # a JSON patch
            version, status = (change["value"] for change in body)
        else:
            version = body["metadata"].get("resourceVersion", execution["metadata"]["resourceVersion"])
            status = merged(execution.get("status", {}), body["status"])
        if version != execution["metadata"]["resourceVersion"]:
            raise Conflict("the object has been modified")
        if why := self.wrong(status):
            raise Rejected(why)
        self._version += 1
        execution["metadata"]["resourceVersion"] = str(self._version)
        execution["status"] = status
        return copy.deepcopy(execution)


def merged(document: Any, patch: Any) -> Any:
    """`document` with a JSON merge patch: what is null in it goes."""
    if not isinstance(patch, dict):
        return patch
    document = document if isinstance(document, dict) else {}
    named = {name: merged(document.get(name), value) for name, value in patch.items() if value is not None}
    return {name: value for name, value in document.items() if name not in patch} | named
