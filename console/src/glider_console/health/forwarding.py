"""HTTP through Kubernetes' port-forward, whose WebSocket carries a pod's own loopback.

The operator shows /debug to nobody else. The protocol is that of kubelets, v4.channel.k8s.io: the first byte of each message is its
channel, 0 for the port's data and 1 for errors; the first message of each channel is the port's number.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

PROTOCOL = "v4.channel.k8s.io"
_DATA, _ERROR = 0, 1
_END_OF_HEAD = b"\r\n\r\n"
#: What /debug shows takes a small part of it.
_MOST = 2 * 2**20


class ForwardingError(Exception):
    """The pod's port gave no answer. The text is for people."""


def request(path: str, query: Mapping[str, str]) -> bytes:
    """The message that asks for `path`. By HTTP/1.0 the answer comes in one piece, and then the connection ends."""
    target = f"{path}?{urlencode(query)}" if query else path
    return bytes([_DATA]) + f"GET {target} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode()


@dataclass(kw_only=True, slots=True)
class Answer:
    """Gathers an answer from the messages of a WebSocket."""

    _received: bytearray = field(default_factory=bytearray)
    _searched: int = 0
    _ends: int | None = None
    _opened: set[int] = field(default_factory=set)

    def take(self, message: bytes) -> bool:
        """Take the next message. Return whether the answer is complete.

        Raises:
            ForwardingError: the port can't be reached, or sends too much.
        """
        channel, data = message[0] if message else -1, message[1:]
        if channel not in self._opened:
            self._opened.add(channel)
            data = data[2:]
        if channel == _ERROR and data:
            raise ForwardingError(data.decode(errors="replace").strip())
        if channel == _DATA:
            self._received += data
        if len(self._received) > _MOST:
            raise ForwardingError(f"the answer has more than {_MOST >> 20} MiB")
        if self._ends is None:
            head = self._received.find(_END_OF_HEAD, max(0, self._searched - len(_END_OF_HEAD)))
            self._searched = len(self._received)
            self._ends = head + len(_END_OF_HEAD) + _length(bytes(self._received[:head])) if head >= 0 else None
        return self._ends is not None and len(self._received) >= self._ends

    def document(self) -> Any:
        """The answer, which is JSON that can be passed on: whoever may run a pod has written it.

        Raises:
            ForwardingError: it is something else.
        """
        head, _, body = bytes(self._received).partition(_END_OF_HEAD)
        status = head.split(b"\r\n")[0].split(b" ")
        if len(status) < 2 or not status[0].startswith(b"HTTP/"):
            raise ForwardingError("the port doesn't answer by HTTP")
        if status[1] != b"200":
            raise ForwardingError(f"it answers {status[1].decode(errors='replace')}: {body[:200].decode(errors='replace').strip()}")
        try:
            document = json.loads(body)
            json.dumps(document, ensure_ascii=False, allow_nan=False).encode()  # as it is passed on
        except (ValueError, RecursionError) as error:
            raise ForwardingError("the answer is no JSON") from error
        return document


def _length(head: bytes) -> int:
    """The length of the body; more than any where none is announced: then the end of the connection ends it."""
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit() and len(value) < 20:
            return int(value)
    return _MOST
