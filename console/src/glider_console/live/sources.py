"""Where the rows of the list are from: what every source of executions offers.

The API server's objects are one. Finished executions that the history in the store has stand beside them: `live.beside`.
"""

from __future__ import annotations

from typing import Protocol

from glider_console.access.viewer import Viewer
from glider_console.live.queries import Query
from glider_console.live.views import Window


class Source(Protocol):
    """Executions of one kind of place. Its rows name it (`Row.source`)."""

    async def page(self, viewer: Viewer, *, namespace: str, query: Query, window: Window) -> bytes:
        """The rows at the places of `window`, as JSON: `offset`, `total`, `counts`, `rows`. An empty namespace: of all.

        Raises:
            ClusterError: the viewer may not list them, or they can't be listed now.
        """
