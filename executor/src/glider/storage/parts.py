"""How an object is cut into parts. Pure, so that the limits of S3 are computed and never met: at most 10 000 parts, each of
5 MiB to 5 GiB, and 5 TiB in all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

PART_BYTES = 8 << 20
MOST_BYTES = 5 << 40
_MOST_PARTS = 9_900
#: What one upload may hold in memory; only parts of more than 64 MiB, which a file of 600 GiB has, make it use fewer at once.
_MEMORY = 256 << 20
#: Parts of one object that are under way at the same time.
AT_ONCE = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class UploadPlan:
    """How to send an object."""

    part_bytes: int
    at_once: int
    multipart: bool


def plan_upload(size: int) -> UploadPlan:
    """The plan for an object of `size` bytes: small ones go in one request."""
    part_bytes = max(PART_BYTES, -(-size // _MOST_PARTS))
    return UploadPlan(part_bytes=part_bytes, at_once=max(1, min(AT_ONCE, _MEMORY // part_bytes)), multipart=size > PART_BYTES)


def ranges(size: int, *, part_bytes: int = PART_BYTES) -> Iterator[tuple[int, int]]:
    """The parts of a download, as first byte and end."""
    return ((start, min(start + part_bytes, size)) for start in range(0, size, part_bytes))
