"""What a JSON Web Token claims, without its signature: how long it lasts, and why the API server may have refused it."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

#: So much of what a token claims is repeated in a message.
_LONGEST = 100


def claims_of(token: str) -> Mapping[str, Any]:
    """The claims of `token`; none where it is no JSON Web Token."""
    parts = token.split(".")
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (IndexError, ValueError, binascii.Error, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def expiry_of(claims: Mapping[str, Any]) -> float:
    """When it expires, in seconds since 1970; infinite where it doesn't."""
    expiry = claims.get("exp")
    return float(expiry) if isinstance(expiry, int | float) and not isinstance(expiry, bool) else float("inf")


def fault_of(claims: Mapping[str, Any], *, now: float) -> str:
    """What a refused token has that may be why, as a sentence goes on."""
    expiry = expiry_of(claims)
    if expiry <= now:
        try:
            return f"it expired at {datetime.fromtimestamp(expiry, UTC):%Y-%m-%d %H:%M:%S} UTC"
        except (ValueError, OverflowError, OSError):
            return "it has expired"
    audience = claims.get("aud")
    named = ", ".join(str(one) for one in audience) if isinstance(audience, list) else str(audience or "")
    if named and named.isprintable() and len(named) <= _LONGEST:
        return f"it is wrong, its account is gone, or its audience ({named}) isn't the API server's"
    return "it is wrong, or its account is gone"
