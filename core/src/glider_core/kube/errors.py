"""What a call that failed means. One table, so that no other module knows a status code.

| answer | exception | meaning |
|---|---|---|
| 404 of an object | NotFound | it isn't there, or not any more |
| other 404 | Unknown, which is Unavailable | a proxy's page, or a resource that the server doesn't know: of the object it says nothing |
| 409 AlreadyExists | AlreadyExists | something of that name is there |
| 409 | Conflict | somebody wrote it since we read it |
| 400, 413, 422 | Rejected | never, as it stands |
| any, since etcd takes no object as large | Rejected | never, as it stands |
| 403 by Pod Security | Rejected | never, as it stands |
| 403 by an admission webhook, 500 since one can't be called | Forbidden(webhook=True) | not now: what it wants may change |
| 403 of a quota | Forbidden(quota=True) | not now |
| other 403 | Forbidden | not with our rights, or not in this namespace as it is |
| 401 | Unauthorized | our credentials are stale |
| 410 | Expired, which is Unavailable | what the server was to go on from is too old; of the object itself it says nothing |
| 429, 5xx, no answer | Unavailable | not now; `retry_after` if the server said when, a minute at most |
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from glider_core.kube.jsonbytes import decoded


class KubeError(Exception):
    """A call that failed. Its text is the API server's own."""

    def __init__(self, message: str, *, retry_after: float = 0.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class NotFound(KubeError):
    """It isn't there, or not any more."""


class AlreadyExists(KubeError):
    """Something of that name is there."""


class Conflict(KubeError):
    """Somebody wrote it since we read it."""


class Rejected(KubeError):
    """The API server won't take it, now or later."""


class Forbidden(KubeError):
    """We may not, as things are: `quota`, a quota is used up; `webhook`, an admission webhook says so."""

    def __init__(self, message: str, *, quota: bool = False, webhook: bool = False) -> None:
        super().__init__(message)
        self.quota = quota
        self.webhook = webhook


class Unauthorized(KubeError):
    """Our credentials aren't accepted."""


class Unavailable(KubeError):
    """The API server can't, for now, or there was no answer."""


class Unknown(Unavailable):
    """There is nothing at that address: somebody between us and the API server says so, or it doesn't know the resource."""


class Expired(Unavailable):
    """What the server was to go on from is too old: all has to be listed again.

    Or, where it needn't all be as it was at one time, only from `go_on` on: a page's `continue`, empty where the server has none.
    """

    def __init__(self, message: str, *, go_on: str = "") -> None:
        super().__init__(message)
        self.go_on = go_on


_REJECTED = frozenset({400, 413, 422})
#: Words by which the API server says that a 403 is about the pod and not about us.
_POD_SECURITY = "violates PodSecurity"
#: etcd's words, which come with a 500: the object would take more than its limit, 1.5 MiB by default.
_TOO_LARGE = "request is too large"
_WEBHOOK = "admission webhook"
#: And that a 500 isn't its own: a webhook without which nothing may be done doesn't answer.
_NO_WEBHOOK = "failed calling webhook"
#: A proxy on the way may say anything, and an execution isn't to be forgotten for hours by that.
_LONGEST_WAIT = 60.0


def error_of(status: int, body: bytes, *, headers: Mapping[str, str]) -> KubeError:
    """The exception for an answer that isn't a good one."""
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
    said = headers.get("Retry-After") or (document.get("details") or {}).get("retryAfterSeconds") or 0
    try:
        seconds = float(said)
    except ValueError:
        return 0.0
    return min(_LONGEST_WAIT, max(0.0, seconds))
