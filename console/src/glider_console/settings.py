"""What the process is started with: in a cluster one YAML file, apiVersion glider.dev/v1alpha1, kind ConsoleConfiguration."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from glider.wire.jsonform import FieldError
from glider_core.api.fields import Fields
from glider_core.api.settings import ADDRESS, FLAG, LIMIT, NAMESPACE, NAMESPACES, PATH, Kind, parse_section, section, setting
from glider_core.config.loading import read_document
from glider_core.config.model import Logging
from glider_core.config.parsing import settings_in

KIND = "ConsoleConfiguration"
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

_HEADER_NAME = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"
_HOST_NAME = r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]"
#: Headers that mean something else.
_TAKEN = ("cookie", "host", "origin", "x-glider-console")


def _header(fields: Fields, name: str) -> str | None:
    found = fields.matching(name, _HEADER_NAME, expected="the name of a header, such as X-Remote-User")
    if found is not None and found.lower() in _TAKEN:
        raise FieldError(fields.path(name), expected="a header that the proxy alone sets", found=found)
    return found


def _networks(fields: Fields, name: str) -> tuple[Network, ...] | None:
    found = []
    for number, text in enumerate(fields.texts(name)):
        try:
            found.append(ipaddress.ip_network(text))
        except ValueError as error:
            raise FieldError(f"{fields.path(name)}[{number}]", expected="a network such as 10.1.0.0/16", found=text) from error
    return tuple(found) or None


HEADER = Kind(words="name of a header", read=_header)
NETWORKS = Kind(words="list of networks", read=_networks)
HOSTS = Kind(
    words="list of strings",
    read=lambda fields, name: fields.texts(name, pattern=_HOST_NAME, what="host's name, such as glider.example.com") or None,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class PastedToken:
    """The sign-in page, where a viewer pastes a token."""

    enabled: bool = setting("Whether viewers may sign in with a bearer token of their own.", FLAG, default=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class ProxyToken:
    """A proxy that signs viewers in by OpenID Connect, and passes their tokens on."""

    header: str | None = setting(
        "The header in which a proxy passes the viewer's token on, such as Authorization or X-Forwarded-Access-Token.",
        HEADER,
        default_text="none is believed",
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class ImpersonatingProxy:
    """A proxy that names the viewer, whom the console then impersonates."""

    proxies: tuple[Network, ...] = setting(
        "The networks of the proxies that may name a viewer. Such headers of others are refused.", NETWORKS, default=(), default_text="none"
    )
    user_header: str = setting("The header with the viewer's name.", HEADER, default="X-Remote-User")
    group_header: str = setting(
        "The header with the viewer's groups: repeated, or with commas between them.", HEADER, default="X-Remote-Group"
    )
    secret_header: str = setting("The header with the secret that the proxy shares.", HEADER, default="X-Glider-Proxy-Secret")
    secret_file: Path | None = setting("A file with that secret; without one the network alone decides.", PATH, default_text="none")


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What one viewer may take."""

    streams: int = setting("How many streams a viewer may have open at once.", LIMIT, default=20)
    request_bytes: int = setting("How large a request's body may be.", LIMIT, default=4 * 1024 * 1024)


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """The console's settings. `static` is the folder of the built front end."""

    bind_address: str = setting("Where it listens.", ADDRESS, default=":8585")
    hosts: tuple[str, ...] = setting(
        "The names that viewers reach it by, such as glider.example.com. Requests to other names are refused, except the probes.",
        HOSTS,
        default=(),
        default_text="any name",
    )
    namespace: str = setting("The namespace that pages begin with.", NAMESPACE, default="", default_text="all")
    namespaces: tuple[str, ...] = setting(
        "The namespaces to choose from, for viewers who may not list them.", NAMESPACES, default=(), default_text="none"
    )
    operator_config_file: Path | None = setting(
        "The operator's own configuration, so that the console can show where values come from.", PATH, default_text="the built-in one"
    )
    token: PastedToken = setting("The sign-in page.", section(PastedToken), default=PastedToken)
    proxy_token: ProxyToken = setting("A proxy that passes the viewer's token on.", section(ProxyToken), default=ProxyToken)
    impersonation: ImpersonatingProxy = setting(
        "A proxy that names the viewer, as whom the console's service account acts.",
        section(ImpersonatingProxy),
        default=ImpersonatingProxy,
    )
    limits: Limits = setting("What one viewer may take.", section(Limits), default=Limits)
    logging: Logging = setting("The console's own log.", section(Logging), default=Logging)
    static: Path = Path(__file__).parent / "static"

    @property
    def host(self) -> str:
        """The address to listen on; empty for all of the machine's."""
        return self.bind_address.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """The port; 0 for any that is free."""
        return int(self.bind_address.rpartition(":")[2])


def load_settings(path: Path | None) -> Settings:
    """The settings in the file at `path`; the defaults where there is none.

    Raises:
        FieldError: it isn't YAML, a key is unknown or of another form, or keys don't fit together.
        OSError: the file can't be read.
    """
    return Settings() if path is None else read_document(path.read_bytes(), name=str(path), parse=parse_settings)


def parse_settings(document: Any) -> Settings:
    """The settings from their JSON form.

    Raises:
        FieldError: a key is unknown or of another form, or keys don't fit together.
    """
    settings = parse_section(Settings, Fields(settings_in(document, kind=KIND), path=""))
    proxy = settings.impersonation
    for number, network in enumerate(proxy.proxies):
        if network.prefixlen == 0 and proxy.secret_file is None:
            expected = "the networks of proxies alone, or secretFile beside it"
            raise FieldError(f"impersonation.proxies[{number}]", expected=expected, found=str(network))
    names = [proxy.user_header, proxy.group_header, proxy.secret_header, settings.proxy_token.header or ""]
    if proxy.proxies and len({name.lower() for name in names}) < len(names):
        found = ", ".join(filter(None, names))
        raise FieldError("impersonation", expected="a header of its own for user, group and secret, and for proxyToken", found=found)
    if not (settings.token.enabled or settings.proxy_token.header or proxy.proxies):
        raise FieldError("token.enabled", expected="true, or proxyToken or impersonation beside it", found=False)
    return settings
