"""As whom a request asks to be served: its headers and cookies -> a claim, which the API server checks later. Pure.

The order: the headers of a proxy that names the viewer, the header of a proxy that passes a token on, the cookies of the sign-in
page. A request with both kinds of headers is refused: one of the two was added by somebody else.
"""

from __future__ import annotations

import hmac
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from starlette.datastructures import Headers

from glider_console.access import cookies as token_cookies
from glider_console.settings import ImpersonatingProxy, Settings

#: RFC 6750's b64token.
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
#: The API server adds it by itself.
_AUTHENTICATED = "system:authenticated"
_SYSTEM = "system:"


class RefusedClaimError(Exception):
    """A claim that isn't believed. The text is for the log, and for whoever configures the proxy."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenClaim:
    """A bearer token. `entrance`: token where the viewer pasted it, proxy where a proxy passed it on."""

    token: str = field(repr=False)
    entrance: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ImpersonationClaim:
    """A user and groups, as an allow-listed proxy names them."""

    user: str
    groups: tuple[str, ...] = ()


Claim: TypeAlias = TokenClaim | ImpersonationClaim


def claim_of(headers: Headers, cookies: Mapping[str, str], *, peer: str, settings: Settings, secret: str = "") -> Claim | None:
    """The claim of a request from the address `peer`; None where it has none. `secret`: what an impersonating proxy has to send.

    Raises:
        RefusedClaimError: it isn't believed.
    """
    named = _impersonation(headers, peer=peer, proxy=settings.impersonation, secret=secret)
    passed_on = _passed_on(headers, settings.proxy_token.header)
    if named is not None and passed_on:
        raise RefusedClaimError("the request has the headers of impersonation and a token beside them: expected one of the two")
    if named is not None:
        return named
    if passed_on:
        return TokenClaim(token=passed_on, entrance="proxy")
    kept = token_cookies.token_in(cookies, host=headers.get("host", "")) if settings.token.enabled else ""
    return TokenClaim(token=kept, entrance="token") if is_token(kept) else None


def is_token(text: str) -> bool:
    """Whether `text` may be a bearer token."""
    return len(text) <= token_cookies.LONGEST and _TOKEN.fullmatch(text) is not None


def _passed_on(headers: Headers, name: str | None) -> str:
    """The token in the header `name`; empty where there is none. Authorization may have another scheme, of the ingress's own."""
    found = headers.getlist(name) if name else []
    if len(found) > 1:
        raise RefusedClaimError(f"the header {name} is there {len(found)} times: expected it once")
    scheme, _, rest = (found[0] if found else "").partition(" ")
    token = rest.strip() if scheme.lower() == "bearer" else "" if (name or "").lower() == "authorization" else "".join(found)
    if token and not is_token(token):
        raise RefusedClaimError(f"the header {name} holds something else than a bearer token")
    return token


def _impersonation(headers: Headers, *, peer: str, proxy: ImpersonatingProxy, secret: str) -> ImpersonationClaim | None:
    if not proxy.proxies:
        return None
    users, groups = _texts(headers, proxy.user_header), _texts(headers, proxy.group_header)
    if not users and not groups:
        return None
    if not _is_one_of(peer, proxy):
        raise RefusedClaimError(f"the headers of impersonation come from {peer}, which isn't in impersonation.proxies")
    if secret and not _is_shared(headers.getlist(proxy.secret_header), secret):
        raise RefusedClaimError(f"the headers of impersonation come without the secret of {proxy.secret_header}, or with another one")
    if len(users) != 1 or not users[0].strip():
        raise RefusedClaimError(f"the header {proxy.user_header} names no user, or several: expected one")
    user = users[0].strip()
    members = tuple(dict.fromkeys(name.strip() for text in groups for name in text.split(",") if name.strip()))
    for name in (user, *members):
        if name.startswith(_SYSTEM) and name != _AUTHENTICATED:
            raise RefusedClaimError(f"the proxy names {name!r}: what begins with {_SYSTEM} is never impersonated")
    if user == _AUTHENTICATED:
        raise RefusedClaimError(f"the proxy names the user {user!r}: what begins with {_SYSTEM} is never impersonated")
    return ImpersonationClaim(user=user, groups=tuple(name for name in members if name != _AUTHENTICATED))


def _texts(headers: Headers, name: str) -> list[str]:
    """The values of the header `name`. HTTP has bytes there; names are in UTF-8, for the API server, too."""
    try:
        return [text.encode("latin-1").decode() for text in headers.getlist(name)]
    except UnicodeDecodeError as error:
        raise RefusedClaimError(f"the header {name} isn't in UTF-8") from error


def _is_one_of(peer: str, proxy: ImpersonatingProxy) -> bool:
    try:
        address = ipaddress.ip_address(peer.partition("%")[0])
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return any((mapped or address) in network for network in proxy.proxies)


def _is_shared(found: list[str], secret: str) -> bool:
    return len(found) == 1 and hmac.compare_digest(found[0].encode(), secret.encode())
