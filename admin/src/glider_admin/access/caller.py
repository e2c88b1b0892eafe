"""A caller: whoever has it acts with that user's own rights, and no others."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from glider_client.cluster.config import ClientConfig


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """A user, or a pod by its service account, as a TokenReview names it.

    Attributes:
        key: names the token in caches; never shown, and the token can't be derived from it.
        user: the user's name.
        uid: the user's UID.
        groups: the user's groups.
        extra: what else the API server knows, such as the pod that a token is bound to.
        config: the cluster, with this caller's token.
    """

    key: str
    user: str
    uid: str = ""
    groups: tuple[str, ...] = ()
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    config: ClientConfig = field(repr=False)


def key_of(token: str) -> str:
    """The key for a token."""
    return hashlib.sha256(token.encode()).hexdigest()
