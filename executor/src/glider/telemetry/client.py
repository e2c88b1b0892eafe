"""The statsd package's client over our sink: its formats, with none of its waiting."""

from __future__ import annotations

from typing import Any

import statsd

from glider.settings.model import StatsdSettings
from glider.telemetry.sink import Sink, sink


class Client(statsd.StatsClient):  # type: ignore[misc]  # statsd has no types
    """Sends nothing where there is no sink. What isn't ASCII gets a `?`, where flytekit's client raises in the task."""

    def __init__(self, target: Sink | None) -> None:
        self._target = target
        self._prefix = None
        self._maxudpsize = 512

    def close(self) -> None:
        """Nothing: the sink serves the whole process."""

    def _send(self, data: Any) -> None:
        if self._target is not None:
            self._target.send(str(data).encode("ascii", "replace"))


def client(settings: StatsdSettings) -> Client:
    """For the host and port of `settings`."""
    return Client(None if settings.disabled else sink(settings.host, settings.port))
