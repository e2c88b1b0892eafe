"""A viewer: whoever has it acts with that person's own rights, and no others."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from glider_client.cluster.config import ClientConfig


@dataclass(frozen=True, kw_only=True, slots=True)
class Viewer:
    """A person, or a program, that uses the console.

    Attributes:
        key: names the credential in caches; never shown, and the credential can't be derived from it.
        name: the name to show; empty where it isn't known.
        entrance: which way in was used: local, token or proxy.
        config: the cluster, with this viewer's credential.
    """

    key: str
    name: str
    entrance: str
    config: ClientConfig = field(repr=False)


def key_of(*secrets: str) -> str:
    """The key for a credential that consists of `secrets`."""
    return hashlib.sha256("\0".join(secrets).encode()).hexdigest()
