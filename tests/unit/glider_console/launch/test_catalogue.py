"""Tasks, with their versions, newest first."""

from __future__ import annotations

from typing import Any

from glider_console.launch.catalogue import tasks_of, versions_in


def row(name: str, task: str, version: str, created: str, namespace: str = "ml", docs: str = "") -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace, "creationTimestamp": created, "annotations": {"glider.dev/description": docs}}
    return {"cells": [name, task, version, "5d"], "object": {"metadata": metadata}}


def table(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"columnDefinitions": [{"name": name} for name in ("Name", "Task", "Version", "Age")], "rows": list(rows)}


def test_versions_are_grouped_by_task_the_newest_first() -> None:
    rows = (
        row("add-1", "app.add", "v1", "2026-01-01T00:00:00Z"),
        row("train-1", "app.train", "v1", "2026-01-02T00:00:00Z"),
        row("add-2", "app.add", "v2", "2026-01-03T00:00:00Z", docs="Adds.\n\nMore."),
        row("add-9", "app.add", "v1", "2026-01-01T00:00:00Z", namespace="other"),
    )
    found = tasks_of(versions_in(table(*rows)))
    assert [(task["namespace"], task["task"], task["docs"], [one["version"] for one in task["versions"]]) for task in found] == [
        ("ml", "app.add", "Adds.", ["v2", "v1"]),
        ("ml", "app.train", "", ["v1"]),
        ("other", "app.add", "", ["v1"]),
    ]


def test_a_template_without_an_identity_is_called_after_itself() -> None:
    rows = row("plain", None, None, "2026-01-01T00:00:00Z")  # type: ignore[arg-type]
    assert [(task["task"], task["versions"]) for task in tasks_of(versions_in(table(rows)))] == [
        ("plain", [{"name": "plain", "version": "", "created": "2026-01-01T00:00:00Z"}])
    ]
