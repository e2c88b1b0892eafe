"""The HTTP server around the application: uvicorn, with clients bounded in time, and an end that open streams don't hold up."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any, NoReturn

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

#: The seconds that a connection may take to send the head of a request, and the bytes that it may have: tokens are long.
_HEAD_LASTS = 15.0
_HEAD_BYTES = 32 * 1024
#: The seconds that requests may go on for when the process is to end.
_GRACE = 3


class PatientOnce(H11Protocol):
    """HTTP/1.1, where a connection that sends no whole head in time is closed: it would be held open for ever otherwise."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """As asyncio calls it."""
        super().connection_made(transport)  # type: ignore[arg-type]
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """As asyncio calls it."""
        self._head_came()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """What has come so far is one head, or part of one."""
        requests = self.cycle
        super().handle_events()
        if self.cycle is not requests:
            self._head_came()

    def on_response_complete(self) -> None:
        """The next head is awaited, for as long as connections are kept."""
        super().on_response_complete()
        if not self.transport.is_closing() and self.cycle.response_complete:
            self._expect_head()

    def _expect_head(self) -> None:
        self._head_came()
        self._deadline = self.loop.call_later(_HEAD_LASTS, self.transport.close)

    def _head_came(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class Server(uvicorn.Server):
    """Uvicorn's server, which ends its streams first, and isn't killed by the signal that it has obeyed."""

    def __init__(self, app: Starlette) -> None:
        config: dict[str, Any] = {"lifespan": "off", "ws": "none", "log_config": None, "access_log": False, "server_header": False}
        config |= {"http": PatientOnce, "h11_max_incomplete_event_size": _HEAD_BYTES, "timeout_graceful_shutdown": _GRACE}
        # The peer is who it is: what X-Forwarded-For has is anybody's word.
        super().__init__(uvicorn.Config(app, proxy_headers=False, **config))
        self._end_streams: Callable[[], None] = app.state.open_streams.close

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, and let other requests finish."""
        self._end_streams()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Without raising them again in the end, as uvicorn does."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        former = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A second signal ends it at once."""
        self.force_exit = self.should_exit
        self.should_exit = True


def serve(app: Starlette, listener: socket.socket) -> NoReturn:
    """Serve `app` until a signal comes. The process ends with it: a thread may wait for an API server that doesn't answer."""
    Server(app).run(sockets=[listener])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there; without a host on all addresses of the machine, of IPv6, too.

    Raises:
        OSError: it can't, mostly since the port is in use.
    """
    if host:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    if socket.has_dualstack_ipv6():
        return socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True)
    return socket.create_server(("", port))
