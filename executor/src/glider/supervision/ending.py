"""How the process of a task ended, as its parent saw it."""

from __future__ import annotations

from typing import NamedTuple


class Ending(NamedTuple):
    """`status` is what waitpid says: an exit code, or a signal's number below 0.

    `said` are the child's lines, `dump` what its faulthandler wrote. `terminated` are the seconds from the first SIGTERM
    that was forwarded to the end, None where there was none; `overdue`: we killed it, since it was still there when time ran
    out. `oom_kills` were counted meanwhile.
    """

    status: int
    said: tuple[str, ...] = ()
    dump: str = ""
    terminated: float | None = None
    overdue: bool = False
    oom_kills: int = 0
    peak_memory_bytes: int = 0
    cpu_seconds: float = 0.0

    def last(self, word: str) -> str | None:
        """What the child said last after `word`; None where it never said so."""
        return next((line[len(word) + 1 :] for line in reversed(self.said) if line.partition(" ")[0] == word), None)
