"""How the process of a task ended, as its parent saw it, and what that process had said."""

from __future__ import annotations

from typing import NamedTuple

from glider.supervision.line import ENDED, FAILED, STORED, STORING, SUMMARISED


class Failure(NamedTuple):
    """How an attempt failed, as plain text: nothing needs to be imported to say it or to read it."""

    code: str
    kind: str
    origin: str
    message: str

    def encoded(self) -> str:
        """As one line."""
        return " ".join([text.encode(errors="backslashreplace").hex() or "-" for text in self])


def decode_failure(line: str) -> Failure | None:
    """What `Failure.encoded` made; None where it is something else."""
    try:
        code, kind, origin, message = ("" if word == "-" else bytes.fromhex(word).decode() for word in line.split(" "))
    except ValueError:
        return None
    return Failure(code, kind, origin, message)


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

    def failure(self) -> Failure | None:
        """How the attempt failed by the child's words; the last that it said, which is the whole of it."""
        words = (line.partition(" ") for line in reversed(self.said))
        return next((found for word, _, more in words if word == FAILED and (found := decode_failure(more)) is not None), None)

    def is_told(self) -> bool:
        """Whether the child has told all that there is to tell, and nothing is left to its parent."""
        if self.last(ENDED) is None:
            return False
        if self.last(FAILED) is not None:
            return self.last(STORED) is not None and self.last(SUMMARISED) is not None
        return self.last(STORING) is None or self.last(SUMMARISED) is not None
