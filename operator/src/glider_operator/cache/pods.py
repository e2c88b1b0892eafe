"""What is known of pods, in memory. All of it can be forgotten: a restart rebuilds it from the API server.

What there is to know of a name comes in any order, since the sweep, look-ups and answers to our own calls tell beside the watch.
So what was written later counts, whichever comes first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from glider_core.api import labels
from glider_core.api.execution import Identity
from glider_core.api.pod import Pod, PodWarning
from glider_core.diagnose.evidence import Evidence
from glider_core.reconcile.observed_pods import ObservedPods, Unanswered
from glider_operator.cache.executions import version


@dataclass(slots=True)
class _Known:
    """The pods of one execution by name. `hidden`: there, by look-ups, although the watch doesn't show them."""

    seen: dict[str, Pod] = field(default_factory=dict)
    created: dict[str, datetime] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)
    warnings: dict[str, PodWarning] = field(default_factory=dict)
    evidence: dict[str, Evidence] = field(default_factory=dict)
    unanswered: dict[str, Unanswered] = field(default_factory=dict)


class Pods:
    """The pods of all executions.

    By the execution's UID and namespace: an execution's pods are in its own, and who makes pods in another one with its UID
    on them isn't to be believed.
    """

    def __init__(self) -> None:
        self._known: dict[Identity, _Known] = {}

    def saw(self, pod: Pod, *, now: datetime) -> bool:
        """The pod is there, unless something later is known of it: the watch may be behind the sweep. Whether that is news."""
        known = self._of(pod.owner)
        before = known.seen.get(pod.name)
        if before is not None and (version(pod) < version(before) or (before.uid == pod.uid and before.vanished)):
            return False
        known.hidden.discard(pod.name)
        known.seen[pod.name] = pod = _by_our_clock(pod, before, now)
        return pod != before

    def found(self, pod: Pod, *, now: datetime) -> None:
        """We looked the pod up, and it is there, whatever the watch had said by then."""
        known = self._of(pod.owner)
        before = known.seen.get(pod.name)
        if before is None or version(pod) >= version(before):
            if pod.name in known.doubtful:
                known.doubtful.discard(pod.name)
                known.hidden.add(pod.name)
            known.seen[pod.name] = _by_our_clock(pod, before, now)

    def saw_last_of(self, pod: Pod) -> None:
        """The pod was deleted; what it said last may still be how its attempt ended.

        A kubelet says first that the task is over. Where it hasn't, the pod may have been deleted by force. Or somebody took the
        label off that we watch it by, and its task, or a sidecar, runs on: that has to be looked up.
        """
        known = self._of(pod.owner)
        before = known.seen.get(pod.name)
        if before is not None and version(pod) < version(before):
            if before.uid != pod.uid:
                return
            pod = before
        if not pod.over or pod.sidecars_until is not None:
            known.doubtful.add(pod.name)
        deletion = before.deletion if before is not None and before.uid == pod.uid else None  # by our clock
        known.seen[pod.name] = replace(pod, vanished=True, deletion=deletion)

    def is_hidden(self, pod: Pod) -> bool:
        """Whether the watch doesn't show the pod, although it is there: somebody took the label off that we watch it by."""
        known = self._known.get(pod.owner)
        return known is not None and pod.name in known.hidden

    def created(self, pod: Pod, *, now: datetime) -> None:
        """We created the pod, and the watch will show it."""
        self._of(pod.owner).created[pod.name] = now

    def missed(self, execution: Identity, name: str) -> None:
        """We looked the pod up, and there is none."""
        known = self._of(execution)
        known.doubtful.discard(name)
        known.gone.add(name)

    def warned(self, pod: Pod, warning: PodWarning) -> None:
        """We asked for the pod's Events."""
        self._of(pod.owner).warnings[pod.name] = warning

    def read(self, pod: Pod, evidence: Evidence) -> None:
        """We read what the pod's attempt left in the store."""
        known = self._of(pod.owner)
        known.evidence[pod.name] = evidence
        known.unanswered.pop(pod.name, None)

    def unanswered(self, pod: Pod, problem: str, *, now: datetime) -> None:
        """We wanted to, and the store didn't answer."""
        known = self._of(pod.owner)
        before = known.unanswered.get(pod.name)
        known.unanswered[pod.name] = Unanswered(since=before.since if before else now, asked=now, problem=problem)

    def forget(self, execution: Identity) -> None:
        """Nothing of it matters any more."""
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
        """The pod that `body`, which is no attempt's, was until somebody took its owner or its number off. Nobody would hear of its end."""
        metadata = body["metadata"]
        known = self._known.get((metadata["namespace"], (metadata.get("labels") or {}).get(labels.EXECUTION_UID, "")))
        pod = known.seen.get(metadata["name"]) if known is not None else None
        return pod if pod is not None and pod.uid == metadata["uid"] and not pod.vanished else None

    def gone(self, pod: Pod) -> None:
        """The pod isn't there any more, and nobody wants to know how it ended."""
        known = self._known.get(pod.owner)
        if known is None:
            return
        if (there := known.seen.get(pod.name)) is not None and there.uid == pod.uid:
            del known.seen[pod.name]
        if not known.seen:
            self.forget(pod.owner)

    def any_there(self, execution: Identity) -> bool:
        """Whether anything is known of pods of the execution."""
        return execution in self._known

    def all(self) -> Iterator[Pod]:
        """Those that are there, as far as is known."""
        for known in tuple(self._known.values()):
            yield from (pod for pod in known.seen.values() if not pod.vanished)

    def forget_gone(self, execution: Identity) -> None:
        """The execution is over: what is there of its pods is remembered for as long, and nothing else."""
        known = self._known.get(execution)
        if known is not None and not known.doubtful and all(pod.vanished for pod in known.seen.values()):
            self.forget(execution)

    def observed(self, execution: Identity) -> ObservedPods:
        """What is known of the execution's pods."""
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
    """`pod` with the end of its grace period as we reckon it, from when we first heard of its deletion on.

    The API server's clock may be minutes off ours, and then every pod that is being deleted would be taken for lost.
    """
    if pod.deletion is None:
        return pod
    ends = now + pod.grace
    if before is not None and before.uid == pod.uid and before.deletion is not None:
        ends = min(ends, before.deletion)
    return replace(pod, deletion=ends)
