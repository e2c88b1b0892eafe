"""A world of one execution: what the API server has, what the operator knows of it, and what the watches have yet to tell.

No I/O and no real clock. What the operator does is what `reconcile` plans, carried out on the API server's objects with their
own rules: a status is only written over the version that was read, and a pod's name is given once at a time. The operator may die
after any write, and whatever it knew is forgotten then. Each rule of the invariants is checked where it could be broken.
"""

from __future__ import annotations

import copy
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from glider_operator.app.executions import Executions, version
from glider_operator.app.pods import Pods
from glider_operator.config import Config
from glider_operator.diagnose.evidence import Evidence
from glider_operator.model.execution import Execution, parse_execution
from glider_operator.model.moments import format_time
from glider_operator.model.pod import PodWarning, parse_pod
from glider_operator.model.status import status_document
from glider_operator.reconcile.plan import Plan
from glider_operator.reconcile.reconciling import reconcile
from glider_operator.render.pod import render_pod
from glider_operator.resolve.resolution import Resolved
from glider_operator.resolve.resolving import resolve
from tests.unit.glider_operator.builders import T0, container_status, execution_body, failure_summary, success_summary

FINAL = ("Succeeded", "Failed", "Aborted", "TimedOut")
SUMMARIES = {
    "well": (0, success_summary(o0=5.0)),
    "badly": (1, failure_summary()),
    "recoverably": (3, failure_summary(kind="RECOVERABLE")),
    "by the system": (2, failure_summary(kind="RECOVERABLE", origin="SYSTEM", code="SYSTEM:Store")),
    "without a word": (137, ""),
}


