"""A world of one execution: the real operator's memory and decisions, an API server, and what watches, nodes and users do.

No I/O and no real clock: the controller's calls end in dictionaries, and its coroutines never wait. What it asks its queue for is
kept as a time, so that a wake-up that it forgot to ask for is one that doesn't come. The clocks of the operator and of the nodes
may differ from the API server's.
"""

from __future__ import annotations

import copy
from collections.abc import Coroutine
from contextvars import copy_context
from datetime import datetime, timedelta
from typing import Any, TypeVar

from glider_core.api import labels
from glider_core.api.moments import format_time
from glider_core.config import Config
from glider_operator.cache.executions import Key
from glider_operator.controller.cluster import Cluster
from glider_operator.controller.controller import Controller
from glider_operator.controller.sweeping import finished_executions, kinds
from glider_operator.queue import RetryLater
from glider_operator.sweep.sweeper import Sweeper
from glider_operator.sweep.unwatched import UnwatchedLister
from tests.unit.glider_core.builders import T0, container_status, execution_body, failure_summary, success_summary
from tests.unit.glider_operator.life.apiserver import FINAL, NAME, ApiServer, Body, Died, Fate, attempt_of, over

T = TypeVar("T")
KEY = ("default", NAME)
#: How a task goes that doesn't end.
RUNS_ON = "runs on"
SUMMARIES = {
    "well": (0, success_summary(o0=5.0)),
    "badly": (1, failure_summary()),
    "recoverably": (3, failure_summary(kind="RECOVERABLE")),
    "by the system": (2, failure_summary(kind="RECOVERABLE", origin="SYSTEM", code="SYSTEM:Store")),
    "without a word": (137, ""),
}


