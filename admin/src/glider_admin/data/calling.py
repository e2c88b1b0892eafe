"""What this package needs of a call: the front's files, and the caller's own cluster."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

from glider_admin.data.files import Files
from glider_client.cluster.client import Cluster

Json = Mapping[str, Any]
T = TypeVar("T")


class HasFiles(Protocol):
    """The front."""

    @property
    def files(self) -> Files:
        """Its files."""


class Calling(Protocol):
    """A call."""

    @property
    def front(self) -> HasFiles:
        """The front that is called."""

    async def ask(self, question: Callable[[Cluster], T]) -> T:
        """The answer to `question`, with the caller's own cluster."""

    async def template_named(self, namespace: str, name: str) -> Json | None:
        """The TaskTemplate of that name, as far as the caller may read it."""
