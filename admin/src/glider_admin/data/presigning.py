"""URLs for one request to S3, signed by Signature Version 4 (query parameters), with headers that the request must have. obstore's own
don't insist on any, so that whoever has one could put other content there. Pure.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

_ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, kw_only=True, slots=True)
class Keys:
    """What is signed with, and where: `base` is the bucket's URL."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(default="", repr=False)
    region: str
    base: str


def presigned(keys: Keys, *, method: str, key: str, seconds: int, headers: Mapping[str, str], now: dt.datetime) -> str:
    """The URL for a request to the object `key` that has these `headers`, good for so many seconds from `now` on."""
    moment = now.strftime("%Y%m%dT%H%M%SZ")
    scope = f"{moment[:8]}/{keys.region}/s3/aws4_request"
    where = urlsplit(keys.base)
    path = f"{where.path.rstrip('/')}/{quote(key, safe='/~')}"
    signed = {"host": where.netloc, **{name.lower(): value.strip() for name, value in headers.items()}}
    names = ";".join(sorted(signed))
    query = {
        "X-Amz-Algorithm": _ALGORITHM,
        "X-Amz-Credential": f"{keys.access_key_id}/{scope}",
        "X-Amz-Date": moment,
        "X-Amz-Expires": str(seconds),
        **({"X-Amz-Security-Token": keys.session_token} if keys.session_token else {}),
        "X-Amz-SignedHeaders": names,
    }
    parameters = "&".join(f"{name}={quote(value, safe='~')}" for name, value in sorted(query.items()))
    lines = "".join(f"{name}:{signed[name]}\n" for name in sorted(signed))
    request = "\n".join((method, path, parameters, lines, names, "UNSIGNED-PAYLOAD"))
    text = "\n".join((_ALGORITHM, moment, scope, hashlib.sha256(request.encode()).hexdigest()))
    signing = f"AWS4{keys.secret_access_key}".encode()
    for part in scope.split("/"):
        signing = _mac(signing, part)
    return f"{where.scheme}://{where.netloc}{path}?{parameters}&X-Amz-Signature={_mac(signing, text).hex()}"


def _mac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
