"""The token of a call: it is in one of its headers, as flytekit and flytectl send it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from glider_admin.access.advice import WORDS
from glider_client.cluster.errors import UnauthorizedError

#: The first is what FlyteAdmin asks clients to send, by default; the second is for proxies that keep the first for themselves.
_HEADERS = ("authorization", "flyte-authorization")
_BEARER = "bearer"
#: As the API server takes them: longer ones aren't even reviewed.
_LONGEST = 16 * 1024


def without_credentials(headers: Iterable[tuple[str, str | bytes]]) -> Mapping[str, str]:
    """The headers of text, but for those with tokens."""
    return {key.lower(): value for key, value in headers if isinstance(value, str) and key.lower() not in _HEADERS}


def token_of(headers: Iterable[tuple[str, str | bytes]]) -> str:
    """The bearer token of a call.

    Raises:
        UnauthorizedError: there is none, or what is there can't be one.
    """
    sent = {key.lower(): value for key, value in headers if isinstance(value, str)}
    for header in _HEADERS:
        scheme, _, token = sent.get(header, "").strip().partition(" ")
        if scheme.lower() != _BEARER:
            continue
        if not (token := token.strip()):
            raise UnauthorizedError(f"The token of the header {header} is empty: the command prints none. {WORDS}")
        if len(token) > _LONGEST:
            raise UnauthorizedError(f"The token of the header {header} has {len(token)} characters, expected at most {_LONGEST}. {WORDS}")
        return token
    raise UnauthorizedError(f"The call has no bearer token. {WORDS}")
