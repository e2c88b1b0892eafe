"""The ways to a bucket: addressing, TLS with a private authority, and where credentials may come from. versitygw is real; what it
hasn't got, the services that hand out credentials, is a few lines of HTTP here.
"""

from __future__ import annotations

import json
import os
import socket
import ssl
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from glider.settings.model import SettingsError
from glider.settings.reading import read_settings
from glider.storage.errors import AccessDeniedError, StorageError
from glider.storage.store import Storage
from tests.cluster import tools
from tests.cluster.ports import free_ports
from tests.conftest import MissingServer
from tests.faults.proxy import FaultProxy

pytestmark = pytest.mark.s3
ENGINES = pytest.mark.parametrize("engine", ["obstore", "fsspec"])
KEYS = {"FLYTE_AWS_ACCESS_KEY_ID": "test", "FLYTE_AWS_SECRET_ACCESS_KEY": "testtest"}


@pytest.fixture(scope="module")
def versitygw() -> Path:
    """Found before HOME, and the cache with it, is another."""
    if (program := tools.cached("versitygw")) is None:
        raise MissingServer("no versitygw: `make cluster` builds it")
    return program


@contextmanager
def gateway(program: Path, folder: Path, *options: str) -> Iterator[int]:
    """A versitygw of one's own, by its port; it has a bucket called `bucket`, and `KEYS`."""
    (folder / "data" / "bucket").mkdir(parents=True)
    (port,) = free_ports(1)
    command = [str(program), "--port", f"127.0.0.1:{port}", "--quiet", *options, "posix", str(folder / "data")]
    environment = {**os.environ, "ROOT_ACCESS_KEY": "test", "ROOT_SECRET_KEY": "testtest"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=10)


def storage_of(environment: dict[str, str], *, engine: str = "obstore") -> Storage:
    return Storage(read_settings({**environment, "GLIDER_STORAGE_ENGINE": engine}).storage, patience=2)


def comes_back(storage: Storage) -> bool:
    uri = f"s3://bucket/{uuid.uuid4().hex}/x"
    storage.write(uri, b"content")
    return storage.read(uri) == b"content" and storage.files(uri.removesuffix("/x")) == ["x"]


@pytest.fixture(autouse=True)
def no_credentials_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_") or name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def proxy(s3: Any) -> Iterator[FaultProxy]:
    """The server of all tests, with a look at what is asked of it."""
    with FaultProxy(s3.endpoint) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def own_port(versitygw: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with gateway(versitygw, tmp_path_factory.mktemp("store")) as port:
        yield port


@pytest.fixture
def own(own_port: int) -> Iterator[FaultProxy]:
    """A server that takes `KEYS`, with a look at what is asked of it."""
    with FaultProxy(f"http://127.0.0.1:{own_port}") as proxy:
        yield proxy


def test_buckets_are_addressed_by_path_unless_told_otherwise(proxy: FaultProxy, s3: Any) -> None:
    uri = f"s3://{s3.bucket}/{uuid.uuid4().hex}"
    storage_of({**s3.env, "FLYTE_AWS_ENDPOINT": proxy.endpoint, "FLYTE_AWS_ADDRESSING_STYLE": "path"}).write(uri, b"")
    assert proxy.requests[0].path == f"/{uri.removeprefix('s3://')}"


@ENGINES
def test_buckets_are_addressed_by_virtual_hosts(versitygw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str) -> None:
    with gateway(versitygw, tmp_path, "--virtual-domain", "s3.glider.test") as port, FaultProxy(f"http://127.0.0.1:{port}") as proxy:
        for name in ("http_proxy", "HTTP_PROXY"):
            monkeypatch.setenv(name, proxy.endpoint)
        told = {"FLYTE_AWS_ENDPOINT": "http://s3.glider.test", "FLYTE_AWS_ADDRESSING_STYLE": "virtual"}
        if engine == "fsspec":
            monkeypatch.setenv("no_proxy", "")
        assert comes_back(storage_of({**KEYS, **told}, engine=engine))
        assert {request.headers.get("Host") or request.headers.get("host") for request in proxy.requests} == {"bucket.s3.glider.test"}


@ENGINES
@pytest.mark.parametrize("variable", ["AWS_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
def test_an_authority_of_ones_own_is_trusted_when_it_is_named(
    versitygw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, engine: str
) -> None:
    make_certificate(tmp_path)
    with gateway(versitygw, tmp_path, "--cert", str(tmp_path / "cert.pem"), "--key", str(tmp_path / "key.pem")) as port:
        environment = {**KEYS, "FLYTE_AWS_ENDPOINT": f"https://127.0.0.1:{port}"}
        monkeypatch.setenv(variable, str(tmp_path / "cert.pem"))
        assert comes_back(storage_of(environment, engine=engine))


def test_an_unknown_authority_is_told_at_once_with_what_to_set(versitygw: Path, tmp_path: Path) -> None:
    make_certificate(tmp_path)
    tls = ("--cert", str(tmp_path / "cert.pem"), "--key", str(tmp_path / "key.pem"))
    with gateway(versitygw, tmp_path, *tls) as port, pytest.raises(StorageError, match="isn't trusted; AWS_CA_BUNDLE") as raised:
        comes_back(storage_of({**KEYS, "FLYTE_AWS_ENDPOINT": f"https://127.0.0.1:{port}"}))
    assert "(tried " not in str(raised.value)


def make_certificate(folder: Path) -> None:
    """For 127.0.0.1, signed by itself."""
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "glider test")])
    now = datetime.now(timezone.utc)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - timedelta(days=1), now + timedelta(days=1))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(pem)


