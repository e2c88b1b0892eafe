"""A way to fronts that cuts one call at a chosen byte, as a proxy does that is restarted, or that a time limit ends."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

_CHUNK = 65_536


@dataclass(kw_only=True)
class Line:
    """One connection through the relay, and how many bytes have passed. `left`: how many more may pass each way before it is cut."""

    ends: tuple[socket.socket, socket.socket]
    passed: dict[str, int] = field(default_factory=lambda: {"up": 0, "down": 0})
    left: dict[str, int] = field(default_factory=dict)

    def pass_on(self, way: str) -> None:
        """Until it ends, or is cut."""
        source, target = self.ends if way == "up" else self.ends[::-1]
        with contextlib.suppress(OSError):
            while data := source.recv(_CHUNK):
                data, cut = self._allowed(data, way)
                target.sendall(data)
                self.passed[way] += len(data)
                if cut:
                    self.reset()
                    return
            target.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Cut it, without a goodbye."""
        for end in self.ends:
            with contextlib.suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _allowed(self, data: bytes, way: str) -> tuple[bytes, bool]:
        left = self.left.get(way)
        if left is None:
            return data, False
        self.left[way] = left - len(data)
        return (data, False) if len(data) < left else (data[:left], True)


class Relay:
    """Passes connections on: the first one to the first of `upstreams`, the next one to the next, and so on in turn."""

    def __init__(self, upstreams: Sequence[str]) -> None:
        self._upstreams, self._server = upstreams, socket.create_server(("127.0.0.1", 0))
        self.lines: list[Line] = []
        self.address = f"127.0.0.1:{self._server.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_after(self, way: str, count: int) -> None:
        """Cut the newest connection once `count` more bytes have passed `way`: up to the front, or down to the client."""
        self.lines[-1].left[way] = count

    def close(self) -> None:
        """Accept no more."""
        self._server.close()
        for line in self.lines:
            line.reset()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
                host, _, port = self._upstreams[len(self.lines) % len(self._upstreams)].rpartition(":")
                front = socket.create_connection((host, int(port)))
            except OSError:
                return
            line = Line(ends=(client, front))
            self.lines.append(line)
            for way in ("up", "down"):
                threading.Thread(target=line.pass_on, args=(way,), daemon=True).start()


@contextmanager
def relay(*upstreams: str) -> Iterator[Relay]:
    """One for the time of a test."""
    found = Relay(upstreams)
    try:
        yield found
    finally:
        found.close()
