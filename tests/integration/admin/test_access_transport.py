"""The two ports: TLS, large messages, clients that are slow, and an end that finishes what has begun."""

from __future__ import annotations

import http.client
import signal
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID
from flyteidl.service import identity_pb2

from glider_admin.access.caller import key_of
from tests.cluster.fixtures import Cluster
from tests.conftest import new_namespace
from tests.integration.admin.conftest import Address, Users, address_of, front_process, stubs
from tests.integration.conftest import http_get, wait_until_ready
from tests.unit.glider_admin.certificates import write_certificate

USER_INFO = "/flyteidl.service.IdentityService/UserInfo"
GET_VERSION = "/flyteidl.service.AdminService/GetVersion"
#: Nothing here takes that long; a call that hangs fails.
PATIENCE = 30.0


@pytest.fixture(scope="module")
def token(users: Users, crds: Cluster) -> Iterator[str]:
    """Of ada."""
    with new_namespace(crds) as namespace:
        yield users.token(namespace)


def unary(channel: grpc.Channel, method: str) -> Any:
    """The method, which takes and gives bytes."""
    return channel.unary_unary(method)


def sent(address: Address, token: str, message: bytes, *, timeout: float = PATIENCE) -> bytes:
    """The answer to UserInfo with a message of these bytes."""
    with grpc.insecure_channel(address.grpc, options=[("grpc.max_send_message_length", -1)]) as channel:
        metadata = (("authorization", f"Bearer {token}"),) if token else ()
        answered: bytes = unary(channel, USER_INFO)(message, metadata=metadata, timeout=timeout)
        return answered


def padded(size: int) -> bytes:
    """A message of about so many bytes: a field that nobody knows."""
    length, varint = size, bytearray()
    while length > 0x7F:
        varint.append(length & 0x7F | 0x80)
        length >>= 7
    return b"\xfa\x01" + bytes(varint) + bytes([length]) + bytes(size)


def test_a_message_of_nearly_20_mib_is_read_and_a_larger_one_refused(front: Address, token: str) -> None:
    assert sent(front, token, padded(20 * 1024 * 1024 - 10))
    with pytest.raises(grpc.RpcError) as refused:
        sent(front, token, padded(20 * 1024 * 1024 + 10))
    assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "larger than max" in str(refused.value.details())


def test_a_large_message_of_nobody_isnt_received(front: Address) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        sent(front, "", padded(20 * 1024 * 1024 - 10))
    assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED


def test_a_call_without_a_message_is_refused(front: Address, token: str) -> None:
    with grpc.insecure_channel(front.grpc) as channel, pytest.raises(grpc.RpcError) as refused:
        channel.stream_unary(USER_INFO)(iter(()), metadata=(("authorization", f"Bearer {token}"),), timeout=PATIENCE)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "no message" in str(refused.value.details())


def test_what_is_no_message_of_that_kind_is_refused_without_a_login(front: Address, token: str) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        sent(front, token, b"\xff\xff\xff")
    assert refused.value.code() is grpc.StatusCode.INTERNAL, "UNKNOWN would start one"


class HeldCalls:
    """Calls whose messages are held back."""

    def __init__(self, channel: Any, token: str, *, count: int) -> None:
        self._go_on = threading.Event()
        method = channel.stream_unary(USER_INFO)
        self._calls = [method.future(self._message(), metadata=(("authorization", f"Bearer {token}"),)) for _ in range(count)]

    def _message(self) -> Iterator[bytes]:
        self._go_on.wait(PATIENCE)
        yield b""

    def answers(self) -> list[bytes]:
        """Once the messages have been sent."""
        self._go_on.set()
        return [call.result(timeout=PATIENCE) for call in self._calls]


def test_one_users_slow_calls_dont_keep_another_ones_from_being_answered(front: Address, users: Users, crds: Cluster, token: str) -> None:
    with new_namespace(crds) as namespace, grpc.insecure_channel(front.grpc) as channel:
        held = HeldCalls(channel, users.token(namespace, "bob"), count=64)
        connections = [
            socket.create_connection(("127.0.0.1", int(front.grpc.rpartition(":")[2]))) for _ in range(20)
        ]  # that never send anything
        with stubs(front, token) as ada:
            assert ada.identity.UserInfo(identity_pb2.UserInfoRequest(), timeout=PATIENCE).subject
        for connection in connections:
            connection.close()
        assert len(held.answers()) == 64


