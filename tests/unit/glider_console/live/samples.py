"""Rows for tests."""

from __future__ import annotations

from typing import Any

from glider_console.live.rows import Row


def row(**fields: Any) -> Row:
    usual: dict[str, Any] = {
        "uid": f"uid-of-{fields.get('name', 'x')}",
        "namespace": "team-a",
        "name": "x",
        "phase": "Running",
        "reason": "",
        "message": "",
        "task": "",
        "version": "",
        "template": "",
        "labels": (),
        "created": 0,
        "started": None,
        "completed": None,
        "attempts": 0,
        "failures": 0,
        "waited": None,
        "node": "",
        "peak_memory": None,
        "memory": None,
        "suspend": False,
        "cancel": False,
    }
    return Row(**usual | fields)
