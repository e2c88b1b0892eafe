"""How the kubernetes client's configuration says that the API server is to be reached and who we are, for aiohttp.

The client's hook that renews a token reads a file or runs a program, so it runs in a thread, and what it said is believed for
some seconds: both kinds of token are renewed a minute or more before they end. Certificates have no such hook: their files are looked at
as often, and where the API server refuses us, all is read again, which runs the program that hands them out.
"""

from __future__ import annotations

import asyncio
import logging
import os
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from kubernetes import client, config
from kubernetes.client.rest import should_bypass_proxies

from glider_core.api.elapsed import elapsed
from glider_core.kube.errors import Unavailable

_BELIEVED = 10.0
#: How often a kubeconfig is read again at most, where what it said is refused.
_READ_AGAIN = 5.0

logger = logging.getLogger(__name__)


class KubeConfiguration(client.Configuration):
    """The client's configuration, which can be read again: certificates and tokens end, and programs hand out others."""

    def __init__(self, kubeconfig: Path | None) -> None:
        super().__init__()
        self._kubeconfig = kubeconfig
        self.read_again()

    def read_again(self) -> None:
        """Read the kubeconfig, or what the cluster that we are in gave us, and run the program that it names.

        Raises:
            ConfigException: there is none, or it can't be used.
        """
        if self._kubeconfig is not None:
            self._load(self._kubeconfig)
            return
        try:
            config.load_incluster_config(client_configuration=self)  # type: ignore[no-untyped-call]
        except config.ConfigException:
            self._load(None)

    def _load(self, kubeconfig: Path | None) -> None:
        """Of a file that is something else the client raises whatever it stumbles over."""
        try:
            config.load_kube_config(str(kubeconfig) if kubeconfig else None, client_configuration=self)  # type: ignore[no-untyped-call]
        except (yaml.YAMLError, OSError, ValueError, TypeError, AttributeError, LookupError) as error:
            where = str(kubeconfig or os.environ.get("KUBECONFIG") or "the default kubeconfig")
            found = " ".join(str(error).split())
            raise config.ConfigException(f"{where}: expected a kubeconfig, found what can't be read as one: {found}") from error


def configuration_of(kubeconfig: Path | None) -> KubeConfiguration:
    """That of the cluster in `kubeconfig`; without one, of the cluster that we are in, or else the default kubeconfig's."""
    return KubeConfiguration(kubeconfig)


def certificates(configuration: client.Configuration) -> tuple[object, ...]:
    """What tells whether the files that say whom we trust and who we are have changed."""
    return tuple(_file_state(path) for path in (configuration.ssl_ca_cert, configuration.cert_file, configuration.key_file))


def _file_state(path: str | None) -> object:
    if not path:
        return None
    try:
        found = Path(path).stat()
    except OSError:
        return path
    return path, found.st_mtime_ns, found.st_size, found.st_ino


def renew(context: ssl.SSLContext, configuration: client.Configuration) -> None:
    """Have `context` go by the files as they are now: connections that it makes from now on do.

    Raises:
        OSError: a file isn't there, or isn't whole.
    """
    if configuration.ssl_ca_cert:
        context.load_verify_locations(cafile=configuration.ssl_ca_cert)
    if configuration.cert_file:
        context.load_cert_chain(configuration.cert_file, configuration.key_file)


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
    """The header, and the certificates, that say who we are and whom we trust. Those in files are looked at again as a token is."""

    def __init__(self, configuration: client.Configuration, *, clock: Callable[[], float] = elapsed) -> None:
        self._configuration = configuration
        self._clock = clock
        self._believed_until = float("-inf")
        self._headers: dict[str, str] = {}
        self._renewing = asyncio.Lock()
        self._refused = False
        self._read_at = clock()
        self._certificates = certificates(configuration)
        #: For the connections of a request. With other certificates it is another one, so that no older connection is used.
        self.context = ssl_context(configuration)

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
        self._refused = True

    async def _read(self) -> dict[str, str]:
        try:
            if self._refused and self._clock() >= self._read_at + _READ_AGAIN and isinstance(self._configuration, KubeConfiguration):
                self._read_at, self._refused = self._clock(), False
                await asyncio.to_thread(self._configuration.read_again)
            renews = self._configuration.refresh_api_key_hook is not None
            headers = await asyncio.to_thread(self._say) if renews else self._say()
            self._renew_context()
        except (OSError, config.ConfigException) as error:
            raise Unavailable(f"our credentials for the API server can't be read: {error}") from error
        return headers

    def _renew_context(self) -> None:
        """Certificates that are being written may not fit each other yet: then the older ones count a little longer."""
        if (found := certificates(self._configuration)) == self._certificates:
            return
        try:
            self.context = ssl_context(self._configuration)
        except OSError as error:
            logger.warning("could not load the changed certificates for the API server: %s", error)
            return
        self._certificates = found
        logger.info("loaded the changed certificates for the API server")

    def _say(self) -> dict[str, str]:
        value = self._configuration.get_api_key_with_prefix("BearerToken", alias="authorization")
        return {"Authorization": value} if value else {}
