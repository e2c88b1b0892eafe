"""Ports for servers of the tests' own: nobody else takes one between its choice and its use, nor while its server is down."""

from __future__ import annotations

import random
import socket
from contextlib import ExitStack

#: Below those that systems give to connections on their way out, of which tests side by side have many at any moment.
RANGE = range(20_000, 32_000)


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nobody listens on now; the sockets are held together, so that no port comes twice."""
    ports: list[int] = []
    with ExitStack() as held:
        for port in random.SystemRandom().sample(RANGE, len(RANGE)):
            try:
                held.enter_context(socket.create_server(("127.0.0.1", port)))
            except OSError:
                continue
            ports.append(port)
            if len(ports) == count:
                return ports
    raise OSError(f"fewer than {count} ports are free")
