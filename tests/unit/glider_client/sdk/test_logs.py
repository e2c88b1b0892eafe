"""Which pod's log is an execution's."""

from __future__ import annotations

from typing import Any

import pytest

from glider_client.sdk.logs import latest


def pod(name: str, *, attempt: int, created: str = "2026-01-31T12:00:00Z") -> dict[str, Any]:
    return {"metadata": {"name": name, "creationTimestamp": created, "labels": {"glider.dev/attempt": str(attempt)}}}


@pytest.mark.parametrize(
    ("pods", "name"),
    [
        pytest.param([], None, id="there is none"),
        pytest.param([pod("a", attempt=10), pod("b", attempt=9)], "a", id="that of the latest attempt, by its number"),
        pytest.param([pod("a", attempt=0, created="2026-01-31T12:00:01Z"), pod("b", attempt=0)], "a", id="the last one, after an eviction"),
    ],
)
def test_the_pod_whose_log_is_read(pods: list[dict[str, Any]], name: str | None):
    found = latest(pods)
    assert (found and found["metadata"]["name"]) == name
