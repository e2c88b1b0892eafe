"""Pools of connections to the API server, with TLS and a proxy if there is one; made anew where the client's certificate changes."""

from __future__ import annotations

import ipaddress
import os
import re
import socket
import ssl
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import urllib3

from glider_client.cluster.config import ClientConfig, Tls
from glider_client.cluster.errors import ClusterConfigError, CredentialsError
from glider_client.cluster.plugins import Credential

#: As many requests as may run at once over kept connections; more get connections of their own.
_KEPT = 8
#: A peer that vanished (a laptop that slept, a NAT that forgot) is noticed in half a minute, although nothing is sent.
_KEEPALIVE = {"TCP_KEEPIDLE": 15, "TCP_KEEPALIVE": 15, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3}


class Connections:
    """The pools for `config`."""

    def __init__(self, config: ClientConfig, *, environment: Mapping[str, str] = os.environ) -> None:
        self._config = config
        self._proxy = proxy_of(config, environment)
        #: For messages: without user and password.
        self.proxy = re.sub(r"//.*@", "//", self._proxy)
        self._known: tuple[bytes, bytes] | None = None
        self._pool: urllib3.PoolManager | None = None

    def pool(self, credential: Credential) -> urllib3.PoolManager:
        """The pool to send a request with `credential` by.

        Raises:
            ClusterError: the certificates or the proxy can't be used.
        """
        wanted = (credential.certificate, credential.key)
        pool = self._pool
        if pool is None or self._known != wanted:
            pool = self._made(credential)
            self._pool, self._known = pool, wanted
        return pool

    def _made(self, credential: Credential) -> urllib3.PoolManager:
        tls = self._config.tls
        options: dict[str, Any] = {"maxsize": _KEPT, "retries": False, "socket_options": _socket_options()}
        if self._config.server.startswith("https://"):
            options |= {"ssl_context": ssl_context(tls, credential, source=self._config.source)}
            if tls.server_name:
                options |= {"server_hostname": tls.server_name}
            if tls.insecure:
                options |= {"cert_reqs": "CERT_NONE", "assert_hostname": False}
                urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        if not self._proxy:
            return urllib3.PoolManager(**options)
        if not self._proxy.startswith("socks5"):
            return urllib3.ProxyManager(self._proxy, **options)
        try:
            from urllib3.contrib.socks import SOCKSProxyManager
        except ImportError as error:
            raise ClusterConfigError(f"the proxy {self.proxy} needs the package PySocks. Install it: pip install PySocks") from error
        return SOCKSProxyManager(self._proxy, **options)


def ssl_context(tls: Tls, credential: Credential, *, source: str) -> ssl.SSLContext:
    """The trusted authorities, and the client's certificate if there is one.

    Raises:
        ClusterConfigError: the authorities can't be read.
        CredentialsError: the certificate can't be used.
    """
    context = ssl.create_default_context() if not tls.authorities.file and not tls.authorities.data else _trusting(tls, source)
    if tls.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if credential.certificate:
        _load_certificate(context, credential, source=source)
    return context


def _trusting(tls: Tls, source: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cadata=tls.authorities.read().decode())
    except (OSError, ValueError) as error:
        where = tls.authorities.file or f"{source}: certificate-authority-data"
        raise ClusterConfigError(f"{where}: expected the certificates of authorities, found none: {error}.") from error


def _load_certificate(context: ssl.SSLContext, credential: Credential, *, source: str) -> None:
    """OpenSSL reads files only, so what is in the kubeconfig is in a file for a moment, which nobody else may read."""
    with tempfile.TemporaryDirectory(prefix="glider-") as folder:
        path = Path(folder) / "client.pem"
        path.touch(mode=0o600)
        path.write_bytes(credential.certificate.rstrip() + b"\n" + credential.key)
        try:
            context.load_cert_chain(path, password=lambda: b"")
        except (OSError, ValueError) as error:
            raise CredentialsError(f"{source}: expected a client certificate and its key, found what can't be used: {error}.") from error


def _socket_options() -> list[tuple[int, int, int]]:
    named = ((getattr(socket, name, None), value) for name, value in _KEEPALIVE.items())
    return [
        (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
        (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
        *((socket.IPPROTO_TCP, option, value) for option, value in named if option is not None),
    ]


def proxy_of(config: ClientConfig, environment: Mapping[str, str]) -> str:
    """The kubeconfig's `proxy-url`, else the environment's proxy, as Go's programs choose it; empty for none."""
    if config.proxy:
        if not config.proxy.startswith(("http://", "https://", "socks5://", "socks5h://")):
            raise ClusterConfigError(f"{config.source}: proxy-url: expected an http, https or socks5 address, found {config.proxy!r}.")
        return config.proxy
    address = urlsplit(config.server)
    names = ("HTTPS_PROXY", "https_proxy") if address.scheme == "https" else ("HTTP_PROXY", "http_proxy")
    proxy = next((environment[name] for name in names if environment.get(name)), "")
    skipped = environment.get("NO_PROXY") or environment.get("no_proxy") or ""
    if not proxy or _bypassed(address.hostname or "", address.port, skipped):
        return ""
    return proxy if "://" in proxy else f"http://{proxy}"


def _bypassed(host: str, port: int | None, skipped: str) -> bool:
    """Whether `host` is reached without the proxy: loopback always, else by NO_PROXY's names, domains, addresses and networks."""
    address = _address(host)
    if host == "localhost" or (address is not None and address.is_loopback):
        return True
    return any(_matches(host, port, address, one.strip().lower()) for one in skipped.split(",") if one.strip())


def _matches(
    host: str, port: int | None, address: ipaddress.IPv4Address | ipaddress.IPv6Address | None, rule: str
) -> bool:  # fmt: skip
    if rule == "*":
        return True
    if address is not None:
        try:
            return address in ipaddress.ip_network(rule.strip("[]"), strict=False)
        except ValueError:
            return rule == f"{host}:{port}"
    name, _, rule_port = rule.partition(":")
    if rule_port and rule_port != str(port):
        return False
    domain = name.removeprefix("*").removeprefix(".")
    return host.endswith(f".{domain}") or (host == domain and not name.startswith("."))


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
