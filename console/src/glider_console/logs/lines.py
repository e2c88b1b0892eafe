"""Bytes, in pieces of any size -> lines. A long line is cut, so that memory stays the same whatever a task prints."""

from __future__ import annotations

from dataclasses import dataclass

#: So many bytes of a line are kept.
LONGEST = 65_536


@dataclass(frozen=True, kw_only=True, slots=True)
class RawLine:
    """A line without its end. `content`: what is kept of it; `size`: how many bytes it has."""

    content: bytes
    size: int

    @property
    def cut(self) -> bool:
        """Whether there is more of it."""
        return len(self.content) < self.size


class Splitter:
    """Splits a stream into lines. `longest`: how many bytes are kept of each."""

    def __init__(self, *, longest: int = LONGEST) -> None:
        self._longest = longest
        self._kept = bytearray()
        self._size = 0

    def feed(self, piece: bytes) -> list[RawLine]:
        """The lines that end within `piece`."""
        *ended, rest = piece.split(b"\n")
        lines = []
        for part in ended:
            self._keep(part)
            lines.append(self._line())
        self._keep(rest)
        return lines

    def rest(self) -> RawLine | None:
        """A last line that has no end; None where there is none."""
        return self._line() if self._size else None

    def _keep(self, part: bytes) -> None:
        self._size += len(part)
        self._kept += part[: max(0, self._longest - len(self._kept))]

    def _line(self) -> RawLine:
        kept, size = bytes(self._kept), self._size
        self._kept, self._size = bytearray(), 0
        return RawLine(content=kept if size <= self._longest else whole_characters(kept), size=size)


def whole_characters(content: bytes) -> bytes:
    """`content` without the beginning of a character at its end, which was cut in the middle."""
    for back in range(1, min(4, len(content)) + 1):
        first = content[-back]
        if first & 0xC0 == 0x80:  # goes on a character
            continue
        wanted = 4 if first >= 0xF0 else 3 if first >= 0xE0 else 2 if first >= 0xC0 else 1
        return content[:-back] if wanted > back else content
    return content
