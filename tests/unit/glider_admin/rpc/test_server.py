"""What the gRPC server takes from clients."""

from __future__ import annotations

from glider_admin.rpc.server import options_of
from glider_admin.settings import Limits

#: flytekit's own: see flytekit.clients.raw.
_CLIENT_PINGS_MS = 30_000


def test_clients_that_ask_whether_the_connection_lives_are_let_to() -> None:
    options = dict(options_of(Limits()))
    assert options["grpc.http2.min_ping_interval_without_data_ms"] < _CLIENT_PINGS_MS
    assert options["grpc.keepalive_permit_without_calls"] == 1


def test_clients_that_are_gone_are_dropped() -> None:
    options = dict(options_of(Limits()))
    assert options["grpc.keepalive_time_ms"] + options["grpc.keepalive_timeout_ms"] <= 120_000
    assert options["grpc.http2.max_pings_without_data"] == 0, "however long they are idle"


def test_messages_have_a_bound_both_ways() -> None:
    options = dict(options_of(Limits(message_bytes=7)))
    assert options["grpc.max_receive_message_length"] == options["grpc.max_send_message_length"] == 7
