"""When the next attempt's pod may be created: once the task of no earlier one can run any more.

Two attempts at the same time would do the same work twice, with the same inputs, on the same outside world. So an earlier pod
must have ended or be gone first, as with `podReplacementPolicy: Failed` of a Job. But not for ever, as there: the pod of a node that
doesn't answer stays until it is deleted by force. A minute after its grace period it counts as lost with its node.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from glider_core.api.moments import format_time
from glider_core.api.observed_pod import Pod
from glider_core.reconcile.observed_pods import ObservedPods
from glider_core.reconcile.plan import earliest


@dataclass(frozen=True, kw_only=True, slots=True)
class Predecessor:
    """An earlier attempt's pod whose task may still run. `until`: when it counts as lost; None while its deletion isn't reported."""

    pod: Pod
    until: datetime | None

    def message(self, number: int) -> str:
        """Why attempt `number` waits, for people."""
        wait = f"Attempt {number} waits for pod {self.pod.name} of an earlier one to end, so that never two run at once"
        return f"{wait}; for its node to answer, until {format_time(self.until)}." if self.until else f"{wait}."


def predecessor(observed: ObservedPods, *, number: int, now: datetime) -> Predecessor | None:
    """What keeps attempt `number` from starting, or None if nothing does."""
    pods = [pod for pod in observed.seen.values() if pod.attempt < number and not (pod.ended or pod.lost(now=now))]
    if not pods:
        return None
    return Predecessor(pod=max(pods, key=lambda pod: pod.attempt), until=earliest(*(pod.lost_at for pod in pods)))
