"""Why an attempt's pod couldn't be created when that was last tried: what it refers to isn't there, or the API server or the store
said no.

Only the call can say that, so it is remembered and is an input of the next reconcile. Until `until` nobody tries again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from glider_core.api import reasons

#: How long the API server may answer a creation with 429 or 5xx, or not at all, before the execution says so.
PATIENCE = timedelta(seconds=10)


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """Why there is no pod.

    Attributes:
        reason: the condition's.
        message: for people, in the words of whoever refused it.
        final: it would be refused again, so the execution ends.
        lasting: somebody has to change something first.
        since: the first of a row of refusals for this reason.
        at: this one.
        until: it counts for so long. Later the creation is tried again.
    """

    reason: str
    message: str
    final: bool = False
    lasting: bool = False
    since: datetime
    at: datetime
    until: datetime

    @property
    def brief(self) -> bool:
        """Whether it says nothing about the pod yet: any API server is unavailable for a moment. If that lasts, the status shows it:
        one resource, or one admission plugin, may be what fails.
        """
        return self.reason == reasons.API_SERVER_UNAVAILABLE and self.at < self.since + PATIENCE

    def counts(self, *, now: datetime) -> bool:
        """Whether it still counts. A clock that was set back doesn't make it count for longer."""
        return self.at <= now < self.until
