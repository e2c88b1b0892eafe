"""Failed calls as exceptions. One table, so that no other module knows a status code.

| answer | exception | meaning |
|---|---|---|
| 404 of an object | NotFound | it doesn't exist, or was deleted |
| other 404 | Unknown, which is Unavailable | a proxy's page, or an unknown resource; the object may exist |
| 409 AlreadyExists | AlreadyExists | an object of that name exists |
| 409 | Conflict | it was written since it was read |
| 400, 413, 422 | Rejected | never, as it is |
| any, the object being too large for etcd | Rejected | never, as it is |
| 403 by Pod Security | Rejected | never, as it is |
| 403 by an admission webhook, 500 since one can't be called | Forbidden(webhook=True) | not now: its rules may change |
| 403 of a quota | Forbidden(quota=True) | not now |
| other 403 | Forbidden | not with these rights, or not in this namespace as it is |
| 401 | Unauthorized | the credentials are refused |
| 410 | Expired, which is Unavailable | the version to continue from is too old; it states nothing about the object itself |
| 429, 5xx, no answer | Unavailable | not now; `retry_after` if the server sent one, a minute at most |
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from glider_core.kube.jsonbytes import decoded


class KubeError(Exception):
    """A failed call. Its text is the API server's own."""

    def __init__(self, message: str, *, retry_after: float = 0.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class NotFound(KubeError):
    """The object doesn't exist, or was deleted."""


class AlreadyExists(KubeError):
    """An object of that name exists."""


class Conflict(KubeError):
    """The object was written since it was read."""


class Rejected(KubeError):
    """The API server refuses it, now and later."""


class Forbidden(KubeError):
    """Not allowed for now: `quota`, a quota is used up; `webhook`, an admission webhook refused it."""

    def __init__(self, message: str, *, quota: bool = False, webhook: bool = False) -> None:
        super().__init__(message)
        self.quota = quota
        self.webhook = webhook


class Unauthorized(KubeError):
    """The credentials are refused."""


class Unavailable(KubeError):
    """The API server can't answer for now, or there was no answer."""


class Unknown(Unavailable):
    """There is nothing at that address: a proxy reports that, or the API server doesn't know the resource."""


class Expired(Unavailable):
    """The version to continue from is too old: all objects have to be listed again.

    Where the list needn't be consistent, it can go on from `go_on`: a page's `continue`, empty where the server sends none.
    """

    def __init__(self, message: str, *, go_on: str = "") -> None:
        super().__init__(message)
        self.go_on = go_on


_REJECTED = frozenset({400, 413, 422})
#: The API server's words in a 403 that is about the pod, and not about the operator's rights.
_POD_SECURITY = "violates PodSecurity"
#: etcd's words, which come with a 500: the object is larger than its limit, 1.5 MiB by default.
_TOO_LARGE = "request is too large"
_WEBHOOK = "admission webhook"
#: The same in a 500: a webhook whose failurePolicy is Fail doesn't answer.
_NO_WEBHOOK = "failed calling webhook"
#: A proxy may send any Retry-After, and no execution should wait for hours by that.
_LONGEST_WAIT = 60.0


def error_of(status: int, body: bytes, *, headers: Mapping[str, str]) -> KubeError:
    """The exception for an answer that isn't a success."""
    document = _document(body)
    message = str(document.get("message") or body[:500].decode(errors="replace") or f"HTTP status {status}")
    if _TOO_LARGE in message:
        return Rejected(message)
    match status:
        case 404:
            return NotFound(message) if document.get("reason") == "NotFound" else Unknown(message)
        case 409:
            return AlreadyExists(message) if document.get("reason") == "AlreadyExists" else Conflict(message)
        case 410:
            return Expired(message, go_on=str((document.get("metadata") or {}).get("continue") or ""))
        case 401:
            return Unauthorized(message)
        case 403:
            if _POD_SECURITY in message:
                return Rejected(message)
            return Forbidden(message, quota="exceeded quota" in message, webhook=_WEBHOOK in message)
        case 500 if _NO_WEBHOOK in message:
            return Forbidden(message, webhook=True)
        case _ if status in _REJECTED:
            return Rejected(message)
        case _:
            return Unavailable(message, retry_after=_retry_after(headers, document))


def _document(body: bytes) -> Mapping[str, Any]:
    try:
        document = decoded(body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _retry_after(headers: Mapping[str, str], document: Mapping[str, Any]) -> float:
    found = headers.get("Retry-After") or (document.get("details") or {}).get("retryAfterSeconds") or 0
    try:
        seconds = float(found)
    except ValueError:
        return 0.0
    return min(_LONGEST_WAIT, max(0.0, seconds))
