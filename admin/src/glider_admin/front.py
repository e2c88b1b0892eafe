"""What every handler works with: the settings, the caches, the callers' clusters, and what callers may."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from glider_admin.access.caller import Caller
from glider_admin.access.identities import Identities
from glider_admin.access.reviews import Reviews
from glider_admin.access.turns import Turns
from glider_admin.cache.cache import Cache
from glider_admin.data.files import Files
from glider_admin.measures import Measures
from glider_admin.messages.places import namespace_of
from glider_admin.settings import Settings
from glider_client.access.clusters import Clusters
from glider_client.access.rights import Right
from glider_client.cluster import paths
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import NoCrdError, NotFoundError
from glider_core.api.labels import EXECUTIONS, TEMPLATES
from glider_core.api.template_names import template_name

Json = Mapping[str, Any]
T = TypeVar("T")

#: So many contents, or pages of metadata, are in memory at once, whoever asked for them.
_CONTENTS = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Front:
    """The parts that handlers work with. `contents`: turns of what takes much memory. `ending`: the process is to end."""

    settings: Settings
    cache: Cache
    clusters: Clusters
    identities: Identities
    reviews: Reviews
    files: Files
    measures: Measures = field(default_factory=Measures)
    turns: Turns = field(default_factory=Turns)
    contents: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_CONTENTS))
    ending: asyncio.Event = field(default_factory=asyncio.Event)

    def problem(self) -> str:
        """Why another replica would serve better; empty if none would."""
        return "the process is ending" if self.ending.is_set() else self.cache.problem()


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

    async def ask_large(self, question: Callable[[Cluster], T]) -> T:
        """The same, for what takes much memory: few such questions are asked at once.

        Raises:
            ClusterError: the cluster refuses.
        """
        async with self.front.contents:
            return await self.ask(question)

    def namespace(self, project: str, domain: str) -> str:
        """The namespace of a project and a domain.

        Raises:
            FieldError: there is none.
        """
        return namespace_of(project, domain, settings=self.front.settings)

    async def require(self, right: Right) -> None:
        """Nothing, if the caller has `right`, for all objects of the namespace or for the one that it names.

        Raises:
            ForbiddenError: they don't.
        """
        reviews, everywhere = self.front.reviews, replace(right, name="")
        if right.name and await reviews.allowed(self.caller, everywhere):
            return  # asked without the name first: one answer for all objects that somebody polls
        await reviews.require(self.caller, right)

    async def execution(self, namespace: str, name: str) -> Json | None:
        """The TaskExecution of that name, from the cache; asked for once where it isn't there, since another replica may have made it.

        Raises:
            ForbiddenError: the caller may not read it.
            ClusterError: the API server doesn't answer.
        """
        await self.require(Right(verb="get", resource=EXECUTIONS, namespace=namespace, name=name))
        return self.front.cache.executions.get(namespace, name) or await self._fetched(paths.executions(namespace, name))

    async def template(self, namespace: str, *, task: str, version: str) -> Json | None:
        """The TaskTemplate of a version of a task, in the same way.

        Raises:
            ForbiddenError: the caller may not read it.
            ClusterError: the API server doesn't answer.
        """
        name = template_name(task=task, version=version)
        await self.require(Right(verb="get", resource=TEMPLATES, namespace=namespace, name=name))
        templates = self.front.cache.templates
        row = templates.version(namespace, task=task, version=version)
        return templates.document(row) if row is not None else await self._fetched(paths.templates(namespace, name))

    async def template_named(self, namespace: str, name: str) -> Json | None:
        """The TaskTemplate of that name, as a taskRef has it, in the same way.

        Raises:
            ForbiddenError: the caller may not read it.
            ClusterError: the API server doesn't answer.
        """
        await self.require(Right(verb="get", resource=TEMPLATES, namespace=namespace, name=name))
        return self.front.cache.templates.get(namespace, name) or await self._fetched(paths.templates(namespace, name))

    async def _fetched(self, path: str) -> Json | None:
        """The object at `path`, by the caller's own right; None where there is none."""
        try:
            return await self.ask(lambda cluster: cluster.get(path))
        except NoCrdError:
            raise
        except NotFoundError:
            return None
