"""A statsd server for tests: appends each line of each datagram to a file, so that a test can read what was sent.

Run as a script of its own, by path, with nothing but the standard library: `statsd_sink.py HOST PORT FILE`.
"""

from __future__ import annotations

import socket
import sys
from pathlib import Path


def serve(host: str, port: int, log: Path) -> None:
    """Receive for ever; unbuffered, since a test reads the file right after the sender has ended."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver, log.open("ab", buffering=0) as out:
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        receiver.bind((host, port))
        while True:
            if lines := receiver.recv(65536).strip():
                out.write(lines + b"\n")


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
