"""A log as the console streams it, in place of one: without a kubelet no container writes any. tests/e2e has real ones."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import BrowserContext, Page, Route

_BEGAN = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)
_BATCH = 1_000

Line = str | tuple[str, int]


def event(kind: str, data: Any, *, id: str = "") -> str:
    """One event of the stream."""
    return f"event: {kind}\n" + (f"id: {id}\n" if id else "") + f"data: {json.dumps(data)}\n\n"


def time_of(number: int) -> str:
    """When the line of that number was written: one each millisecond."""
    return f"{_BEGAN + timedelta(milliseconds=number):%Y-%m-%dT%H:%M:%S.%f}Z"


def log(lines: Sequence[Line], *, attempt: int = 0, ends: bool = True) -> str:
    """The events of a whole log. A line that is cut is its text and its size."""
    source = {"attempt": attempt, "pod": f"a-{attempt}", "container": "task", "containers": ["glider", "task"]}
    sent = [[time_of(i), *(line if isinstance(line, tuple) else (line,))] for i, line in enumerate(lines)]
    batches = [sent[begin : begin + _BATCH] for begin in range(0, len(sent), _BATCH)]
    parts = [event("lines", batch, id=f"{attempt}/{batch[-1][0]}/1") for batch in batches]
    return "".join([event("source", source), *parts, event("ended", {"message": "", "links": []}) if ends else ""])


def answer_logs(page: Page | BrowserContext, body: str) -> list[str]:
    """Answer each request for a log with `body`; the addresses that were asked for."""
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(status=200, content_type="text/event-stream", body=body)

    page.route("**/logs/stream?*", answer)
    return asked
