"""How the kubernetes client's configuration says that the API server is to be reached and who we are, for aiohttp.

The client's hook that renews a token reads a file or runs a program, so it runs in a thread, and what it said is believed for
some seconds: both kinds of token are renewed a minute or more before they end.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kubernetes import client, config
from kubernetes.client.rest import should_bypass_proxies

from glider_operator.kube.errors import Unavailable
from glider_operator.model.elapsed import elapsed

_BELIEVED = 10.0


def configuration_of(kubeconfig: Path | None) -> client.Configuration:
    """That of the cluster in `kubeconfig`; without one, of the cluster that we are in, or else the default kubeconfig's."""
    configuration = client.Configuration()
    if kubeconfig is not None:
        config.load_kube_config(str(kubeconfig), client_configuration=configuration)  # type: ignore[no-untyped-call]
        return configuration
    try:
        config.load_incluster_config(client_configuration=configuration)  # type: ignore[no-untyped-call]
    except config.ConfigException:
        config.load_kube_config(client_configuration=configuration)  # type: ignore[no-untyped-call]
    return configuration


def ssl_context(configuration: client.Configuration) -> ssl.SSLContext:
    """Whom we trust, and our certificate where that is who we are."""
    context = ssl.create_default_context(cafile=configuration.ssl_ca_cert, cadata=configuration.ca_cert_data)
    if configuration.assert_hostname is False or not configuration.verify_ssl:
        context.check_hostname = False
    if not configuration.verify_ssl:
        context.verify_mode = ssl.CERT_NONE
    if configuration.cert_file:
        context.load_cert_chain(configuration.cert_file, configuration.key_file)
    return context


def route(configuration: client.Configuration) -> dict[str, Any]:
    """What aiohttp is to be told of a proxy on the way, and for a server whose certificate has another name than its address.

    Raises:
        ValueError: the proxy is of a kind that aiohttp doesn't know.
    """
    arguments: dict[str, Any] = {"server_hostname": configuration.tls_server_name} if configuration.tls_server_name else {}
    proxy = configuration.proxy
    if proxy and not should_bypass_proxies(configuration.host, configuration.no_proxy or ""):
        if not proxy.startswith(("http://", "https://")):
            raise ValueError(f"the kubeconfig's proxy-url: expected an http:// or https:// proxy, found {proxy}")
        arguments |= {"proxy": proxy, "proxy_headers": configuration.proxy_headers}
    return arguments


class Credentials:
    """The header that says who we are."""

    def __init__(self, configuration: client.Configuration, *, clock: Callable[[], float] = elapsed) -> None:
        self._configuration = configuration
        self._clock = clock
        self._believed_until = float("-inf")
        self._headers: dict[str, str] = {}
        self._renewing = asyncio.Lock()

    async def headers(self) -> dict[str, str]:
        """The headers of a request.

        Raises:
            Unavailable: the token can't be read.
        """
        if self._clock() >= self._believed_until:
            async with self._renewing:
                if self._clock() >= self._believed_until:
                    self._headers = await self._read()
                    self._believed_until = self._clock() + _BELIEVED
        return self._headers

    def refused(self) -> None:
        """The API server doesn't take them any more."""
        self._believed_until = float("-inf")

    async def _read(self) -> dict[str, str]:
        if self._configuration.refresh_api_key_hook is None:
            return self._say()
        try:
            return await asyncio.to_thread(self._say)
        except (OSError, config.ConfigException) as error:
            raise Unavailable(f"our token for the API server can't be read: {error}") from error

    def _say(self) -> dict[str, str]:
        value = self._configuration.get_api_key_with_prefix("BearerToken", alias="authorization")
        return {"Authorization": value} if value else {}
