"""The ways of the viewers to the API server for answers that go on."""

from __future__ import annotations

from collections import OrderedDict

from glider_client.access.way import Way
from glider_console.access.viewer import Viewer

#: For so many viewers TLS and credentials are kept.
_MOST = 200


class Streams:
    """The ways of the viewers. Used on the event loop."""

    def __init__(self) -> None:
        self._ways: OrderedDict[str, Way] = OrderedDict()

    def of(self, viewer: Viewer) -> Way:
        """The way as `viewer`.

        Raises:
            ClusterError: it can't be gone.
        """
        way = self._ways.get(viewer.key)
        if way is None:
            way = self._ways[viewer.key] = Way(viewer.config)
        self._ways.move_to_end(viewer.key)
        while len(self._ways) > _MOST:
            self._ways.popitem(last=False)
        return way