def aws_folder(home: Path, name: str, text: str) -> None:
    (home / ".aws").mkdir(exist_ok=True)
    (home / ".aws" / name).write_text(text)


def test_keys_of_the_aws_environment(own: FaultProxy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testtest")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "a-token")
    assert_token_is_sent(own, "a-token")


def assert_token_is_sent(proxy: FaultProxy, token: str) -> None:
    """With the right key; versitygw issues no tokens, and so refuses every one."""
    with pytest.raises(StorageError, match="InvalidToken"):
        comes_back(storage_of({"FLYTE_AWS_ENDPOINT": proxy.endpoint}))
    assert {request.headers["x-amz-security-token"] for request in proxy.requests} == {token}
    assert {request.headers["authorization"].partition("Credential=test/")[1] for request in proxy.requests} == {"Credential=test/"}


def test_flytes_keys_go_without_the_token_of_others(own: FaultProxy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "else")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "a-token")
    assert comes_back(storage_of({**KEYS, "FLYTE_AWS_ENDPOINT": own.endpoint}))
    assert not any(request.headers.get("x-amz-security-token") for request in own.requests)


PROFILES = (
    "[default]\naws_access_key_id = wrong\naws_secret_access_key = wrong\n[mine]\naws_access_key_id=test\naws_secret_access_key=testtest\n"
)


@ENGINES
def test_a_profile(own: FaultProxy, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, engine: str) -> None:
    aws_folder(tmp_path, "credentials", PROFILES)
    monkeypatch.setenv("AWS_PROFILE", "mine")
    assert comes_back(storage_of({"FLYTE_AWS_ENDPOINT": own.endpoint}, engine=engine))


def test_the_default_profile_and_its_token(own: FaultProxy, tmp_path: Path) -> None:
    aws_folder(tmp_path, "credentials", "[default]\naws_access_key_id=test\naws_secret_access_key=testtest\naws_session_token=t\n")
    aws_folder(tmp_path, "config", "[default]\nregion = us-east-1\n")
    assert_token_is_sent(own, "t")


