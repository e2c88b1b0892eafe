"""Which namespaces a viewer may choose: all, or those whose executions they may list."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from glider_client.access.rights import Right
from glider_client.cluster import paths
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import ForbiddenError
from glider_console.access.reviews import Ask, Reviews
from glider_console.access.viewer import Viewer

#: So many are reviewed; a viewer can name any other.
_MOST = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Namespaces:
    """`all`: whether the viewer may list all namespaces at once; `names`: those to choose from."""

    all: bool
    names: Sequence[str]


async def namespaces_of(viewer: Viewer, *, ask: Ask, reviews: Reviews, configured: Sequence[str], resource: str) -> Namespaces:
    """The namespaces where `viewer` may list `resource`, of those that they may list, else of the `configured` ones.

    Raises:
        ClusterError: the API server doesn't answer.
    """
    everywhere = await reviews.allowed(viewer, Right(verb="list", resource=resource))
    names = await _names(viewer, ask, configured)
    if everywhere:
        return Namespaces(all=True, names=names)
    rights = [Right(verb="list", resource=resource, namespace=name) for name in names[:_MOST]]
    allowed = await asyncio.gather(*(reviews.allowed(viewer, right) for right in rights))
    return Namespaces(all=False, names=[right.namespace for right, is_allowed in zip(rights, allowed, strict=True) if is_allowed])


async def _names(viewer: Viewer, ask: Ask, configured: Sequence[str]) -> list[str]:
    try:
        names: list[str] = await ask(viewer, _listed)
    except ForbiddenError:
        names = list(configured)
    return sorted(names)


def _listed(cluster: Cluster) -> list[str]:
    return [item["metadata"]["name"] for page in cluster.pages(paths.namespaces(), query={}) for item in page["items"]]
