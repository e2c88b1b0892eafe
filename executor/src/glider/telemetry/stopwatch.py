"""Time by phase: an attempt is in one phase at a time, so the phases add up to the whole."""

from __future__ import annotations

import time
from collections.abc import Mapping

from glider.telemetry.process import age_seconds

START, LOAD, DOWNLOAD, CONVERT, EXECUTE, UPLOAD = "start", "load", "download", "convert", "execute", "upload"


class Stopwatch:
    """Runs from the start of the process, at first in the phase `start`."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}
        self._phase = START
        self._since = time.monotonic() - age_seconds()

    @property
    def phase(self) -> str:
        """The phase that is on."""
        return self._phase

    def enter(self, phase: str) -> None:
        """Ends the phase that is on. A phase may be entered more than once."""
        now = time.monotonic()
        self._seconds[self._phase] = self._seconds.get(self._phase, 0.0) + now - self._since
        self._phase, self._since = phase, now

    def milliseconds(self) -> Mapping[str, int]:
        """What each phase took so far, in the order in which they were first entered."""
        self.enter(self._phase)
        return {phase: round(seconds * 1000) for phase, seconds in self._seconds.items()}
