"""The history, as the console's routes use it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from glider_client.access.rights import Right
from glider_client.stored.store import Store
from glider_console.access.reviews import Reviews
from glider_console.access.viewer import Viewer
from glider_console.history.records import Records
from glider_console.history.segments import Segments
from glider_core.history.records import Record


@dataclass(frozen=True, kw_only=True)
class History:
    """The history of finished executions.

    Attributes:
        prefix: where it is now; None where there is none. It may change while the server runs.
        store: the store, with threads of its own, so that a slow history holds up nothing else.
    """

    prefix: Callable[[], str | None] = lambda: None
    store: Store = field(default_factory=Store)
    segments: Segments = field(init=False)
    records: Records = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "segments", Segments(prefix=self.prefix, store=self.store))
        object.__setattr__(self, "records", Records(self.segments))

    @property
    def is_kept(self) -> bool:
        """Whether there is one."""
        return self.prefix() is not None

    async def record(self, reviews: Reviews, viewer: Viewer, *, namespace: str, name: str) -> Record | None:
        """The finished execution with that name or UID; None where there is none.

        The viewer has to have the right to get any execution of the namespace: which those are isn't up to a name that was used before.

        Raises:
            ForbiddenError: they haven't; nothing was looked for.
            HistoryError, StorageError: the history can't be read.
        """
        if not self.is_kept:
            return None
        await reviews.require(viewer, Right(verb="get", namespace=namespace))
        return await self.records.find(namespace, name)
