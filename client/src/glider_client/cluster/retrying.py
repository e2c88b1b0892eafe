"""Which requests are sent again, and after how long. A request that may have been carried out isn't, unless it only reads."""

from __future__ import annotations

from dataclasses import dataclass

#: How often a request is sent at most.
MOST_TRIES = 4
_FIRST_PAUSE = 0.2
#: The API server may ask for any pause; longer ones are left to the user.
_LONGEST_PAUSE = 15.0
_BUSY = 429


@dataclass(frozen=True, kw_only=True, slots=True)
class Failed:
    """A try that failed. `status`: 0 where the connection broke before an answer. `wait`: the seconds that the API server asks for."""

    reads: bool
    status: int
    wait: float = 0.0


def pause_before_next_try(failed: Failed, *, tries: int) -> float | None:
    """How many seconds to wait before the next try, after `tries` of them; None to give up."""
    transient = failed.status == _BUSY or (failed.reads and (failed.status == 0 or failed.status >= 500))
    if not transient or tries >= MOST_TRIES or failed.wait > _LONGEST_PAUSE:
        return None
    pause: float = _FIRST_PAUSE * 2 ** (tries - 1)
    return max(failed.wait, pause)
