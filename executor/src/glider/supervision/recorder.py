"""What supervision needs of whoever keeps the task's output."""

from __future__ import annotations

from typing import Protocol


class Recorder(Protocol):
    """Keeps what the task writes."""

    @property
    def questions(self) -> int:
        """A descriptor that has something to read when `asked` is to be called."""

    def take(self, stream: str, data: bytes) -> None:
        """Keeps a piece of what the stream of that name had at this moment. Called from the thread that moves the data."""

    def asked(self) -> None:
        """Answers the child, once all that it wrote until now was taken. Called from that thread."""

    def follow(self) -> None:
        """In the child, whose output is kept."""

    def hurry(self) -> None:
        """SIGTERM has come: what there is had better be stored."""

    def finish(self, *, seconds: float) -> None:
        """Begins to keep the rest, for so long at most."""

    def is_finished(self, *, within: float) -> bool:
        """Whether the rest is kept, or can't be, in so many seconds from now."""
