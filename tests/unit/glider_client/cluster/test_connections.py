"""Which proxy leads to the API server."""

from __future__ import annotations

import pytest

from glider_client.cluster.config import ClientConfig
from glider_client.cluster.connections import proxy_of
from glider_client.cluster.errors import ClusterConfigError

PROXY = {"HTTPS_PROXY": "http://proxy:3128"}


@pytest.mark.parametrize(
    ("server", "environment", "proxy"),
    [
        pytest.param("https://dev.example.org:6443", {}, "", id="none"),
        pytest.param("https://dev.example.org:6443", PROXY, "http://proxy:3128", id="the environment's"),
        pytest.param(
            "https://dev.example.org:6443", {"https_proxy": "proxy:3128"}, "http://proxy:3128", id="in lower case, without a scheme"
        ),
        pytest.param("http://dev.example.org", PROXY, "", id="only for its scheme"),
        pytest.param("https://127.0.0.1:6443", PROXY, "", id="never for loopback"),
        pytest.param("https://dev.example.org", PROXY | {"NO_PROXY": "example.org"}, "", id="not for a domain"),
        pytest.param(
            "https://example.org", PROXY | {"NO_PROXY": ".example.org"}, "http://proxy:3128", id="a domain isn't its own subdomain"
        ),
        pytest.param("https://anexample.org", PROXY | {"NO_PROXY": "example.org"}, "http://proxy:3128", id="nor another one"),
        pytest.param("https://10.1.2.3:6443", PROXY | {"NO_PROXY": "10.0.0.0/8"}, "", id="not for a network"),
        pytest.param("https://11.1.2.3:6443", PROXY | {"NO_PROXY": "10.0.0.0/8, *.local"}, "http://proxy:3128", id="but for others"),
        pytest.param("https://dev:6443", PROXY | {"NO_PROXY": "*"}, "", id="for nothing at all"),
    ],
)
def test_the_proxy_is_chosen_as_in_go(server, environment, proxy):
    assert proxy_of(ClientConfig(server=server), environment) == proxy


def test_the_kubeconfigs_has_precedence():
    assert proxy_of(ClientConfig(server="https://dev", proxy="socks5://localhost:1080"), PROXY) == "socks5://localhost:1080"
    with pytest.raises(ClusterConfigError, match="proxy-url: expected an http, https or socks5 address, found 'ftp://x'"):
        proxy_of(ClientConfig(server="https://dev", proxy="ftp://x"), {})
