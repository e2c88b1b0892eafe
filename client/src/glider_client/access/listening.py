"""What listens for others' HTTP requests: a socket, and a protocol that leaves clients that send no whole head in time."""

from __future__ import annotations

import asyncio
import socket

from uvicorn.protocols.http.h11_impl import H11Protocol

#: The seconds that a connection may take to send the head of a request, and the bytes that it may have: tokens are long.
_HEAD_LASTS = 15.0
HEAD_BYTES = 32 * 1024


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
