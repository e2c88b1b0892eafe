"""The kubernetes client's configuration (address, certificates, tokens) for aiohttp.

The client's hook that renews a token reads a file or runs a program, so it runs in a thread, and its answer is used for some
seconds: both kinds of token are renewed a minute or more before they expire. Certificates have no such hook: their files are checked
as often. Where the API server refuses the credentials, the kubeconfig is read again, which runs the program that issues them.
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

#: How long headers are used before they are read again.
_VALID = 10.0
#: How often a kubeconfig is read again at most, where its credentials are refused.
_READ_AGAIN = 5.0

logger = logging.getLogger(__name__)


class KubeConfiguration(client.Configuration):
    """The client's configuration, which can be read again: certificates and tokens expire, and programs issue others."""

    def __init__(self, kubeconfig: Path | None) -> None:
        super().__init__()
        self._kubeconfig = kubeconfig
        self.read_again()

    def read_again(self) -> None:
        """Read the kubeconfig, or a pod's service account, and run the program that it names.

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
        """For a file that isn't a kubeconfig, the client raises all kinds of exceptions."""
        try:
            config.load_kube_config(str(kubeconfig) if kubeconfig else None, client_configuration=self)  # type: ignore[no-untyped-call]
        except (yaml.YAMLError, OSError, ValueError, TypeError, AttributeError, LookupError) as error:
            where = str(kubeconfig or os.environ.get("KUBECONFIG") or "the default kubeconfig")
            found = " ".join(str(error).split())
            raise config.ConfigException(f"{where}: expected a kubeconfig, found what can't be read as one: {found}") from error


def configuration_of(kubeconfig: Path | None) -> KubeConfiguration:
    """That of `kubeconfig`; without one, that of the cluster around this pod, or else of the default kubeconfig."""
    return KubeConfiguration(kubeconfig)


def certificates(configuration: client.Configuration) -> tuple[object, ...]:
    """The state of the certificates' files: it differs where one of them has changed."""
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
    """Load the files as they are now into `context`, for the connections that it makes from now on.

    Raises:
        OSError: a file isn't there, or isn't whole.
    """
    if configuration.ssl_ca_cert:
        context.load_verify_locations(cafile=configuration.ssl_ca_cert)
    if configuration.cert_file:
        context.load_cert_chain(configuration.cert_file, configuration.key_file)


def ssl_context(configuration: client.Configuration) -> ssl.SSLContext:
    """The trusted authorities, and the client's certificate if there is one."""
    context = ssl.create_default_context(cafile=configuration.ssl_ca_cert, cadata=configuration.ca_cert_data)
    if configuration.assert_hostname is False or not configuration.verify_ssl:
        context.check_hostname = False
    if not configuration.verify_ssl:
        context.verify_mode = ssl.CERT_NONE
    if configuration.cert_file:
        context.load_cert_chain(configuration.cert_file, configuration.key_file)
    return context


def route(configuration: client.Configuration) -> dict[str, Any]:
    """Arguments of aiohttp for a proxy, and for a server whose certificate has another name than its address.

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
    """The authorization header and the certificates. Those in files are checked as often as a token."""

    def __init__(self, configuration: client.Configuration, *, clock: Callable[[], float] = elapsed) -> None:
        self._configuration = configuration
        self._clock = clock
        self._valid_until = float("-inf")
        self._headers: dict[str, str] = {}
        self._renewing = asyncio.Lock()
        self._refused = False
        self._read_at = clock()
        self._certificates = certificates(configuration)
        #: For the connections of a request. Changed certificates get another context, so that no older connection is used.
        self.context = ssl_context(configuration)

    async def headers(self) -> dict[str, str]:
        """The headers of a request.

        Raises:
            Unavailable: the token can't be read.
        """
        if self._clock() >= self._valid_until:
            async with self._renewing:
                if self._clock() >= self._valid_until:
                    self._headers = await self._read()
                    self._valid_until = self._clock() + _VALID
        return self._headers

    def refused(self) -> None:
        """The API server refuses the credentials."""
        self._valid_until = float("-inf")
        self._refused = True

    async def _read(self) -> dict[str, str]:
        try:
            if self._refused and self._clock() >= self._read_at + _READ_AGAIN and isinstance(self._configuration, KubeConfiguration):
                self._read_at, self._refused = self._clock(), False
                await asyncio.to_thread(self._configuration.read_again)
            renews = self._configuration.refresh_api_key_hook is not None
            headers = await asyncio.to_thread(self._authorization) if renews else self._authorization()
            self._renew_context()
        except (OSError, config.ConfigException) as error:
            raise Unavailable(f"the credentials for the API server can't be read: {error}") from error
        return headers

    def _renew_context(self) -> None:
        """Certificates that are being written may not match each other yet: then the older ones are used a little longer."""
        if (found := certificates(self._configuration)) == self._certificates:
            return
        try:
            self.context = ssl_context(self._configuration)
        except OSError as error:
            logger.warning("could not load the changed certificates for the API server: %s", error)
            return
        self._certificates = found
        logger.info("loaded the changed certificates for the API server")

    def _authorization(self) -> dict[str, str]:
        value = self._configuration.get_api_key_with_prefix("BearerToken", alias="authorization")
        return {"Authorization": value} if value else {}
