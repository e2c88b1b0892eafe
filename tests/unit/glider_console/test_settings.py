"""The console's configuration: what each key means, and what is refused."""

from __future__ import annotations

import ipaddress
from pathlib import Path

import pytest

from glider.wire.jsonform import FieldError
from glider_console.settings import ImpersonatingProxy, Limits, PastedToken, ProxyToken, Settings, load_settings, parse_settings

HEAD = {"apiVersion": "glider.dev/v1alpha1", "kind": "ConsoleConfiguration"}


def test_every_key_has_its_place():
    document = HEAD | {
        "bindAddress": "[::1]:9000",
        "hosts": ["glider.example.com"],
        "namespace": "ml",
        "operatorConfigFile": "/etc/glider/config.yaml",
        "token": {"enabled": False},
        "proxyToken": {"header": "X-Forwarded-Access-Token"},
        "impersonation": {
            "proxies": ["10.1.0.0/16", "fd00::/64"],
            "userHeader": "X-User",
            "groupHeader": "X-Groups",
            "secretHeader": "X-Secret",
            "secretFile": "/secret/token",
        },
        "limits": {"streams": 5, "requestBytes": 1000},
        "logging": {"level": "DEBUG", "format": "json"},
    }
    found = parse_settings(document)
    assert found == Settings(
        bind_address="[::1]:9000",
        hosts=("glider.example.com",),
        namespace="ml",
        operator_config_file=Path("/etc/glider/config.yaml"),
        token=PastedToken(enabled=False),
        proxy_token=ProxyToken(header="X-Forwarded-Access-Token"),
        impersonation=ImpersonatingProxy(
            proxies=(ipaddress.ip_network("10.1.0.0/16"), ipaddress.ip_network("fd00::/64")),
            user_header="X-User",
            group_header="X-Groups",
            secret_header="X-Secret",
            secret_file=Path("/secret/token"),
        ),
        limits=Limits(streams=5, request_bytes=1000),
        logging=found.logging,
    )
    assert (found.host, found.port, found.logging.format) == ("::1", 9000, "json")


def test_without_a_file_everybody_signs_in_with_a_token_of_their_own():
    found = load_settings(None)
    assert (found.host, found.port, found.token.enabled) == ("", 8585, True)
    assert (found.proxy_token.header, found.impersonation.proxies) == (None, ())


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ({"bindAdress": ":1"}, r"the document: expected .*did you mean bindAddress"),
        ({"kind": "Configuration"}, 'kind: expected ConsoleConfiguration, found "Configuration"'),
        ({"bindAddress": "8585"}, "bindAddress: expected host:port"),
        ({"hosts": ["https://glider.example.com"]}, r"hosts\[0\]: expected a host's name"),
        ({"impersonation": {"proxies": ["10.1.0.7/16"]}}, r'impersonation.proxies\[0\]: expected a network .*found "10.1.0.7/16"'),
        (
            {"impersonation": {"proxies": ["0.0.0.0/0"]}},
            r"impersonation.proxies\[0\]: expected the networks of proxies alone, or secretFile",
        ),
        ({"impersonation": {"userHeader": "X Remote"}}, "impersonation.userHeader: expected the name of a header"),
        ({"impersonation": {"userHeader": "Cookie"}}, "impersonation.userHeader: expected a header that the proxy alone sets"),
        ({"impersonation": {"proxies": ["10.0.0.0/8"], "groupHeader": "x-remote-user"}}, "impersonation: expected a header of its own"),
        ({"token": {"enabled": False}}, "token.enabled: expected true, or proxyToken or impersonation beside it"),
        ({"limits": {"streams": "many"}}, "limits.streams: expected a whole number"),
    ],
    ids=lambda part: next(iter(part)) if isinstance(part, dict) else "",
)
def test_a_wrong_key_is_refused_by_name(part, message):
    with pytest.raises(FieldError, match=message):
        parse_settings(HEAD | part)


def test_a_file_is_named(tmp_path):
    path = tmp_path / "console.yaml"
    path.write_text("{")
    with pytest.raises(FieldError, match=f"{path}: expected YAML"):
        load_settings(path)
