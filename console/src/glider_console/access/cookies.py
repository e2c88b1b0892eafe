"""A token in cookies: the browser keeps it, so that nothing is stored here, and every replica understands each request.

Browsers take about 4 KB a cookie, and tokens of OpenID Connect may be longer: then there are several. The first one starts with
their number. `__Host-` and Secure are for HTTPS; browsers treat http://localhost alike.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

#: Less than what browsers take, with the cookie's name and attributes.
_CHUNK = 3_500
_MOST = 5
_NUMBERS = [str(number) for number in range(1, _MOST + 1)]
#: The longest token that fits.
LONGEST = _CHUNK * _MOST


def base_name(host: str) -> str:
    """The name of the cookies for a Host header: consoles on several ports of one host don't overwrite each other's."""
    port = host.rpartition(":")[2]
    return f"__Host-glider-console-{port}" if port.isascii() and port.isdecimal() else "__Host-glider-console"


def token_in(cookies: Mapping[str, str], *, host: str) -> str:
    """The token; empty where there is none, or not all of it."""
    base = base_name(host)
    number, colon, first = cookies.get(f"{base}-0", "").partition(":")
    if not colon or number not in _NUMBERS:
        return ""
    others = [cookies.get(f"{base}-{index}", "") for index in range(1, int(number))]
    return first + "".join(others) if all(others) else ""


def keep(answer: Response, token: str, *, host: str) -> None:
    """Have the browser keep `token`, of at most LONGEST characters, until it is closed; an empty one: none."""
    base = base_name(host)
    chunks = [token[start : start + _CHUNK] for start in range(0, len(token), _CHUNK)]
    if chunks:
        chunks[0] = f"{len(chunks)}:{chunks[0]}"
    for index in range(_MOST):
        name = f"{base}-{index}"
        if index < len(chunks):
            answer.set_cookie(name, chunks[index], path="/", secure=True, httponly=True, samesite="strict")
        else:
            answer.delete_cookie(name, path="/", secure=True, httponly=True, samesite="strict")
