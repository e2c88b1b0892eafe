"""Where logs are read: of a pod, for as long as there is one, and then from the store, where the executor keeps them."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from glider.storage.errors import StorageError
from glider_client.cluster.errors import ClusterError
from glider_client.following.logs import Cursor
from glider_console.logs.batches import Batch


@dataclass(frozen=True, kw_only=True, slots=True)
class Lost:
    """Nothing comes for that reason; it is tried again."""

    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Restored:
    """It can be read again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """Nothing more comes. `error`: why it can't be read, where that is the reason."""

    error: ClusterError | StorageError | None = None


LogEvent: TypeAlias = Batch | Lost | Restored | Ended


class LogSource(Protocol):
    """The log of one container of an attempt."""

    def follow(self, cursor: Cursor) -> AsyncGenerator[LogEvent, None]:
        """Its lines after `cursor`, until nothing more will come."""

    def whole(self) -> AsyncGenerator[bytes, None]:
        """All of it, as it is.

        Raises:
            ClusterError, StorageError: it can't be read, or not to its end.
        """
