"""The headers that keep pages apart, and the checks of where a request comes from. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers

#: Whatever changes something has this header: another site's form can't set it.
MARK = "X-Glider-Console"

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "frame-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        # No text becomes markup or script, whatever it holds: a page that tried would fail.
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)

#: What a page of the console never uses.
_PERMISSIONS = ("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "microphone", "midi", "payment", "serial", "usb")

SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _PERMISSIONS),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

#: From now on only by HTTPS, for a year; sent where the request came by it.
TRANSPORT_SECURITY = "max-age=31536000"


def headers_for(headers: Headers) -> Mapping[str, str]:
    """What each answer to a request with these `headers` has, unless it has set it itself."""
    by_https = headers.get("X-Forwarded-Proto", "").lower() == "https"
    return SECURITY_HEADERS | ({"Strict-Transport-Security": TRANSPORT_SECURITY} if by_https else {})


def is_known_host(host: str, hosts: Collection[str]) -> bool:
    """Whether a Host header is one of `hosts`, with any port where they have none. An unknown one may be another site's own name,
    which it has bound to this address (DNS rebinding).
    """
    name, colon, port = host.rpartition(":")
    without_port = name if colon and port.isdigit() else host
    return host.lower() in hosts or without_port.lower() in hosts


def is_other_sites(headers: Headers) -> bool:
    """Whether a browser sent the request for another site's page, or for a deck, whose frame belongs to no site."""
    return headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")


def may_change(headers: Headers) -> bool:
    """Whether a request that changes something was sent by the console's own pages, or by a program."""
    if headers.get(MARK) != "1" or headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return False
    origin = headers.get("Origin")
    return origin is None or (_host_in(origin) == headers.get("Host") and origin != "null")


def _host_in(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None