def test_a_profile_that_needs_more_than_keys_is_told(own: FaultProxy, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    aws_folder(tmp_path, "config", "[profile far]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = default\n")
    monkeypatch.setenv("AWS_PROFILE", "far")
    with pytest.raises(
        SettingsError, match=r'AWS_PROFILE: expected .*, found "far" with role_arn, source_profile in .*GLIDER_STORAGE_ENGINE'
    ):
        storage_of({"FLYTE_AWS_ENDPOINT": own.endpoint}).read("s3://bucket/x")


class _Issuer(BaseHTTPRequestHandler):
    """Hands out the keys: as STS does for a web identity, and as a pod's agent does."""

    def do_POST(self) -> None:
        asked = self.path + self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        wanted = ("AssumeRoleWithWebIdentity", "WebIdentityToken=a-web-token", "RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fx")
        body = _STS_ANSWER if all(word in asked for word in wanted) else ""
        self._say(200 if body else 403, body)

    def do_GET(self) -> None:
        allowed = self.headers.get("Authorization") == "a-pod-token"
        self._say(200 if allowed else 403, json.dumps(_KEYS) if allowed else "")

    def _say(self, status: int, body: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


_LATER = "2099-01-01T00:00:00Z"
_KEYS = {"AccessKeyId": "test", "SecretAccessKey": "testtest", "Token": "issued", "Expiration": _LATER}
_STS_ANSWER = f"""<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult>
<Credentials><AccessKeyId>test</AccessKeyId><SecretAccessKey>testtest</SecretAccessKey><SessionToken>issued</SessionToken>
<Expiration>{_LATER}</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>"""


@pytest.fixture
def issuer(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Issuer)
    if request.param == "https":
        make_certificate(tmp_path)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield f"{request.param}://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("issuer", ["https"], indirect=True)
def test_a_web_identity(own: FaultProxy, issuer: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("a-web-token")
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(tmp_path / "token"))
    monkeypatch.setenv("AWS_ROLE_ARN", "arn:aws:iam::1:role/x")
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", issuer)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "cert.pem"))
    assert_token_is_sent(own, "issued")


@pytest.mark.parametrize("issuer", ["http"], indirect=True)
def test_a_pods_own_agent(own: FaultProxy, issuer: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("a-pod-token")
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{issuer}/v1/credentials")
    monkeypatch.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", str(tmp_path / "token"))
    assert_token_is_sent(own, "issued")


def test_anonymous_requests_are_not_signed(proxy: FaultProxy, s3: Any) -> None:
    with pytest.raises(AccessDeniedError):
        storage_of({**s3.env, "FLYTE_AWS_ENDPOINT": proxy.endpoint}).anonymous.read(f"s3://{s3.bucket}/x")
    assert not any(request.headers.get("authorization") for request in proxy.requests)


@pytest.mark.parametrize("size", [3, 9 << 20], ids=["one request", "parts"])
@ENGINES
def test_every_object_carries_the_executions_names(proxy: FaultProxy, s3: Any, tmp_path: Path, engine: str, size: int) -> None:
    told = {**s3.env, "FLYTE_AWS_ENDPOINT": proxy.endpoint, "GLIDER_STORAGE_ENGINE": engine}
    names = {"flyte-execution-project": "p", "flyte-execution-domain": "", "flyte-execution-name": "run"}
    (tmp_path / "x").write_bytes(bytes(size))
    Storage(read_settings(told).storage, metadata=names).upload(str(tmp_path / "x"), f"s3://{s3.bucket}/{uuid.uuid4().hex}")
    first = {name.lower(): value for name, value in proxy.requests[0].headers.items()}
    assert first["x-amz-meta-flyte-execution-project"] == "p"
    assert first["x-amz-meta-flyte-execution-name"] == "run"
    proxy.forget()
    off = {**told, "FLYTE_PERSISTENCE_ATTACH_EXECUTION_METADATA": "false"}
    Storage(read_settings(off).storage, metadata=names).upload(str(tmp_path / "x"), f"s3://{s3.bucket}/{uuid.uuid4().hex}")
    assert not any(name.lower().startswith("x-amz-meta-") for name in proxy.requests[0].headers)
