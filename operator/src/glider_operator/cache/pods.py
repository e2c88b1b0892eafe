"""The cache of pods. A restart rebuilds all of it from the API server.

States of a pod may arrive in any order, since sweeps, lookups and the operator's own calls report them beside the watch. So the
later version counts, whichever arrives first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from glider_core.api import labels
from glider_core.api.execution import Identity
from glider_core.api.observed_pod import Pod, PodWarning
from glider_core.diagnose.evidence import Evidence
from glider_core.reconcile.observed_pods import ObservedPods, Unanswered
from glider_operator.cache.executions import version


@dataclass(slots=True)
class _Known:
    """The pods of one execution by name. `hidden`: existing, by a lookup, although the watch doesn't show them."""

    seen: dict[str, Pod] = field(default_factory=dict)
    created: dict[str, datetime] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)
    warnings: dict[str, PodWarning] = field(default_factory=dict)
    evidence: dict[str, Evidence] = field(default_factory=dict)
    unanswered: dict[str, Unanswered] = field(default_factory=dict)


class PodCache:
    """The pods of all executions.

    By the execution's UID and namespace: an execution's pods are in its own namespace, and pods with its UID in another one are
    forged.
    """

    def __init__(self) -> None:
        self._known: dict[Identity, _Known] = {}

    def update(self, pod: Pod, *, now: datetime) -> bool:
        """Cache the pod, unless a later version is known: the watch may be behind the sweep. Return whether anything changed."""
        known = self._of(pod.owner)
        before = known.seen.get(pod.name)
        if before is not None and (version(pod) < version(before) or (before.uid == pod.uid and before.vanished)):
            return False
        known.hidden.discard(pod.name)
        known.seen[pod.name] = pod = _by_our_clock(pod, before, now)
        return pod != before

    def found(self, pod: Pod, *, now: datetime) -> None:
        """A lookup found the pod, whatever the watch had reported by then."""
        known = self._of(pod.owner)
        before = known.seen.get(pod.name)
        if before is None or version(pod) >= version(before):
            if pod.name in known.doubtful:
                known.doubtful.discard(pod.name)
                known.hidden.add(pod.name)
            known.seen[pod.name] = _by_our_clock(pod, before, now)

    def mark_deleted(self, pod: Pod) -> None:
        """The pod was deleted; its last state may still have the attempt's end.

        A kubelet reports the end of the task first. Where it hasn't, the pod may have been deleted by force, or somebody removed the
        label that the watch selects by, and its task, or a sidecar, goes on: that has to be looked up.
        """
        known = self._of(pod.owner)
        before = known.seen.get(pod.name)
        if before is not None and version(pod) < version(before):
            if before.uid != pod.uid:
                return
            pod = before
        if not pod.ended or pod.sidecars_until is not None:
            known.doubtful.add(pod.name)
        deletion = before.deletion if before is not None and before.uid == pod.uid else None  # by the operator's clock
        known.seen[pod.name] = replace(pod, vanished=True, deletion=deletion)

    def is_hidden(self, pod: Pod) -> bool:
        """Whether the pod exists although the watch doesn't show it: somebody removed the label that the watch selects by."""
        known = self._known.get(pod.owner)
        return known is not None and pod.name in known.hidden

    def created(self, pod: Pod, *, now: datetime) -> None:
        """The operator created the pod, and the watch will show it."""
        self._of(pod.owner).created[pod.name] = now

    def missed(self, execution: Identity, name: str) -> None:
        """A lookup found no pod."""
        known = self._of(execution)
        known.doubtful.discard(name)
        known.gone.add(name)

    def warned(self, pod: Pod, warning: PodWarning) -> None:
        """A lookup found the pod's warning Events."""
        self._of(pod.owner).warnings[pod.name] = warning

    def read(self, pod: Pod, evidence: Evidence) -> None:
        """A lookup read what the pod's attempt left in the store."""
        known = self._of(pod.owner)
        known.evidence[pod.name] = evidence
        known.unanswered.pop(pod.name, None)

    def unanswered(self, pod: Pod, problem: str, *, now: datetime) -> None:
        """The store didn't answer such a lookup."""
        known = self._of(pod.owner)
        before = known.unanswered.get(pod.name)
        known.unanswered[pod.name] = Unanswered(since=before.since if before else now, asked=now, problem=problem)

    def forget(self, execution: Identity) -> None:
        """Remove all that is cached of the execution's pods."""
        self._known.pop(execution, None)

    def left(self, execution: Identity, *, doubtful: bool = False) -> None:
        """The execution is finished or gone: its pods that exist are remembered until they go, and nothing else.

        `doubtful`: so are those that have still to be looked up, since the execution has to be looked up, too.
        """
        known = self._known.get(execution)
        if known is None:
            return
        unsure = known.doubtful if doubtful else set()
        kept = {name: pod for name, pod in known.seen.items() if not pod.vanished or name in unsure}
        self.forget(execution)
        if kept:
            self._known[execution] = _Known(seen=kept, hidden=known.hidden & kept.keys(), doubtful=unsure & kept.keys())

    def disowned(self, body: Mapping[str, Any]) -> Pod | None:
        """The cached pod that `body` was until somebody removed its owner reference or its attempt label; its end would be missed."""
        metadata = body["metadata"]
        known = self._known.get((metadata["namespace"], (metadata.get("labels") or {}).get(labels.EXECUTION_UID, "")))
        pod = known.seen.get(metadata["name"]) if known is not None else None
        return pod if pod is not None and pod.uid == metadata["uid"] and not pod.vanished else None

    def gone(self, pod: Pod) -> None:
        """The pod no longer exists, and its end doesn't matter."""
        known = self._known.get(pod.owner)
        if known is None:
            return
        if (there := known.seen.get(pod.name)) is not None and there.uid == pod.uid:
            del known.seen[pod.name]
        if not known.seen:
            self.forget(pod.owner)

    def any_there(self, execution: Identity) -> bool:
        """Whether any pod of the execution is cached."""
        return execution in self._known

    def all(self) -> Iterator[Pod]:
        """The pods that exist, by the cache."""
        for known in tuple(self._known.values()):
            yield from (pod for pod in known.seen.values() if not pod.vanished)

    def forget_gone(self, execution: Identity) -> None:
        """The execution is finished: its pods that exist stay cached until they go, and nothing else."""
        known = self._known.get(execution)
        if known is not None and not known.doubtful and all(pod.vanished for pod in known.seen.values()):
            self.forget(execution)

    def observed(self, execution: Identity) -> ObservedPods:
        """The execution's pods as observed."""
        known = self._known.get(execution)
        if known is None:
            return ObservedPods()
        return ObservedPods(
            seen=dict(known.seen),
            created=dict(known.created),
            doubtful=frozenset(known.doubtful),
            gone=frozenset(known.gone),
            warnings=dict(known.warnings),
            evidence=dict(known.evidence),
            unanswered=dict(known.unanswered),
        )

    def _of(self, execution: Identity) -> _Known:
        return self._known.setdefault(execution, _Known())


def _by_our_clock(pod: Pod, before: Pod | None, now: datetime) -> Pod:
    """`pod` with the end of its grace period by the operator's clock, counted from the first report of its deletion.

    The API server's clock may differ by minutes, and then every pod that is being deleted would be taken for lost.
    """
    if pod.deletion is None:
        return pod
    ends = now + pod.grace
    if before is not None and before.uid == pod.uid and before.deletion is not None:
        ends = min(ends, before.deletion)
    return replace(pod, deletion=ends)
