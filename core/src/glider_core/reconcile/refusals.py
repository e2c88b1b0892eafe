"""Why an attempt's pod couldn't be created when that was last tried: an object to which it refers is missing, or the API server or
the store refused it.

Only the call can show that, so it is cached and is an input of the next reconcile. Until `until` there is no other try.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from glider_core.api import reasons

#: How long the API server may answer a creation with 429 or 5xx, or not at all, before the status shows that.
PATIENCE = timedelta(seconds=10)


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """Why there is no pod.

    Attributes:
        reason: the condition's.
        message: for people, in the words of the refusal.
        final: it would be refused again, so the execution ends.
        lasting: something has to be changed first.
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
        """Whether it shows nothing about the pod yet: any API server is unavailable for a moment. If that lasts, the status shows it:
        one resource, or one admission plugin, may be what fails.
        """
        return self.reason == reasons.API_SERVER_UNAVAILABLE and self.at < self.since + PATIENCE

    def counts(self, *, now: datetime) -> bool:
        """Whether it still counts. A clock that was set back doesn't make it count for longer."""
        return self.at <= now < self.until
