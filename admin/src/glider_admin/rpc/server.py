"""The gRPC server: where it listens, and what it takes from clients that are slow, idle, dead or many."""

from __future__ import annotations

import grpc.aio

from glider.wire.jsonform import FieldError
from glider_admin.front import Front
from glider_admin.rpc.services import Services
from glider_admin.settings import Limits
from glider_admin.tls import Certificate

#: Calls at once of all users, those that wait for their turn among them.
_CALLS = 10_000


def options_of(limits: Limits) -> list[tuple[str, int]]:
    """The options of gRPC for these limits."""
    return [
        ("grpc.max_receive_message_length", limits.message_bytes),
        ("grpc.max_send_message_length", limits.message_bytes),
        # tokens of identity providers are long: above the first a call may be refused, above the second it is
        ("grpc.max_metadata_size", 32 * 1024),
        ("grpc.absolute_max_metadata_size", 64 * 1024),
        # flytekit asks every 30 s whether its connection lives, also without calls: GOAWAY too_many_pings would be the answer
        ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
        ("grpc.keepalive_permit_without_calls", 1),
        # clients that are gone without a word are dropped
        ("grpc.keepalive_time_ms", 60_000),
        ("grpc.keepalive_timeout_ms", 20_000),
        ("grpc.http2.max_pings_without_data", 0),
        ("grpc.server_handshake_timeout_ms", 20_000),
        ("grpc.max_concurrent_streams", 256),
        # a second process on the port is to fail, and not to get half of the calls
        ("grpc.so_reuseport", 0),
    ]


def create_server(front: Front, *, address: str, certificate: Certificate | None) -> tuple[grpc.aio.Server, str]:
    """A server that serves `front` at `address`, and host:port of where it does.

    Raises:
        FieldError: it can't listen there.
    """
    server = grpc.aio.server(options=options_of(front.settings.limits), maximum_concurrent_rpcs=_CALLS)
    server.add_generic_rpc_handlers((Services(front),))
    host, _, asked = address.rpartition(":")
    place = f"{host or '[::]'}:{asked}"
    try:
        port = server.add_secure_port(place, certificate.credentials()) if certificate else server.add_insecure_port(place)
    except RuntimeError as error:
        raise FieldError("grpcAddress", expected="an address of this machine with a free port", found=address) from error
    return server, f"{host}:{port}"
