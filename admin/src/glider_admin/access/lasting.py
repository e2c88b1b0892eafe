"""For how long the API server's answers about callers are used.

A client that waits for an execution polls every half minute with a token of its own. Answers that were kept for less would cost the API
server two reviews for each poll. What was revoked is gone after a minute for what is read; writes go with the caller's own token, for
which the API server itself decides each time.
"""

from __future__ import annotations

from glider_admin.access.claims import claims_of, expiry_of
from glider_client.access.answers import LASTS, Lasting

#: For an answer that allows. Whoever waits goes on while the API server is restarted.
ALLOWED = Lasting(seconds=60.0, grace=120.0)
#: For one that refuses: a right may have been granted since.
REFUSED = Lasting(seconds=LASTS)


def lasting_of_token(token: str, *, now: float) -> Lasting:
    """For a token that is accepted: never beyond the time at which it expires, where that can be read from it."""
    left = expiry_of(claims_of(token)) - now
    seconds = max(0.0, min(ALLOWED.seconds, left))
    return Lasting(seconds=seconds, grace=max(0.0, min(ALLOWED.grace, left - seconds)))
