"""An API server of one name, behind the operator's own Transport, with the rules that lives depend on.

A name is given once at a time, a status is written only over the version that was read, a deletion waits for the kubelet where the
pod has a node, and each change has a number and is put down for the watches to tell. Where the operator breaks an invariant by a
write, the write fails with an AssertionError. A `fate` is what becomes of one of its writes.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from glider_core.api import labels
from glider_core.api.moments import format_time, parse_time
from glider_core.api.phases import FINISHED, LIVE
from glider_core.kube.errors import AlreadyExists, Conflict, Forbidden, NotFound, Rejected, Unavailable
from glider_core.kube.requests import METADATA, Request
from glider_core.reconcile.retries import FREE_RESTARTS

Body = dict[str, Any]
#: The UID of an execution, a reason and a message.
News = tuple[str, str, str]

NAME = "divide"
FINAL = ("Succeeded", "Failed", "Aborted", "TimedOut")
GRACE = 30
#: How long after its grace period a pod must still be there to count as lost.
LOST = timedelta(seconds=60)


class Died(BaseException):
    """The operator was killed at this write: nothing that it has can catch that."""


class Fate(StrEnum):
    """What becomes of a write."""

    DONE = "done"
    DIES_BEFORE = "the operator dies before it"
    DIES_AFTER = "the operator dies after it"
    REFUSED = "the API server refuses it for now"
    CONFLICT = "the API server says that somebody else is writing"
    UNANSWERED = "it is done, and the answer is lost"
    OVERTAKEN = "the watches tell all while it is done"
    LATE = "the watches tell nothing while it is done, and time passes"


class ApiServer:
    """One execution at a time, its pods, and what the watches have yet to tell: (resource, whether it is gone, object).

    `quota`: how many pods that aren't over there may be, as in a namespace with a ResourceQuota of pods; None: any number.
    """

    def __init__(self, clock: Callable[[], datetime], *, quota: int | None = None) -> None:
        self.clock = clock
        self.quota = quota
        self.execution: Body | None = None
        self.gone: Body | None = None
        self.pods: dict[str, Body] = {}
        self.untold: list[tuple[str, bool, Body]] = []
        self.fates: list[Fate] = []
        self.interrupt: Callable[[Fate], None] = lambda _: None
        self.writes: list[str] = []
        #: Pods of each attempt so far, by execution and attempt, and the exit codes that pods ended with.
        self.created: Counter[tuple[str, int]] = Counter()
        self.ends: dict[str, int] = {}
        self.finals: dict[str, Body] = {}
        #: What the operator that runs now has been told: attempts that have a pod, executions that are gone or to go.
        self.told_of: set[tuple[str, int]] = set()
        self.told_gone: set[str] = set()
        #: Executions that the watch doesn't select any more, since they are over.
        self.left: set[str] = set()
        #: And pods whose end it has been told.
        self.told_ends: set[str] = set()
        #: The names of all Events, and how often each thing was told of each execution.
        self.events: set[str] = set()
        self.news: Counter[News] = Counter()
        self.suspensions = 0
        self._version = 1000
        self._uids = 0

    # --- what the operator asks for ------------------------------------------------------------------------------------

    async def send(self, request: Request) -> Body:
        """The operator's call."""
        call = (request.verb, request.resource)
        if request.verb in ("get", "list"):
            return self._read(request)
        self.writes.append(" ".join(call))
        fate = self.fates.pop(0) if self.fates else Fate.DONE
        if fate is Fate.DIES_BEFORE:
            raise Died
        if fate is Fate.REFUSED:
            raise Unavailable("later")
        if fate is Fate.CONFLICT:
            raise Conflict("try again")
        answer = self._write(request)
        self.interrupt(fate)
        if fate is Fate.DIES_AFTER:
            raise Died
        if fate is Fate.UNANSWERED:
            raise Unavailable("no answer")
        if call == ("create", "pods"):
            self.told_of.add(attempt_of(answer))
        return copy.deepcopy(answer)

    def _read(self, request: Request) -> Body:
        name = request.path.split("/")[-1]
        if request.resource == "events":
            return {"items": []}
        if request.verb == "list":
            everything = {"pods": self.watched(), labels.EXECUTIONS: self._selected(dict(request.query).get("fieldSelector", ""))}
            listed = copy.deepcopy(everything.get(request.resource, []))
            return {"items": [{"metadata": one["metadata"]} if request.accept == METADATA else one for one in listed]}
        found = self.pods.get(name) if request.resource == "pods" else self.execution
        if found is None:
            raise NotFound(name)
        return copy.deepcopy(found)

    def _selected(self, fields: str) -> list[Body]:
        phase = (self.execution or {}).get("status", {}).get("phase", "")
        chosen = {"": True, LIVE: phase not in FINAL, FINISHED: phase in FINAL}[fields]
        return [self.execution] if self.execution and chosen else []

    def watched(self) -> list[Body]:
        """The pods with the label that the operator selects by."""
        return [pod for pod in self.pods.values() if "unlabelled" not in pod["metadata"]["annotations"]]

    def _write(self, request: Request) -> Body:
        body = copy.deepcopy(request.body or {})
        match request.verb, request.resource:
            case "create", "pods":
                return self._create_pod(body)
            case "patch", "taskexecutions/status" if "uid" in body["metadata"]:
                return self._compact(body)
            case "patch", "taskexecutions/status":
                return self._write_status(body)
            case "create", "events":
                return self._create_event(body)
            case "delete", "pods":
                return self._delete_pod(request.path.split("/")[-1], body["preconditions"]["uid"])
            case "delete", "taskexecutions":
                return self._forget_execution(body["preconditions"]["uid"])
        raise AssertionError(request)

    def _create_pod(self, body: Body) -> Body:
        name = body["metadata"]["name"]
        if name in self.pods:
            raise AlreadyExists(name)
        if self.quota is not None and len(self.unfinished()) >= self.quota:
            raise Forbidden("exceeded quota: pods", quota=True)
        self._check_creation(*attempt_of(body))
        self._uids += 1
        body["metadata"] |= {"uid": f"pod-{self._uids}", "creationTimestamp": format_time(self.clock())}
        body["metadata"].setdefault("annotations", {})
        body["status"] = {"phase": "Pending"}
        self.created[attempt_of(body)] += 1
        self.pods[name] = body
        self.changed("pods", body)
        return body

    def _write_status(self, body: Body) -> Body:
        execution = self.execution
        if execution is None:
            raise NotFound(NAME)
        if body["metadata"]["resourceVersion"] != execution["metadata"]["resourceVersion"]:
            raise Conflict("it was written meanwhile")
        assert execution["status"].get("phase") not in FINAL, "terminal is terminal"
        before = execution["status"]
        execution["status"] = {name: value for name, value in (before | body["status"]).items() if value is not None}
        self._check_status(execution, before=before)
        self.changed(labels.EXECUTIONS, execution)
        return execution

    def _compact(self, body: Body) -> Body:
        execution = self.execution
        if execution is None:
            raise NotFound(NAME)
        if body["metadata"]["uid"] != execution["metadata"]["uid"]:
            raise Rejected("metadata.uid: field is immutable")
        before = execution["status"]
        assert before["phase"] in FINAL, "what is over is compacted"
        execution["status"] = {name: value for name, value in (before | body["status"]).items() if value is not None}
        self.changed(labels.EXECUTIONS, execution)
        return execution

    def _create_event(self, body: Body) -> Body:
        name, of = body["metadata"]["name"], body["involvedObject"]
        if name in self.events:
            raise AlreadyExists(name)
        self.events.add(name)
        self.news[news := (of["uid"], body["reason"], body["message"])] += 1
        assert self.news[news] <= self._most_of(body["reason"]), f"{news} was told before"
        return body

    def _most_of(self, reason: str) -> int:
        """How often an Event may repeat another: each attempt may meet the quota anew."""
        if reason == "Suspended":
            return max(1, self.suspensions)
        attempts = (self.execution or {}).get("status", {}).get("attempts") or ()
        return len(attempts) + 1 if reason == "QuotaExceeded" else 1

    def _delete_pod(self, name: str, uid: str) -> Body:
        pod = self.pods.get(name)
        if pod is None:
            raise NotFound(name)
        if pod["metadata"]["uid"] != uid:
            raise Conflict("another one")
        self.end_pod(name)
        return pod

    def _forget_execution(self, uid: str) -> Body:
        execution = self.execution
        if execution is None:
            raise NotFound(NAME)
        if execution["metadata"]["uid"] != uid:
            raise Conflict("another one")
        assert execution["status"].get("phase") in FINAL, "it isn't over"
        self.delete_execution()
        return execution

    # --- what everybody else does --------------------------------------------------------------------------------------

    def create_execution(self, body: Body) -> None:
        """Somebody creates the execution."""
        self.execution = body
        self.changed(labels.EXECUTIONS, body)

    def delete_execution(self) -> None:
        """Somebody deletes the execution; its pods go soon after it."""
        if self.execution is not None:
            self.gone, self.execution = self.execution, None
            self.changed(labels.EXECUTIONS, self.gone, gone=True)

    def doom_execution(self) -> None:
        """Somebody deletes the execution, and somebody's finalizer keeps it."""
        if self.execution is not None:
            self.execution["metadata"] |= {"deletionTimestamp": format_time(self.clock()), "finalizers": ["somebody.example/waits"]}
            self.changed(labels.EXECUTIONS, self.execution)

    def changed(self, resource: str, body: Body, *, gone: bool = False) -> None:
        """The object has another version, and the watches will tell it."""
        self._version += 1
        body["metadata"]["resourceVersion"] = str(self._version)
        if resource == labels.EXECUTIONS:
            self._execution_changed(body, gone=gone)
        elif "unlabelled" not in body["metadata"]["annotations"]:
            self.untold.append((resource, gone, copy.deepcopy(body)))

    def _execution_changed(self, body: Body, *, gone: bool) -> None:
        """For the watch, which leaves out what is over, its end is a deletion, and what comes after that is nothing."""
        uid, over = body["metadata"]["uid"], body["status"].get("phase") in FINAL
        if uid not in self.left:
            self.untold.append((labels.EXECUTIONS, gone or over, copy.deepcopy(body)))
        if over:
            self.left.add(uid)

    def end_pod(self, name: str) -> None:
        """Somebody deletes the pod: one without a node is gone at once, others when their kubelet has ended them."""
        pod = self.pods[name]
        if "nodeName" not in pod["spec"]:
            self.remove_pod(name)
        elif "deletionTimestamp" not in pod["metadata"]:
            ends = self.clock() + timedelta(seconds=GRACE)
            pod["metadata"] |= {"deletionTimestamp": format_time(ends), "deletionGracePeriodSeconds": GRACE}
            self.changed("pods", pod)

    def remove_pod(self, name: str) -> None:
        """The pod isn't there any more."""
        self.changed("pods", self.pods.pop(name), gone=True)

    def take_label_off(self, name: str) -> None:
        """The watch's selector doesn't match the pod any more, and for the watch that is a deletion."""
        pod = self.pods[name]
        self.changed("pods", pod, gone=True)
        pod["metadata"]["annotations"]["unlabelled"] = "true"

    def collect(self) -> None:
        """Kubernetes' garbage collector ends the pods whose execution is gone."""
        for name, pod in list(self.pods.items()):
            if self.execution is None or attempt_of(pod)[0] != self.execution["metadata"]["uid"]:
                self.end_pod(name)

    # --- what must hold ------------------------------------------------------------------------------------------------

    def running(self) -> list[Body]:
        """The pods whose task may run, or still start to, as far as Kubernetes can know: not those that should have been gone long ago."""
        return [pod for pod in self.pods.values() if not (over(pod) or self._lost(pod))]

    def unfinished(self) -> list[Body]:
        """The pods of which a container goes on, if only a sidecar: those that a quota counts."""
        return [pod for pod in self.pods.values() if pod["status"]["phase"] not in ("Succeeded", "Failed") and not self._lost(pod)]

    def _lost(self, pod: Body) -> bool:
        ends = parse_time(pod["metadata"].get("deletionTimestamp"))
        return ends is not None and self.clock() + timedelta(seconds=1) >= ends + LOST

    def _check_creation(self, uid: str, attempt: int) -> None:
        assert uid not in self.told_gone, "a pod for an execution that is known to be gone, or to go"
        beside = [pod["metadata"]["name"] for pod in self.running() if attempt_of(pod)[0] == uid]
        assert not beside, f"attempt {attempt} beside {beside}"
        assert (uid, attempt) not in self.told_of, f"another pod for attempt {attempt}, which is known to have had one"
        if self.execution is None or self.execution["metadata"]["uid"] != uid:
            return  # it was deleted a moment ago, and the operator couldn't know
        status, spec = self.execution["status"], self.execution["spec"]
        assert status.get("phase") not in FINAL, f"a pod for attempt {attempt}, although all is over"
        on_record = status.get("attempts", ())
        assert attempt not in [one["number"] for one in on_record if one.get("podUid")], f"attempt {attempt} has had its pod, by the record"
        assert attempt <= max([one["number"] for one in on_record], default=-1) + 1, "an attempt was left out"
        failures = {name: (status.get("failures") or {}).get(name, 0) for name in ("user", "system", "unstarted")}
        limits = {**spec["retries"], "unstarted": FREE_RESTARTS}
        assert all(failures[name] <= limits[name] for name in failures), f"attempt {attempt} after {failures} with {limits}"
        assert attempt <= sum(failures.values()) + self.suspensions, f"attempt {attempt} after {failures}, {self.suspensions} suspensions"

    def _check_status(self, execution: Body, *, before: Body) -> None:
        uid, status, retries = execution["metadata"]["uid"], execution["status"], execution["spec"]["retries"]
        failures = status.get("failures") or {}
        for name in ("user", "system"):
            assert failures.get(name, 0) <= retries[name] + 1, f"{failures} with {retries}"
        ended_before = [one["number"] for one in before.get("attempts", ()) if "completionTime" in one]
        for attempt in status.get("attempts", ()):
            code, pod = attempt.get("exitCode"), attempt.get("podUid")
            assert code is None or self.ends.get(pod) == code, f"{attempt}, but its pod ended otherwise: {self.ends}"
            ends_now = "completionTime" in attempt and attempt["number"] not in ended_before
            assert not ends_now or code is not None or pod not in self.told_ends, f"{attempt}, but its pod's end was told: {self.ends}"
        if status["phase"] in FINAL:
            assert uid not in self.finals, "it ends twice"
            self.finals[uid] = status
            self._check_end(status)

    def _check_end(self, status: Body) -> None:
        """What it came to is what its last attempt came to."""
        code = (status.get("attempts") or [{}])[-1].get("exitCode")
        if status["phase"] == "Succeeded":
            assert code == 0 and "error" not in status, status
        else:
            assert "error" in status, status
            assert status["phase"] != "Failed" or code != 0, f"its task ended well: {status}"


def over(pod: Body) -> bool:
    """Whether its task runs no more; its sidecars may."""
    containers = pod["status"].get("containerStatuses") or [{"state": {}}]
    return pod["status"]["phase"] in ("Succeeded", "Failed") or "terminated" in containers[0]["state"]


def attempt_of(pod: Body) -> tuple[str, int]:
    """The UID of its execution, and its attempt."""
    metadata = pod["metadata"]
    return metadata["ownerReferences"][0]["uid"], int(metadata["labels"][labels.ATTEMPT])