def test_calls_of_nobody_that_never_send_their_message_hold_up_nothing(front: Address) -> None:
    end = threading.Event()

    def silent() -> Iterator[bytes]:
        end.wait(PATIENCE)
        yield from ()

    with grpc.insecure_channel(front.grpc) as channel:
        method: Any = channel.stream_unary(GET_VERSION)
        calls = [method.future(silent()) for _ in range(64)]
        assert all(call.result(timeout=PATIENCE) for call in calls)
        end.set()


def test_whether_it_is_healthy_is_answered_to_anybody(front: Address) -> None:
    with grpc.insecure_channel(front.grpc) as channel:
        assert unary(channel, "/grpc.health.v1.Health/Check")(b"", timeout=PATIENCE) == b"\x08\x01"


@pytest.mark.parametrize("method", ["/flyteidl.service.AdminService/NoSuchThing", "/other.Service/Thing"])
def test_an_rpc_that_nobody_knows_is_named(front: Address, method: str) -> None:
    with grpc.insecure_channel(front.grpc) as channel, pytest.raises(grpc.RpcError) as refused:
        unary(channel, method)(b"", timeout=PATIENCE)
    assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED
    assert f"serve {method.rpartition('/')[2]}" in str(refused.value.details())


def test_at_its_end_calls_that_have_begun_are_answered_and_no_token_is_in_the_log(crds: Cluster, tmp_path: Path, token: str) -> None:
    with front_process(crds.kubeconfig, tmp_path, logging={"level": "DEBUG"}) as (process, log):
        address = address_of(process, log)
        health = address.http.removeprefix("http://")
        wait_until_ready(process, log, health=health)
        with grpc.insecure_channel(address.grpc) as channel:
            assert unary(channel, USER_INFO)(b"", metadata=(("authorization", f"Bearer {token}"),), timeout=PATIENCE)
            held = HeldCalls(channel, token, count=1)
            # the same connection carries both in order: once this is answered, the call before has begun
            unary(channel, "/grpc.health.v1.Health/Check")(b"", timeout=PATIENCE)
            process.send_signal(signal.SIGTERM)
            while (answer := http_get(f"http://{health}/readyz"))[0] == 200:
                pass
            assert answer[0] == 503
            assert held.answers()
        assert process.wait(timeout=PATIENCE) == 0
        assert "UserInfo" in log.read_text(), "each call is in the log"
        for secret in (token, token.rpartition(".")[2], key_of(token)):
            assert secret not in log.read_text()


@pytest.mark.parametrize("key", ["grpcAddress", "httpAddress"])
def test_a_port_in_use_ends_it_with_a_sentence(front: Address, crds: Cluster, tmp_path: Path, key: str) -> None:
    taken: dict[str, Any] = {key: {"grpcAddress": front.grpc, "httpAddress": front.http.removeprefix("http://")}[key]}
    with front_process(crds.kubeconfig, tmp_path, **taken) as (process, log):
        assert process.wait(timeout=PATIENCE) == 1
        assert f"{key}: expected an address of this machine with a free port, found" in log.read_text()
        assert "Traceback" not in log.read_text()


def common_name(der: bytes) -> str:
    name = x509.load_der_x509_certificate(der).subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    return str(name)


def shown(port: str) -> str:
    """The certificate's name that a port shows."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2", "http/1.1"])
    with socket.create_connection(("127.0.0.1", int(port)), timeout=PATIENCE) as plain, context.wrap_socket(plain) as secure:
        return common_name(secure.getpeercert(binary_form=True) or b"")


def test_both_ports_have_tls_and_take_a_renewed_certificate(crds: Cluster, tmp_path: Path, token: str) -> None:
    write_certificate(tmp_path, name="one")
    tls = {"certFile": str(tmp_path / "tls.crt"), "keyFile": str(tmp_path / "tls.key")}
    with front_process(crds.kubeconfig, tmp_path, tls=tls) as (process, log):
        address = address_of(process, log)
        calls, requests = address.grpc.rpartition(":")[2], address.http.rpartition(":")[2]
        credentials = grpc.ssl_channel_credentials((tmp_path / "tls.crt").read_bytes())
        with grpc.secure_channel(f"localhost:{calls}", credentials) as channel:
            assert unary(channel, USER_INFO)(b"", metadata=(("authorization", f"Bearer {token}"),), timeout=PATIENCE)
        connection = http.client.HTTPSConnection("localhost", int(requests), context=ssl.create_default_context(cafile=tls["certFile"]))
        connection.request("GET", "/healthz")
        assert connection.getresponse().status == 200
        connection.close()
        assert (shown(calls), shown(requests)) == ("one", "one")
        write_certificate(tmp_path, name="two")
        assert (shown(calls), shown(requests)) == ("two", "two")
