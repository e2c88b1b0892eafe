"""An answer of a pod's own loopback, as a kubelet sends it through a WebSocket: in pieces, on channels."""

from __future__ import annotations

import pytest

from glider_console.health.forwarding import Answer, ForwardingError, request

PORTS = [b"\x00\x91\x1f", b"\x01\x91\x1f"]
HEAD = b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n"


def answer_of(*messages: bytes) -> Answer:
    answer = Answer()
    for message in messages:
        answer.take(message)
    return answer


def test_a_request_is_on_the_data_channel() -> None:
    assert request("/debug", {"limit": "5"}) == b"\x00GET /debug?limit=5 HTTP/1.0\r\nHost: localhost\r\n\r\n"


def test_the_first_message_of_each_channel_is_the_port() -> None:
    answer = Answer()
    assert [answer.take(message) for message in PORTS] == [False, False]


def test_an_answer_is_complete_with_its_last_piece() -> None:
    answer, body = answer_of(*PORTS), b'{"leads": 10}'
    pieces = [b"\x00" + HEAD[:20], b"\x00" + HEAD[20:] + body[:5], b"\x00" + body[5:]]
    assert [answer.take(piece) for piece in pieces] == [False, False, True]
    assert answer.document() == {"leads": 10}


def test_an_answer_may_come_byte_by_byte() -> None:
    answer, whole = answer_of(*PORTS), HEAD + b'{"leads": 10}'
    assert [answer.take(bytes([0, one])) for one in whole] == [False] * (len(whole) - 1) + [True]
    assert answer.document() == {"leads": 10}


def test_an_answer_without_a_length_ends_with_the_connection() -> None:
    answer = answer_of(*PORTS, b"\x00HTTP/1.0 200 OK\r\n\r\n{}")
    assert answer.document() == {}


def test_a_port_that_nobody_listens_at_is_an_error() -> None:
    with pytest.raises(ForwardingError, match="connection refused"):
        answer_of(*PORTS, b"\x01dial tcp4 127.0.0.1:8081: connect: connection refused")


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        pytest.param(b"", "doesn't answer by HTTP", id="nothing"),
        pytest.param(b"SSH-2.0-x\r\n\r\n", "doesn't answer by HTTP", id="another protocol"),
        pytest.param(b"HTTP/1.0 403 Forbidden\r\n\r\nonly by the loopback\n", "it answers 403: only by the loopback", id="a refusal"),
        pytest.param(b"HTTP/1.0 200 OK\r\n\r\nok", "the answer is no JSON", id="no JSON"),
        pytest.param(b"HTTP/1.0 200 OK\r\n\r\n" + b"[" * 100_000, "the answer is no JSON", id="depth without end"),
        pytest.param(b"HTTP/1.0 200 OK\r\n\r\n[NaN]", "the answer is no JSON", id="a number that JSON doesn't have"),
        pytest.param(b'HTTP/1.0 200 OK\r\n\r\n["\\ud800"]', "the answer is no JSON", id="half of a character"),
    ],
)
def test_what_is_no_document_is_an_error(message: bytes, problem: str) -> None:
    with pytest.raises(ForwardingError, match=problem):
        answer_of(*PORTS, b"\x00" + message).document()


def test_an_answer_that_never_ends_is_an_error() -> None:
    answer = answer_of(*PORTS)
    with pytest.raises(ForwardingError, match="more than 2 MiB"):
        for _ in range(3):
            answer.take(b"\x00" + bytes(2**20))
