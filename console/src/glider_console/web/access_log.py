"""A log line for each request: who asked for what, and how it went. Never what a query or a body holds: there may be tokens in it."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from glider_console.access.viewer import Viewer
from glider_console.web.middleware import PROBES

logger = logging.getLogger(__name__)

_LONGEST = 500


class AccessLog:
    """Logs each request when it has been answered; probes only where everything is logged."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, began = 0, time.perf_counter()

        async def noted(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            request = request_in(scope) | {"status": status, "milliseconds": round((time.perf_counter() - began) * 1000)}
            words = " ".join(map(str, request.values()))
            logger.log(logging.DEBUG if scope["path"] in PROBES else logging.INFO, "%s", words, extra={"request": request})


def request_in(scope: Scope) -> dict[str, Any]:
    """Viewer, method and path. The path is as it was sent, so that it can't forge a line; what the query holds is left out."""
    viewer = scope.get("state", {}).get("viewer")
    name = viewer.name if isinstance(viewer, Viewer) else ""
    path = scope.get("raw_path", b"").partition(b"?")[0].decode("ascii", errors="backslashreplace")
    return {"viewer": _printable(name) or "-", "method": scope["method"], "path": path[:_LONGEST]}


def _printable(text: str) -> str:
    return "".join(one if one.isprintable() else "?" for one in text[:_LONGEST])


def subject_of(record: logging.LogRecord) -> Mapping[str, Any]:
    """What a line is about, for logs in JSON."""
    found: Mapping[str, Any] = getattr(record, "request", {})
    return found
