"""What every handler works with: the settings, the caches, the callers' clusters, and what callers may."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from glider_admin.access.caller import Caller
from glider_admin.access.identities import Identities
from glider_admin.access.reviews import Reviews
from glider_admin.cache.cache import Cache
from glider_admin.messages.places import namespace_of
from glider_admin.settings import Settings
from glider_client.access.clusters import Clusters
from glider_client.cluster.client import Cluster

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Front:
    """The parts that handlers work with."""

    settings: Settings
    cache: Cache
    clusters: Clusters
    identities: Identities
    reviews: Reviews


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One call of an RPC: who calls, and what with. `metadata` are the call's headers, without its credential."""

    front: Front
    caller: Caller
    metadata: Mapping[str, str] = field(default_factory=dict)

    async def ask(self, question: Callable[[Cluster], T]) -> T:
        """The answer to `question`, which is called in a thread with the caller's own cluster: all writes are.

        Raises:
            ClusterError: the cluster refuses.
        """
        return await self.front.clusters.ask(self.caller, question)

    def namespace(self, project: str, domain: str) -> str:
        """The namespace of a project and a domain.

        Raises:
            FieldError: there is none.
        """
        return namespace_of(project, domain, rule=self.front.settings.namespace)
