"""The HTTP server around the application: uvicorn, with clients bounded in time, and an end that open streams don't hold up."""

from __future__ import annotations

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

from glider_client.access.listening import HEAD_BYTES, PatientOnce

#: The seconds that requests may go on for when the process is to end.
_GRACE = 3


class Server(uvicorn.Server):
    """Uvicorn's server, which ends its streams first, and isn't killed by the signal that it has obeyed."""

    def __init__(self, app: Starlette) -> None:
        config: dict[str, Any] = {"lifespan": "off", "ws": "none", "log_config": None, "access_log": False, "server_header": False}
        config |= {"http": PatientOnce, "h11_max_incomplete_event_size": HEAD_BYTES, "timeout_graceful_shutdown": _GRACE}
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
