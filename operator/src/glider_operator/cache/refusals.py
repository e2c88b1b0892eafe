"""Why executions couldn't have their pod when that was last tried, by the execution's UID."""

from __future__ import annotations

from dataclasses import replace

from glider_core.reconcile.refusals import Refusal


class Refusals:
    """The last refusal of each execution that has no pod for that."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[int, Refusal]] = {}

    def __len__(self) -> int:
        return len(self._last)

    def refused(self, uid: str, refusal: Refusal, *, attempt: int) -> Refusal:
        """Remember `refusal`, as one of a row where the last one was of the same attempt and for the same reason."""
        last_attempt, before = self._last.get(uid, (attempt, None))
        if before is not None and (last_attempt, before.reason) == (attempt, refusal.reason):
            refusal = replace(refusal, since=before.since)
        self._last[uid] = attempt, refusal
        return refusal

    def of(self, uid: str) -> Refusal | None:
        """The last one, if there is one."""
        _, refusal = self._last.get(uid, (0, None))
        return refusal

    def forget(self, uid: str) -> None:
        """The execution has its pod, or needs none any more."""
        self._last.pop(uid, None)