class Agenda:
    """When the execution is to be looked at, as the controller asks its queue."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.works = True
        self._ready = False
        self._due: datetime | None = None
        self._failures = 0

    def add(self, key: Key, *, ahead: bool = False) -> None:
        self._ready = True

    def add_after(self, key: Key, delay: float) -> None:
        due = self._world.now + timedelta(seconds=max(0.0, delay))
        self._due = due if self._due is None else min(self._due, due)

    def forget(self, key: Key) -> None:
        self._due, self._failures = None, 0

    @property
    def due(self) -> bool:
        return self._ready or (self._due is not None and self._due <= self._world.now)

    def taken(self) -> None:
        if self._due is not None and self._due <= self._world.now:
            self._due = None
        self._ready = False

    def done(self) -> None:
        self._failures = 0

    def failed(self, error: RetryLater) -> None:
        self.add_after(KEY, max(error.delay, min(60.0, 0.1 * 2**self._failures)))
        self._failures += 1


class World:
    """An execution with `user` and `system` retries.

    `skew`, `node_skew`: seconds that the operator's and the nodes' clocks are ahead. `sidecar`: its pods have a container beside the
    task's that goes on until the pod is deleted. `quota`: how many pods may be there that aren't over.
    """

    def __init__(
        self,
        *,
        user: int,
        system: int,
        skew: float = 0,
        node_skew: float = 0,
        sidecar: bool = False,
        quota: int | None = None,
        **spec: Any,
    ) -> None:
        self.now = T0
        self.skew, self.node_skew = timedelta(seconds=skew), timedelta(seconds=node_skew)
        self.sidecar = sidecar
        self.api = ApiServer(lambda: self.now, quota=quota)
        self.api.interrupt = self._interrupt
        self.lost_node = ""
        self._spec = {"retries": {"user": user, "system": system, "backoff": {"initial": "1s", "max": "20s"}}, **spec}
        self._created = 0
        self.create()
        self.restart()
        self.note_for_standby()

    # --- the operator -------------------------------------------------------------------------------------------------

    def restart(self) -> None:
        """The operator forgets everything, and lists what there is: pods before executions, as it does when it starts.

        A pod whose label is off is none of its pods then: before that somebody puts it back.
        """
        for pod in self.api.pods.values():
            pod["metadata"]["annotations"].pop("unlabelled", None)
        self._begin(self.api.watched(), self.api.execution)

    def note_for_standby(self) -> None:
        """Another replica knows what there is now, and hears of nothing after that."""
        self._standby = copy.deepcopy((self.api.watched(), self.api.execution))

    def fail_over(self) -> None:
        """That other replica catches up, and leads from now on."""
        self._begin(*self._standby)
        self.sweep()

    def _begin(self, pods: list[Body], execution: Body | None) -> None:
        self.agenda = Agenda(self)
        queue: Any = self.agenda
        self.controller = Controller(Cluster(self.api), Config(), clock=lambda: self.now + self.skew, queue=queue)
        self.sweeper = Sweeper(
            self.api,
            kinds(self.controller, instance_id=None),
            namespaces=(None,),
            interval=120,
            live=lambda: (key for key, _ in self.controller.caches.executions.live()),
            requeue=self.agenda.add,
        )
        self.over = UnwatchedLister(self.api, finished_executions(self.controller, instance_id=None), namespaces=(None,), interval=120)
        self.api.untold.clear()
        self.api.told_of.clear()
        self.api.told_gone.clear()
        self.api.told_ends.clear()
        for pod in pods:
            self._tell("pods", False, pod)
        if execution is not None and execution["status"].get("phase") not in FINAL:
            self._tell(labels.EXECUTIONS, False, execution)
        assert run(self.over.list())

    def look(self, *fates: Fate) -> None:
        """The operator looks at the execution as it knows it; its next writes have these fates."""
        self.api.fates = list(fates) or self.api.fates
        self.agenda.taken()
        try:
            self._look_and_tell()
        except Died:
            self.restart()

    def _look_and_tell(self) -> None:
        try:
            run(self.controller.reconcile(KEY))
        except RetryLater as error:
            self.agenda.failed(error)
        else:
            self.agenda.done()
        run(self.controller.recorder.flush())

    def look_if_due(self) -> None:
        """It looks as often as it wants to by now."""
        for _ in range(20):
            if not self.agenda.due:
                return
            self.look()
        raise AssertionError("it looks again and again")

    def sweep(self) -> None:
        """All that there is, is known; and what isn't there any more, too."""
        assert run(self.sweeper.sweep(hurry=True))
        assert run(self.over.list())
        for key, _ in self.controller.caches.executions.live():
            self.agenda.add(key)

    def _interrupt(self, fate: Fate) -> None:
        if fate is Fate.OVERTAKEN:
            self.deliver(100)
        if fate is Fate.LATE:
            self.wait(15)

    # --- the watches --------------------------------------------------------------------------------------------------

    def deliver(self, number: int) -> None:
        """The watches tell that many changes."""
        for change in self.api.untold[:number]:
            self._tell(*change)
        del self.api.untold[:number]

    def deliver_later_one(self, position: int) -> None:
        """One change is told before those before it."""
        if self.api.untold:
            self._tell(*self.api.untold.pop(position % len(self.api.untold)))

    def lose(self, position: int) -> None:
        """One change is never told."""
        if self.api.untold:
            del self.api.untold[position % len(self.api.untold)]

    def repeat(self, position: int) -> None:
        """One change is told now, and once more in its turn."""
        if self.api.untold:
            self._tell(*self.api.untold[position % len(self.api.untold)])

    def _tell(self, resource: str, gone: bool, body: Body) -> None:
        body = copy.deepcopy(body)
        if resource == labels.EXECUTIONS:
            if gone or "deletionTimestamp" in body["metadata"]:
                self.api.told_gone.add(body["metadata"]["uid"])
            (self.controller.watch_handlers.on_execution_left if gone else self.controller.watch_handlers.on_execution)(body)
        else:
            self.api.told_of.add(attempt_of(body))
            if over(body):
                self.api.told_ends.add(body["metadata"]["uid"])
            (self.controller.watch_handlers.on_pod_deleted if gone else self.controller.watch_handlers.on_pod)(body)

    # --- nodes --------------------------------------------------------------------------------------------------------

    def go_on(self, how: str) -> None:
        """Each pod takes a step: scheduled, running, over (`how` its task's container ends), and gone if it is to be."""
        self.api.collect()
        for name, pod in list(self.api.pods.items()):
            leaving = "deletionTimestamp" in pod["metadata"]
            if "nodeName" not in pod["spec"]:
                pod["spec"]["nodeName"] = "node-2" if self.lost_node == "node-1" else "node-1"
                self.api.changed("pods", pod)
            elif pod["spec"]["nodeName"] == self.lost_node:
                self.api.end_pod(name)  # as the taint manager does
            elif leaving and (over(pod) or pod["status"]["phase"] == "Pending"):
                self.api.remove_pod(name)
            elif pod["status"]["phase"] == "Pending":
                self._start(pod)
            elif not over(pod) and (leaving or how != RUNS_ON):
                self._end(pod, "without a word" if leaving else how)

    def _start(self, pod: Body) -> None:
        if "stuck" in pod["metadata"]["annotations"]:
            return
        running = container_status("running", startedAt=format_time(self.now + self.node_skew))
        pod["status"] = {"phase": "Running", "containerStatuses": [running]}
        self.api.changed("pods", pod)

    def _end(self, pod: Body, how: str) -> None:
        code, message = SUMMARIES[how]
        ended = container_status(
            "terminated",
            exitCode=code,
            message=message,
            reason="Error" if code else "Completed",
            startedAt=pod["status"]["containerStatuses"][0]["state"]["running"]["startedAt"],
            finishedAt=format_time(self.now + self.node_skew),
        )
        pod["status"] = {"phase": "Failed" if code else "Succeeded", "containerStatuses": [ended]}
        if self.sidecar and "deletionTimestamp" not in pod["metadata"]:
            pod["status"] = {"phase": "Running", "containerStatuses": [ended, container_status("running", name="sidecar")]}
        self.api.ends[pod["metadata"]["uid"]] = code
        self.api.changed("pods", pod)

    def get_stuck(self, name: str, reason: str) -> None:
        """The pod's container can't be started, and its kubelet says why."""
        pod = self.api.pods[name]
        if pod["status"]["phase"] == "Pending" and "nodeName" in pod["spec"]:
            pod["metadata"]["annotations"]["stuck"] = reason
            pod["status"]["containerStatuses"] = [container_status("waiting", reason=reason)]
            self.api.changed("pods", pod)

    # --- users and time -----------------------------------------------------------------------------------------------

    def create(self) -> None:
        """Somebody creates the execution; each that has the name has a UID of its own."""
        self._created += 1
        body = execution_body(name=NAME, uid=f"{self._created:08d}-1111-2222-3333-444455556666", **copy.deepcopy(self._spec))
        body["metadata"]["creationTimestamp"] = format_time(self.now)
        self.api.suspensions = 0
        self.api.create_execution(body)

    def change(self, **spec: Any) -> None:
        """Somebody patches the execution."""
        if self.api.execution is not None:
            self.api.suspensions += bool(spec.get("suspend"))
            self.api.execution["spec"] |= spec
            self.api.changed(labels.EXECUTIONS, self.api.execution)

    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.now += timedelta(seconds=seconds)

    @property
    def status(self) -> Body:
        """What the API server has, or had when the execution went."""
        execution = self.api.execution or self.api.gone
        assert execution is not None
        status: Body = execution["status"]
        return status

    @property
    def phase(self) -> str:
        """The phase by the API server."""
        return str(self.status.get("phase", "Pending"))

    def settle(self, *, seconds: int = 4) -> None:
        """Everybody hears of everything, and the operator does what there is to do by then."""
        for _ in range(seconds):
            self.deliver(100)
            self.look_if_due()
            self.wait(1)

    def come_to_an_end(self, *, rounds: int = 600) -> None:
        """Nothing more happens to it, the watches tell everything, and pods go on well: so it ends, and leaves nothing that runs."""
        for number in range(rounds):
            self.deliver(100)
            self.look_if_due()
            if self.phase in FINAL and not self.api.unfinished():
                return
            self.go_on("well")
            self.wait(2)
            if number % 60 == 0:
                self.sweep()
        running = [pod["metadata"] for pod in self.api.unfinished()]
        raise AssertionError(f"after {rounds} rounds it is {self.phase}: {self.status}; pods that run: {running}")


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that never waits; what it says of itself for the log lines ends with it."""
    try:
        copy_context().run(coroutine.send, None)
    except StopIteration as done:
        result: T = done.value
        return result
    raise AssertionError("it waits for something")
