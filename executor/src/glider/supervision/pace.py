"""When the thread that moves a task's output rests."""

from __future__ import annotations

#: More pieces than that within so many seconds are a flood.
_FLOOD_PIECES, _FLOOD_SECONDS = 32, 0.064
_LEAST_REST, _MOST_REST = 0.0005, 0.016
#: Without anything for so long, a flood has ended.
_PAUSE_SECONDS = 0.05


class Pace:
    """For how long the thread rests before it reads again: not at all, but in a flood. There the rest grows until what comes at once is
    half of what a pipe holds, since a read costs nearly the same whatever it brings. Where both streams have something it stays short:
    what they had meanwhile has lost its order.

    Args:
        capacity: how many bytes a pipe holds.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.rest = 0.0
        self._usual = 0.0
        self._pieces, self._since, self._before = 0, 0.0, 0.0

    @property
    def is_flood(self) -> bool:
        """Whether there is one."""
        return self._usual > 0

    def moved(self, count: int, *, streams: int, now: float) -> None:
        """So many bytes were moved at once, of so many streams."""
        pause, self._before = now - self._before - self.rest, now
        self.rest = 0.0
        if not self._usual:
            self._pieces += 1
            if self._pieces >= _FLOOD_PIECES:
                self._usual = _LEAST_REST if now - self._since < _FLOOD_SECONDS else 0.0
                self._pieces, self._since = 0, now
        elif pause > _PAUSE_SECONDS:
            self._usual = 0.0
        elif count >= self.capacity:  # the task may be waiting
            self._usual = max(self._usual / 2, _LEAST_REST)
        else:
            if streams > 1:
                self._usual = _LEAST_REST
            elif count < self.capacity // 2:
                self._usual = min(2 * self._usual, _MOST_REST)
            self.rest = self._usual
