"""Whether the API server answers, which one it is, who asks it, and whether both agree on the time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from glider.version import __version__
from glider_client.checks.check import Check, Group, Json, ask
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import ClusterError
from glider_core.api.moments import parse_time, words

#: The oldest Kubernetes that Glider runs on.
OLDEST = (1, 31)
#: Certificates and tokens tolerate less than this; the API server's time has whole seconds.
MOST_SKEW = timedelta(seconds=30)

_GROUP = Group(name="server")
_VERSION = re.compile(r"v?(\d+)\.(\d+)")
_REVIEW = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Server:
    """What was read. `asked` and `answered`: this machine's time before and after the API server gave its own."""

    address: str
    context: str
    version: Json | ClusterError
    review: Json | ClusterError
    asked: datetime
    answered: datetime


def read(cluster: Cluster) -> Server:
    """Its version, and what it takes the user for, with its time."""
    version = ask(lambda: cluster.get("/version"))
    asked = datetime.now(UTC)
    review = version if isinstance(version, ClusterError) else ask(lambda: _review(cluster))
    answered = datetime.now(UTC)
    address, context = cluster.server, cluster.config.context
    return Server(address=address, context=context, version=version, review=review, asked=asked, answered=answered)


def check(server: Server) -> Iterator[Check]:
    """The server, its version, the user, the clock."""
    place = f"{server.address} (context {server.context!r})" if server.context else server.address
    if isinstance(server.version, ClusterError):
        yield _GROUP.problem("API server", str(server.version))
        return
    yield _GROUP.ok("API server", f"{place} answers")
    yield _version(str(server.version.get("gitVersion") or ""))
    yield _GROUP.ok("client", f"glider {__version__}")
    if isinstance(server.review, ClusterError):
        yield _GROUP.unanswered("user", server.review)
        return
    user = ((server.review.get("status") or {}).get("userInfo") or {}).get("username")
    yield _GROUP.ok("user", str(user)) if user else _GROUP.warning("user", "the API server doesn't report who you are")
    if theirs := parse_time((server.review.get("metadata") or {}).get("creationTimestamp")):
        yield _clock(theirs, asked=server.asked, answered=server.answered)


def _review(cluster: Cluster) -> Json:
    return cluster.create("/apis/authentication.k8s.io/v1/selfsubjectreviews", _REVIEW)


def _version(found: str) -> Check:
    match = _VERSION.match(found)
    if match is None:
        return _GROUP.warning("Kubernetes", f"its version is {found or 'not reported'}", f"Glider needs {_dotted(OLDEST)} or newer.")
    if (int(match[1]), int(match[2])) < OLDEST:
        return _GROUP.problem("Kubernetes", f"expected {_dotted(OLDEST)} or newer, found {found}", "Upgrade the cluster.")
    return _GROUP.ok("Kubernetes", found)


def _clock(server: datetime, *, asked: datetime, answered: datetime) -> Check:
    """The API server's moment lies between the other two, where both agree. It is cut to whole seconds."""
    behind, ahead = server - answered, asked - server - timedelta(seconds=1)
    if max(behind, ahead) <= MOST_SKEW:
        return _GROUP.ok("clock", "this machine's and the API server's agree")
    side = f"{words(behind)} behind" if behind > ahead else f"{words(ahead)} ahead of"
    return _GROUP.warning("clock", f"this machine's is {side} the API server's", "Set it by NTP: credentials expire by it.")


def _dotted(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"
