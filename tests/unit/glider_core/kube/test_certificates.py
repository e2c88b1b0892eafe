"""Certificates that end, and others that take their place: in files, from programs, of us and of the API server's authority."""

from __future__ import annotations

import asyncio
import json
import shlex
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from glider_core.kube import credentials, errors, requests
from glider_core.kube.credentials import configuration_of
from glider_core.kube.throttle import TokenBucket
from glider_core.kube.transport import HttpTransport
from glider_operator.kopf_adapter.login import connection_info, session_of

ASKED = requests.get_object("secrets", "default", "x")


class Authority:
    """Signs certificates; `path` has its own."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._key, self._name = folder, ec.generate_private_key(ec.SECP256R1()), name
        self.path = folder / f"{name}.crt"
        self.path.write_bytes(self._sign(name, self._key.public_key(), authority=True))

    def issue(self, name: str) -> tuple[Path, Path]:
        """Files with a certificate for `name`, and with its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate, secret = self._folder / f"{name}.crt", self._folder / f"{name}.key"
        certificate.write_bytes(self._sign(name, key.public_key()))
        form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        secret.write_bytes(key.private_bytes(*form))
        return certificate, secret

    def _sign(self, name: str, key: Any, *, authority: bool = False) -> bytes:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self._name)]))
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(hours=1))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )
        return builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


class Server:
    """An API server by TLS that says whose certificate it was shown, and refuses those of `expired`."""

    def __init__(self, folder: Path) -> None:
        self.clients, self.servers = Authority(folder, "clients"), Authority(folder, "servers")
        self.expired: set[str] = set()
        self.port = 0
        self._runner: web.AppRunner | None = None

    async def start(self, *, servers: Authority | None = None) -> None:
        """Serve by a certificate that `servers` has signed."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(self.clients.path))
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_cert_chain(*(servers or self.servers).issue("server"))
        application = web.Application()
        application.router.add_get("/{path:.*}", self._answer)
        self._runner = web.AppRunner(application)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "localhost", self.port, ssl_context=context)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]

    async def stop(self) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        assert request.transport is not None
        subject = dict(part[0] for part in request.transport.get_extra_info("peercert")["subject"])
        who = subject["commonName"]
        status = 401 if who in self.expired else 200
        return web.json_response({"who": who, "message": "Unauthorized"}, status=status)


@pytest.fixture(autouse=True)
def looked_at_each_time(monkeypatch):
    monkeypatch.setattr(credentials, "_VALID", 0.0)
    monkeypatch.setattr(credentials, "_READ_AGAIN", 0.0)


@pytest.fixture
async def server(tmp_path):
    server = Server(tmp_path)
    await server.start()
    yield server
    await server.stop()


def kubeconfig(folder: Path, server: Server, user: dict[str, Any]) -> Path:
    cluster = {"server": f"https://localhost:{server.port}", "certificate-authority": str(folder / "ca.crt")}
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": cluster}],
        "users": [{"name": "u", "user": user}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "x",
    }
    (folder / "ca.crt").write_bytes(server.servers.path.read_bytes())
    path = folder / "kubeconfig"
    path.write_text(yaml.safe_dump(document))
    return path


def take(folder: Path, certificate: tuple[Path, Path]) -> dict[str, Any]:
    """The user of a kubeconfig whose files have this certificate from now on."""
    for source, name in zip(certificate, ("me.crt", "me.key"), strict=True):
        (folder / name).write_bytes(source.read_bytes())
    return {"client-certificate": str(folder / "me.crt"), "client-key": str(folder / "me.key")}


def by_program(folder: Path, certificate: tuple[Path, Path]) -> dict[str, Any]:
    """The user of a kubeconfig who runs a program, which hands out this certificate from now on."""
    data = {"clientCertificateData": certificate[0].read_text(), "clientKeyData": certificate[1].read_text()}
    said = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": data}
    (folder / "said.json").write_text(json.dumps(said))
    run = {"apiVersion": said["apiVersion"], "command": "sh", "args": ["-c", f"cat {shlex.quote(str(folder / 'said.json'))}"]}
    return {"exec": run | {"interactiveMode": "Never"}}


def a_transport(path: Path) -> HttpTransport:
    return HttpTransport(configuration_of(path), throttle=TokenBucket(qps=100, burst=100), connections=2)


async def test_files_with_another_certificate_count_at_once(tmp_path, server):
    transport = a_transport(kubeconfig(tmp_path, server, take(tmp_path, server.clients.issue("first"))))
    try:
        assert (await transport.send(ASKED))["who"] == "first"
        take(tmp_path, server.clients.issue("second"))
        assert (await transport.send(ASKED))["who"] == "second"
    finally:
        await transport.close()


async def test_files_that_are_half_written_count_once_they_fit(tmp_path, server):
    transport = a_transport(kubeconfig(tmp_path, server, take(tmp_path, server.clients.issue("first"))))
    certificate, key = server.clients.issue("second")
    try:
        (tmp_path / "me.crt").write_bytes(certificate.read_bytes())
        assert (await transport.send(ASKED))["who"] == "first"
        (tmp_path / "me.key").write_bytes(key.read_bytes())
        assert (await transport.send(ASKED))["who"] == "second"
    finally:
        await transport.close()


async def test_a_program_is_asked_again_when_its_certificate_is_refused(tmp_path, server):
    transport = a_transport(kubeconfig(tmp_path, server, by_program(tmp_path, server.clients.issue("first"))))
    try:
        assert (await transport.send(ASKED))["who"] == "first"
        server.expired.add("first")
        by_program(tmp_path, server.clients.issue("second"))
        with pytest.raises(errors.Unauthorized):
            await transport.send(ASKED)
        assert (await transport.send(ASKED))["who"] == "second"
    finally:
        await transport.close()


async def test_another_authority_of_the_api_server_is_believed_once_its_file_is_there(tmp_path, server):
    transport = a_transport(kubeconfig(tmp_path, server, take(tmp_path, server.clients.issue("first"))))
    try:
        await transport.send(ASKED)
        await server.stop()
        later = Authority(tmp_path, "later")
        await server.start(servers=later)
        with pytest.raises(errors.Unavailable):
            await transport.send(ASKED)
        (tmp_path / "ca.crt").write_bytes(later.path.read_bytes())
        assert (await transport.send(ASKED))["who"] == "first"
    finally:
        await transport.close()


async def test_kopf_goes_by_them_too(tmp_path, server):
    configuration = configuration_of(kubeconfig(tmp_path, server, take(tmp_path, server.clients.issue("first"))))
    session = session_of(connection_info(configuration), trace=aiohttp.TraceConfig(), configuration=configuration)

    async def who() -> str:
        async with session.aiohttp_session.get(f"https://localhost:{server.port}/") as answer:
            return str((await answer.json())["who"])

    try:
        assert await who() == "first"
        take(tmp_path, server.clients.issue("second"))
        assert await who() == "second"
        again = session_of(connection_info(configuration), trace=aiohttp.TraceConfig(), configuration=configuration)
        assert again != session, "what was refused isn't tried again: this is something else"
        await again.aiohttp_session.close()
    finally:
        await session.aiohttp_session.close()
        await asyncio.sleep(0)


async def test_no_message_names_the_objects_that_hold_them(tmp_path, server):
    transport = a_transport(kubeconfig(tmp_path, server, take(tmp_path, server.clients.issue("first"))))
    await server.stop()
    try:
        with pytest.raises(errors.Unavailable, match=f"no answer from https://localhost:{server.port}: Cannot connect") as failed:
            await transport.send(ASKED)
        assert "object at" not in str(failed.value)
    finally:
        await transport.close()
