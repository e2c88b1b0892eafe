"""Keeps kopf from writing anything to the objects: no annotations, no finalizers, no diffs.

kopf copies and compares the whole body at every event, even for handlers that want no diff; an empty essence makes an event
about five times cheaper (measured with kopf 1.45.2). Only right while all handlers are `on.event` and `index`.
"""

from __future__ import annotations

from typing import Any

import kopf


class NoDiffBase(kopf.DiffBaseStorage):
    """Remembers no last-handled state."""

    def build(self, **_: Any) -> kopf.BodyEssence:
        """Nothing is compared."""
        return kopf.BodyEssence({})

    def fetch(self, **_: Any) -> kopf.BodyEssence | None:
        """Nothing was remembered."""
        return None

    def store(self, **_: Any) -> None:
        """Nothing is remembered."""


class NoProgress(kopf.ProgressStorage):
    """Remembers no progress of handlers."""

    def fetch(self, **_: Any) -> None:
        """Nothing was remembered."""

    def store(self, **_: Any) -> None:
        """Nothing is remembered."""

    def purge(self, **_: Any) -> None:
        """Nothing is there to be purged."""

    def touch(self, **_: Any) -> None:
        """Nothing is there to be touched."""

    def clear(self, *, essence: kopf.BodyEssence) -> kopf.BodyEssence:
        """Nothing of ours is in it."""
        return essence
