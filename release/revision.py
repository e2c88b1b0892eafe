"""The commit that is built, and its time: the one time that is written into everything, so that a build at another time is the same."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

CHECKOUT = Path(__file__).parents[1]


@dataclass(frozen=True, kw_only=True, slots=True)
class Revision:
    """A commit, and its time in seconds since 1970."""

    commit: str
    time: int

    @property
    def created(self) -> str:
        """The time as labels and documents have it."""
        return f"{datetime.fromtimestamp(self.time, UTC):%Y-%m-%dT%H:%M:%SZ}"


def current() -> Revision:
    """That of this checkout; SOURCE_DATE_EPOCH sets another time. Without git, as in an unpacked archive, it is unknown and of 1980."""
    commit, time = _of_git() or ("unknown", "315532800")  # zip files begin there
    return Revision(commit=commit, time=int(os.environ.get("SOURCE_DATE_EPOCH") or time))


def _of_git() -> tuple[str, str] | None:
    command = ["git", "-C", str(CHECKOUT), "log", "-1", "--no-show-signature", "--format=%H %ct"]
    try:
        result = subprocess.run(command, capture_output=True, text=True)
    except FileNotFoundError:
        return None
    if result.returncode != 0:
        return None
    commit, _, time = result.stdout.strip().partition(" ")
    return commit, time
