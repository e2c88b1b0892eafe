"""Time by phase: an attempt is in one phase at a time, so the phases add up to the whole.

What converts a value also moves its files, in one call. So the time in which data moves is found by asking storage for
it: outside of the user's function it is `download` or `upload`, whichever way the data went, and what is left of the output's
side is `convert`. What the user's function moves itself stays `execute`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from glider.telemetry.process import age_seconds

START, LOAD, DOWNLOAD, CONVERT, EXECUTE, UPLOAD = PHASES = ("start", "load", "download", "convert", "execute", "upload")
_WHOLE = (START, EXECUTE)


class Stopwatch:
    """Runs from the start of the process, at first in the phase `start`.

    Args:
        age: seconds that have passed already.
    """

    def __init__(self, *, age: float | None = None) -> None:
        self._seconds: dict[str, float] = {}
        self._phase = START
        self._whole = True
        self._since = time.monotonic() - (age_seconds() if age is None else age)
        self._moving: Callable[[], tuple[float, float]] = lambda: (0.0, 0.0)
        self._moved = (0.0, 0.0)

    @property
    def phase(self) -> str:
        """The phase that is on."""
        return self._phase

    def follow(self, moving: Callable[[], tuple[float, float]]) -> None:
        """`moving` returns for how many seconds data has come in and gone out so far, without overlap."""
        self._moving, self._moved = moving, moving()

    def enter(self, phase: str, *, whole: bool = False) -> None:
        """Ends the phase that is on. A phase may be entered more than once. `whole`: all of its time is its own, whether data moves or not;
        storing an error has a storage of its own, which isn't followed.
        """
        now, moved = time.monotonic(), self._moving()
        elapsed = now - self._since
        received, sent = (after - before for after, before in zip(moved, self._moved, strict=True))
        if self._whole:
            self._add(self._phase, elapsed)
        else:
            self._add(CONVERT if self._phase == UPLOAD else self._phase, max(0.0, elapsed - received - sent))
            self._add(DOWNLOAD, received)
            self._add(UPLOAD, sent)
        self._phase, self._whole, self._since, self._moved = phase, whole or phase in _WHOLE, now, moved

    def milliseconds(self) -> Mapping[str, int]:
        """What each phase took so far; those that were never entered are left out."""
        self.enter(self._phase, whole=self._whole)
        return {phase: round(self._seconds[phase] * 1000) for phase in PHASES if phase in self._seconds}

    def _add(self, phase: str, seconds: float) -> None:
        if seconds or phase == self._phase:
            self._seconds[phase] = self._seconds.get(phase, 0.0) + seconds
