"""Keeps the places where only some executions may have a pod, and has those reconciled again for whom something has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from glider_core.api.execution import Execution
from glider_core.api.observed_pod import Pod
from glider_core.config import Config
from glider_core.reconcile.admission import Limit, groups_of, groups_of_pod, limits_of, rank_of
from glider_core.reconcile.plan import Plan
from glider_core.resolve.resolution import Resolved
from glider_operator.cache.admission import Admission


class Places:
    """Those in `admission`. `requeue` takes the UID of an execution."""

    def __init__(self, admission: Admission, *, requeue: Callable[[str], None]) -> None:
        self._admission = admission
        self._requeue = requeue

    def full(self, execution: Execution, task: Resolved, config: Config) -> Limit | None:
        """The limit that the execution would have to wait for, if any."""
        limits = limits_of(execution, task, config.policies)
        return self._admission.full(rank_of(execution, task), limits) if limits else None

    def settle(self, execution: Execution, plan: Plan) -> None:
        """What `plan` means for its place."""
        if plan.create is not None:
            self._wake(self._admission.claim(execution.uid, groups_of(execution, plan.create.task)))
        if plan.held_by is not None:
            self._wake(self._admission.wait(plan.held_by))
        if plan.release:
            self.release(execution.uid)

    def claim(self, pod: Pod, body: Mapping[str, Any]) -> None:
        """The execution has this pod, whatever the limits are."""
        self._admission.claim(pod.execution_uid, groups_of_pod(body))

    def release(self, execution_uid: str) -> None:
        """The execution has no pod, and won't get one for now."""
        self._wake(self._admission.release(execution_uid))

    def _wake(self, uids: Iterable[str]) -> None:
        for uid in uids:
            self._requeue(uid)
