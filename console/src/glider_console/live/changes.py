"""Notices that something has changed among a few objects, for as long as one page about them is open.

What has changed isn't delivered: whoever waits reads it, with the viewer's own rights as they are then.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio

from glider_client.access.way import Way
from glider_client.cluster.errors import ClusterError, ForbiddenError, NotFoundError, UnauthorizedError
from glider_core.kube.jsonbytes import decoded
from glider_core.kube.requests import METADATA_OF_ONE

logger = logging.getLogger(__name__)

#: Only metadata is sent: that there was a change is all that is needed.
_METADATA = f"{METADATA_OF_ONE},application/json"
_LASTS, _SILENCE = 300, 75.0
_DELAYS = (0.5, 1.0, 2.0, 5.0, 10.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Selected:
    """Some objects of a list: those that a label or field selector matches."""

    path: str
    labels: str = ""
    fields: str = ""

    def query(self) -> dict[str, str]:
        """The query of their watch, which begins with those that there are."""
        selectors = {"labelSelector": self.labels, "fieldSelector": self.fields}
        watch = {"watch": "true", "resourceVersion": "0", "allowWatchBookmarks": "true", "timeoutSeconds": str(_LASTS)}
        return watch | {name: value for name, value in selectors.items() if value}


class Changes:
    """Whether something has changed since the last time that somebody asked."""

    def __init__(self) -> None:
        self._changed = anyio.Event()

    def noticed(self) -> None:
        """Something has changed, or may have."""
        self._changed.set()

    async def wait(self, *, at_most: float | None = None) -> None:
        """Until something has changed; at most for so many seconds."""
        with anyio.move_on_after(at_most):
            await self._changed.wait()
        self._changed = anyio.Event()


@asynccontextmanager
async def watching(way: Way, selected: Sequence[Selected]) -> AsyncIterator[Changes]:
    """The changes of what is selected. What the viewer may not watch is left out."""
    changes = Changes()
    # no task group: a generator that is closed while it stands in one ends with that group's error
    tasks = [asyncio.create_task(_watch(way, one, changes)) for one in selected]
    try:
        yield changes
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _watch(way: Way, selected: Selected, changes: Changes) -> None:
    failures = 0
    while True:
        try:
            async with way.open(selected.path, query=selected.query(), accept=_METADATA, silence=_SILENCE) as response:
                changes.noticed()  # whatever has happened before the watch
                rest = b""
                async for piece in response.content.iter_any():
                    *lines, rest = (rest + piece).split(b"\n")
                    failures = 0
                    if any(decoded(line)["type"] != "BOOKMARK" for line in lines if line):
                        changes.noticed()
        except (ForbiddenError, NotFoundError):
            return
        except UnauthorizedError:
            changes.noticed()  # the next read is refused, too
            return
        except ClusterError:
            failures += 1
        except Exception:
            failures += 1
            logger.exception("%s: an unexpected error in a watch", selected.path)
        await anyio.sleep(_DELAYS[min(failures, len(_DELAYS) - 1)])
