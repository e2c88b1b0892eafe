"""The memory limit of the operator's container, so that an alert needs no other exporter to know how near the operator is to it."""

from __future__ import annotations

from pathlib import Path

_MOUNT = Path("/sys/fs/cgroup")
#: cgroup v2, and v1. In a container what is mounted is the container's own.
_FILES = ("memory.max", "memory/memory.limit_in_bytes")
#: v1 has no word for "none": it shows the largest number that it can count, less a part of a page.
_NONE = 1 << 62


def memory_limit(mount: Path = _MOUNT) -> int | None:
    """The limit in bytes; None where there is none."""
    for name in _FILES:
        try:
            limit = int((mount / name).read_text())
        except (OSError, ValueError):
            continue  # v2 without a limit has the word "max"
        return limit if limit < _NONE else None
    return None