class World:
    """One execution with `user` and `system` retries, from its creation to its end."""

    def __init__(self, *, user: int, system: int, **spec: Any) -> None:
        self.now = T0
        self.retries = {"user": user, "system": system}
        self.execution = execution_body(retries={**self.retries, "backoff": {"initial": "1s", "max": "20s"}}, **spec)
        self.execution["metadata"] |= {"namespace": "default", "name": "divide"}
        self.pods: dict[str, dict[str, Any]] = {}
        self.ends: dict[str, int] = {}
        self.created: Counter[int] = Counter()
        self.finals: list[dict[str, Any]] = []
        self.untold: list[tuple[str, dict[str, Any]]] = []
        self.wake_at: datetime | None = None
        self._version = 1000
        self._uids = 0
        self.restart()

    # --- the operator -------------------------------------------------------------------------------------------------

    def restart(self) -> None:
        """It forgets everything, and lists what there is."""
        self.known, self.seen, self.wake_at = Executions(), Pods(), self.now
        self.untold.clear()
        for pod in self.pods.values():
            self._tell("pod", pod)
        self._tell("execution", self.execution)

    def look(self, *, dies_after: int | None = None) -> None:
        """It looks at the execution as it knows it, and dies after so many writes, if at all."""
        execution = self.known.get(("default", "divide"))
        if execution is None:
            return
        writes = iter(range(dies_after if dies_after is not None else 1_000))
        try:
            self._carry_out(execution, self._plan(execution), writes)
        except StopIteration:
            self.restart()

    def _plan(self, execution: Execution) -> Plan:
        config = Config()
        resolution = None if execution.status.phase.terminal else resolve(execution, templates={}, config=config, now=self.now)
        return reconcile(
            execution, resolution=resolution, sightings=self.seen.sightings(execution.uid), now=self.now, policies=config.policies
        )

    def _carry_out(self, execution: Execution, plan: Plan, writes: Any) -> None:
        if plan.confirm is not None:
            pod = self.pods.get(plan.confirm)
            parsed = None if pod is None else parse_pod(copy.deepcopy(pod))
            if parsed is None:
                self.seen.missed(execution.uid, plan.confirm)
            else:
                self.seen.saw(parsed)
        if plan.ask is not None:
            self.seen.warned(plan.ask, PodWarning(asked=self.now))
        if plan.read is not None:
            self.seen.read(plan.read, Evidence())
        if plan.create is not None:
            next(writes)
            self._create_pod(execution, plan.create.attempt)
        if plan.status is not None:
            next(writes)
            if not self._write_status(execution, status_document(plan.status)):
                self.wake_at = self.now
                return
        for doomed in plan.delete:
            next(writes)
            self._delete_pod(doomed.name, doomed.uid)
        self.wake_at = plan.wake_at

    def _create_pod(self, execution: Execution, attempt: int) -> None:
        task = resolve(execution, templates={}, config=Config(), now=self.now)
        assert isinstance(task, Resolved)
        body = render_pod(execution, task, attempt=attempt, config=Config())
        name = body["metadata"]["name"]
        if name not in self.pods:
            self._check_creation(attempt)
            self._uids += 1
            body["metadata"] |= {"uid": f"pod-{self._uids}", "creationTimestamp": format_time(self.now)}
            body["status"] = {"phase": "Pending"}
            self.created[attempt] += 1
            self._changed("pod", body)
            self.pods[name] = body
        pod = parse_pod(copy.deepcopy(self.pods[name]))
        assert pod is not None
        self.seen.created(pod, now=self.now)

    def _check_creation(self, attempt: int) -> None:
        status = self.execution["status"]
        assert status.get("phase") not in FINAL, f"a pod for attempt {attempt}, although all is over"
        others = [name for name, pod in self.pods.items() if pod["status"]["phase"] in ("Pending", "Running")]
        assert not [name for name in others if "deletionTimestamp" not in self.pods[name]["metadata"]], f"beside {others}"
        on_record = [one["number"] for one in status.get("attempts", ()) if one.get("podUid")]
        assert attempt not in on_record, f"attempt {attempt} has had its pod, by the record"
        assert attempt <= max([one["number"] for one in status.get("attempts", ())], default=-1) + 1, "an attempt was left out"

    def _write_status(self, execution: Execution, document: dict[str, Any]) -> bool:
        if execution.resource_version != self.execution["metadata"]["resourceVersion"]:
            return False
        assert self.execution["status"].get("phase") not in FINAL, "terminal is terminal"
        merged = self.execution["status"] | document
        self.execution["status"] = {name: value for name, value in merged.items() if value is not None}
        self._changed("execution", self.execution)
        self.known.note(parse_execution(copy.deepcopy(self.execution)))
        self._check_status(self.execution["status"])
        return True

    def _check_status(self, status: dict[str, Any]) -> None:
        failures = status.get("failures") or {}
        for name, most in self.retries.items():
            assert failures.get(name, 0) <= most + 1, f"{failures} with {self.retries} retries"
        for attempt in status.get("attempts", ()):
            uid, code = attempt.get("podUid"), attempt.get("exitCode")
            assert code is None or self.ends.get(uid) == code, f"{attempt}, but its pod ended with {self.ends.get(uid)}"
        if status["phase"] in FINAL:
            self.finals.append(status)
            last = (status.get("attempts") or [{}])[-1]
            assert len(self.finals) == 1
            assert (status["phase"] == "Succeeded") == (last.get("exitCode") == 0 and "error" not in status), status

    def _delete_pod(self, name: str, uid: str) -> None:
        pod = self.pods.get(name)
        if pod is not None and pod["metadata"]["uid"] == uid and "deletionTimestamp" not in pod["metadata"]:
            pod["metadata"]["deletionTimestamp"] = format_time(self.now)
            self._changed("pod", pod)

    # --- the watches --------------------------------------------------------------------------------------------------

    def _changed(self, kind: str, body: dict[str, Any]) -> None:
        self._version += 1
        body["metadata"]["resourceVersion"] = str(self._version)
        self.untold.append((kind, copy.deepcopy(body)))

    def deliver(self, number: int) -> None:
        """The watches tell that many changes."""
        for kind, body in self.untold[:number]:
            self._tell(kind, body)
        del self.untold[:number]

    def lose(self, position: int) -> None:
        """One change is never told."""
        if self.untold:
            del self.untold[position % len(self.untold)]

    def repeat(self, position: int) -> None:
        """One change is told now, and once more in its turn."""
        if self.untold:
            self._tell(*self.untold[position % len(self.untold)])

    def sweep(self) -> None:
        """All that there is, is known; and what isn't there any more, too."""
        there = {pod["metadata"]["uid"] for pod in self.pods.values()}
        for pod in list(self.seen.all()):
            if pod.uid not in there:
                self.seen.saw_last_of(pod)
        known = {pod.uid: version(pod) for pod in self.seen.all()}
        for body in self.pods.values():
            if known.get(body["metadata"]["uid"], -1) < int(body["metadata"]["resourceVersion"]):
                self._tell("pod", body)
        self._tell("execution", self.execution)
        self.wake_at = self.now

    def _tell(self, kind: str, body: dict[str, Any]) -> None:
        self.wake_at = self.now
        if kind == "execution":
            self.known.note(parse_execution(copy.deepcopy(body)))
        elif (pod := parse_pod(copy.deepcopy(body))) is not None:
            (self.seen.saw_last_of if kind == "gone" else self.seen.saw)(pod)

    # --- nodes, users and time ----------------------------------------------------------------------------------------

    def go_on(self, how: str) -> None:
        """Each pod takes a step: scheduled, running, over (`how` its task's container ends), and gone if it is to be."""
        for name, pod in list(self.pods.items()):
            status, leaving = pod["status"], "deletionTimestamp" in pod["metadata"]
            if status["phase"] in ("Succeeded", "Failed") or (leaving and status["phase"] == "Pending"):
                if leaving:
                    self.vanish(name)
            elif leaving:
                self._end(pod, "without a word")
            elif "nodeName" not in pod["spec"]:
                pod["spec"]["nodeName"] = "node-1"
                self._changed("pod", pod)
            elif status["phase"] == "Pending":
                running = container_status("running", startedAt=format_time(self.now))
                pod["status"] = {"phase": "Running", "containerStatuses": [running]}
                self._changed("pod", pod)
            else:
                self._end(pod, how)

    def _end(self, pod: dict[str, Any], how: str) -> None:
        code, message = SUMMARIES[how]
        started = pod["status"]["containerStatuses"][0]["state"]["running"]["startedAt"]
        over = container_status(
            "terminated",
            exitCode=code,
            message=message,
            reason="Error" if code else "Completed",
            startedAt=started,
            finishedAt=format_time(self.now),
        )
        pod["status"] = {"phase": "Failed" if code else "Succeeded", "containerStatuses": [over]}
        self.ends[pod["metadata"]["uid"]] = code
        self._changed("pod", pod)

    def vanish(self, name: str) -> None:
        """The pod is gone: somebody deleted it by force, or its node is lost."""
        pod = self.pods.pop(name)
        self._changed("gone", pod)

    def change(self, **spec: Any) -> None:
        """Somebody patches the execution."""
        self.execution["spec"] |= spec
        self._changed("execution", self.execution)

    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.now += timedelta(seconds=seconds)

    @property
    def phase(self) -> str:
        """What the API server has."""
        return str(self.execution["status"].get("phase", "Pending"))
