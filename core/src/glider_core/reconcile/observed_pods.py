"""An execution's pods as observed.

A watch shows a pod some time after it was created, and after a reconnect it doesn't report what was deleted meanwhile. So a missing
pod isn't lost: it is awaited if the operator created it a moment ago, and otherwise looked up before it counts as gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from glider_core.api.execution import Execution
from glider_core.api.observed_pod import Pod, PodWarning
from glider_core.diagnose.evidence import Evidence
from glider_core.render.attempt import pod_name

#: How long the watch may take to show a pod that we created.
WATCH_DELAY = timedelta(seconds=10)
#: How soon, and how late, a store that didn't answer is asked again.
ASK_STORE_SOONEST = timedelta(seconds=5)
ASK_STORE_LATEST = timedelta(seconds=60)


@dataclass(frozen=True, kw_only=True, slots=True)
class Unanswered:
    """The store didn't answer when we wanted to read how an attempt ended: since when, when it was last asked, and why."""

    since: datetime
    asked: datetime
    problem: str

    @property
    def again_at(self) -> datetime:
        """When to ask again: after as long as it has lasted, within bounds."""
        return self.asked + min(max(self.asked - self.since, ASK_STORE_SOONEST), ASK_STORE_LATEST)


@dataclass(frozen=True, kw_only=True, slots=True)
class ObservedPods:
    """The pods of one execution by name: seen; created by the operator and when; reported as gone, and to be looked up;
    looked up and not found; the results of other lookups, or why they failed.
    """

    seen: Mapping[str, Pod] = field(default_factory=dict)
    created: Mapping[str, datetime] = field(default_factory=dict)
    doubtful: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    warnings: Mapping[str, PodWarning] = field(default_factory=dict)
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    unanswered: Mapping[str, Unanswered] = field(default_factory=dict)

    def of(self, execution: Execution) -> ObservedPods:
        """Without pods of others: each attempt's pod has its own name, and there is one of that name."""
        seen = {name: pod for name, pod in self.seen.items() if name == pod_name(execution, pod.attempt)}
        return self if len(seen) == len(self.seen) else replace(self, seen=seen)

    @property
    def latest(self) -> Pod | None:
        """The pod of the latest attempt that has, or had, one."""
        return max(self.seen.values(), key=lambda pod: pod.attempt, default=None)

    def awaited_until(self, name: str, *, now: datetime) -> datetime | None:
        """Until when the watch may still be late with pod `name`; None if it isn't."""
        created = self.created.get(name)
        if created is None or now >= created + WATCH_DELAY:
            return None
        return created + WATCH_DELAY
