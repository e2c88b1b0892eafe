"""TaskExecutions as the API server has them, for the tests of what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flyteidl.core import identifier_pb2

from glider_admin.messages.identifiers import Place
from glider_core.api.labels import API_VERSION, EXECUTION_KIND

CREATED = "2026-01-31T12:00:00Z"
PLACE = Place(project="lab", domain="development")
TASK = identifier_pb2.Identifier(resource_type=identifier_pb2.TASK, project="lab", domain="development", name="app.divider", version="v1")


def document(*, status: Mapping[str, Any] | None = None, spec: Mapping[str, Any] | None = None, **metadata: Any) -> dict[str, Any]:
    """The execution f1 of the template divider-1."""
    return {
        "apiVersion": API_VERSION,
        "kind": EXECUTION_KIND,
        "metadata": {"name": "f1", "namespace": "lab-development", "uid": "u-1", "creationTimestamp": CREATED, **metadata},
        "spec": {"taskRef": {"name": "divider-1"}, **(spec or {})},
        "status": dict(status or {}),
    }


def attempt(number: int = 0, **fields: Any) -> dict[str, Any]:
    """One of its attempts, which has started."""
    return {"number": number, "podName": f"f1-{number}", "startTime": "2026-01-31T12:00:10Z", **fields}


def error(**fields: Any) -> dict[str, Any]:
    """Why it failed."""
    return {"code": "USER:RuntimeError", "kind": "NON_RECOVERABLE", "origin": "USER", "message": "ZeroDivisionError: by zero", **fields}
