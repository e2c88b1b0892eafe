"""Who we are, by the kubernetes client's configuration."""

from __future__ import annotations

import asyncio
import ssl
import threading

import pytest
from kubernetes import client, config

from glider_core.kube.credentials import Credentials, configuration_of, route, ssl_context
from glider_core.kube.errors import Unavailable


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Token:
    """What the kubernetes client calls to renew a token: it hands out another one each time."""

    def __init__(self) -> None:
        self.threads: list[int] = []
        self.fails = False

    def __call__(self, configuration: client.Configuration) -> None:
        if self.fails:
            raise FileNotFoundError("token")
        self.threads.append(threading.get_ident())
        configuration.api_key = {"authorization": f"bearer {len(self.threads)}"}


@pytest.fixture
def token() -> Token:
    return Token()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def credentials(token: Token, clock: Clock) -> Credentials:
    configuration = client.Configuration()
    configuration.refresh_api_key_hook = token  # type: ignore[assignment]
    return Credentials(configuration, clock=clock)


async def test_a_token_is_read_by_one_in_a_thread_and_believed_for_some_seconds(credentials, token, clock):
    assert [headers["Authorization"] for headers in await asyncio.gather(*(credentials.headers() for _ in range(5)))] == ["bearer 1"] * 5
    clock.now = 9
    assert await credentials.headers() == {"Authorization": "bearer 1"}
    clock.now = 11
    assert await credentials.headers() == {"Authorization": "bearer 2"}
    assert threading.get_ident() not in token.threads, "a program that hands out tokens may take its time"


async def test_a_token_that_was_refused_is_read_anew(credentials):
    await credentials.headers()
    credentials.refused()
    assert await credentials.headers() == {"Authorization": "bearer 2"}


async def test_a_token_that_cant_be_read_is_a_reason_to_come_again(credentials, token):
    token.fails = True
    with pytest.raises(Unavailable, match="token"):
        await credentials.headers()
    token.fails = False
    assert await credentials.headers() == {"Authorization": "bearer 1"}


async def test_a_client_certificate_needs_no_header():
    assert await Credentials(client.Configuration()).headers() == {}


@pytest.mark.parametrize(
    ("settings", "checks"),
    [
        pytest.param({}, (ssl.CERT_REQUIRED, True), id="the usual"),
        pytest.param({"verify_ssl": False}, (ssl.CERT_NONE, False), id="insecure-skip-tls-verify"),
        pytest.param({"assert_hostname": False}, (ssl.CERT_REQUIRED, False), id="any name"),
    ],
)
def test_the_servers_certificate(settings, checks):
    configuration = client.Configuration()
    for name, value in settings.items():
        setattr(configuration, name, value)
    context = ssl_context(configuration)
    assert (context.verify_mode, context.check_hostname) == checks


@pytest.mark.parametrize(
    ("settings", "arguments"),
    [
        pytest.param({}, {}, id="straight"),
        pytest.param({"tls_server_name": "api"}, {"server_hostname": "api"}, id="tls-server-name"),
        pytest.param({"proxy": "http://p:1"}, {"proxy": "http://p:1", "proxy_headers": None}, id="proxy-url"),
        pytest.param({"proxy": "http://p:1", "no_proxy": "api.example"}, {}, id="a proxy that isn't for this server"),
    ],
)
def test_the_way_to_the_server(settings, arguments):
    configuration = client.Configuration(host="https://api.example:6443")
    for name, value in settings.items():
        setattr(configuration, name, value)
    assert route(configuration) == arguments


def test_a_proxy_of_another_kind_is_refused_by_name():
    configuration = client.Configuration(host="https://api.example:6443")
    configuration.proxy = "socks5://p:1"
    with pytest.raises(ValueError, match="proxy-url: expected an http:// or https:// proxy, found socks5://p:1"):
        route(configuration)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("root:x:0:0\n", id="a text"),
        pytest.param("a: [\n", id="no YAML"),
        pytest.param("- a\n", id="a list"),
        pytest.param("\x00", id="no text"),
        pytest.param("current-context: a\ncontexts: [{name: a}]\nclusters: []\nusers: []\n", id="a context without a cluster"),
        pytest.param("current-context: a\ncontexts: b\nclusters: []\nusers: []\n", id="contexts that are no list"),
    ],
)
def test_what_is_no_kubeconfig_is_refused_by_name(tmp_path, content):
    (tmp_path / "config").write_text(content)
    with pytest.raises(config.ConfigException, match="config"):
        configuration_of(tmp_path / "config")
