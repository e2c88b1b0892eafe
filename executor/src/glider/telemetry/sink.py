"""Sends datagrams to one host and delays nobody: a name is resolved in a thread of its own, what is sent before that waits, and
what can't be sent is dropped. A name server that doesn't answer would otherwise hold a task for half a minute.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections import deque
from typing import Any

from glider.telemetry.logs import LOGGER

#: Datagrams that wait for the address; a task that sends more meanwhile loses the oldest.
_MOST_WAITING = 1000
#: Seconds that the end of an attempt waits for an address, when all else is done.
PATIENCE = 0.5


class Sink:
    """One host and port, over UDP."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host.removeprefix("[").removesuffix("]")  # an address of IPv6, as in a URL
        self._port = port
        self._socket: socket.socket | None = None
        self._address: Any = None
        self._start()

    def send(self, data: bytes) -> None:
        """Now, or once the address is known. Raises nothing."""
        if self._pid != os.getpid() and not self._known.is_set():
            self._start()  # forked before the address was known: the thread that asks is the parent's
        with self._lock:
            if not self._known.is_set():
                self._waiting.append(data)
            else:
                self._send(data)

    def flush(self, patience: float = PATIENCE) -> None:
        """Waits for what waits, for so many seconds at most."""
        if self._waiting:
            self._known.wait(patience)

    def _start(self) -> None:
        self._pid = os.getpid()
        self._known = threading.Event()
        self._lock = threading.Lock()
        self._waiting: deque[bytes] = deque(maxlen=_MOST_WAITING)
        try:
            self._open(socket.getaddrinfo(self._host, self._port, type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST)[0])
        except (OSError, UnicodeError):
            self._resolve_aside()

    def _resolve_aside(self) -> None:
        try:
            threading.Thread(target=self._resolve, name="glider-statsd", daemon=True).start()
        except RuntimeError:  # the container's limit of threads; metrics are the least of its problems
            self._open(None)

    def _resolve(self) -> None:
        try:
            found = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_DGRAM)
        except (OSError, UnicodeError) as error:
            LOGGER.warning("statsd at %s:%d can't be resolved, so no metrics are sent: %s", self._host, self._port, error)
            found = []
        self._open(min(found, key=lambda address: address[0] != socket.AF_INET) if found else None)

    def _open(self, found: tuple[int, int, int, str, object] | None) -> None:
        with self._lock:
            if found is not None:
                self._address = found[4]
                with contextlib.suppress(OSError):  # no file handles, or no IPv6 in the kernel
                    self._socket = socket.socket(found[0], socket.SOCK_DGRAM)
                    self._socket.setblocking(False)
            for data in self._waiting:
                self._send(data)
            self._waiting.clear()
            self._known.set()

    def _send(self, data: bytes) -> None:
        if self._socket is None:
            return
        with contextlib.suppress(OSError):  # full, refused or unreachable: metrics aren't worth more
            self._socket.sendto(data, self._address)


_sinks: dict[tuple[str, int], Sink] = {}


def sink(host: str, port: int) -> Sink:
    """The process' only one for this address."""
    if (host, port) not in _sinks:
        _sinks[host, port] = Sink(host, port)
    return _sinks[host, port]


def flush() -> None:
    """Everything that waits."""
    for each in _sinks.values():
        each.flush()
