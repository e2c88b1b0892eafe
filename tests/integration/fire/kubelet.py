"""A kubelet that follows a script: it binds pods, starts their containers and ends them as their execution's life has it.

It also does what somebody asks of an execution meanwhile: cancels, suspends, resumes or deletes it.

It takes its steps in the operator's pace: a container ends only once the status says that it runs, so that each life has the
same writes every time. While nobody watches (the operator is down), it can be told to go on regardless.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import urllib3

from glider_core.api import labels
from tests.faults.api import Api, ApiError
from tests.integration.fire.lives import RECOVERABLY, WELL, Ending, Hangs, Life, Script, Vanishes, Waits

#: How long it pauses between its rounds, and at least how many times as long as a round takes.
_STEP = 0.05
_REST = 2
NODE = "scripted"


class ScriptedKubelet:
    """Plays the pods of one namespace at a time.

    Attributes:
        paced: whether containers wait for the operator before they end.
        frozen: whether nothing moves at all.
        skew: by how much the node's clock is ahead.
        ends: when each pod's container ended, or the pod itself, by namespace and name; by the monotonic clock.
    """

    def __init__(self, api: Api) -> None:
        self._api = api
        self._pods = self._executions = ""
        self._lives: Mapping[str, Life] = {}
        self.paced = True
        self.frozen = True
        self.skew = timedelta()
        self.error: Exception | None = None
        self.ends: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
        self._turn = threading.Lock()
        self._stopping = threading.Event()
        self._idle = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def play(self, namespace: str, lives: Mapping[str, Life]) -> None:
        """From now on the pods of this namespace, by the lives of its executions."""
        with self._turn:
            self._pods = f"/api/v1/namespaces/{namespace}/pods"
            self._executions = f"/apis/{labels.API_VERSION}/namespaces/{namespace}/{labels.EXECUTIONS}"
            self._lives = lives
            self.paced, self.frozen, self.skew = True, False, timedelta()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def wait_until_idle(self, *, timeout: float) -> None:
        """Until no pod has another step to take."""
        self._idle.clear()
        self._idle.wait(timeout=_STEP * 5)
        self._idle.clear()
        if not self._idle.wait(timeout=timeout):
            raise TimeoutError(f"pods still move after {timeout:.0f} s")

    def _run(self) -> None:
        pause = _STEP
        while not self._stopping.wait(pause):
            began = time.monotonic()
            try:
                with self._turn:
                    moved = False if self.frozen else self._round()
                if not moved:
                    self._idle.set()
            except ApiError as error:
                if error.status < 500 and error.status != 409:  # 409: somebody else was first; the next round sees it
                    self.error = error
            except urllib3.exceptions.HTTPError:
                continue  # the API server is being restarted, and a kubelet has patience
            except Exception as error:  # the thread ends, and the test has to learn why
                self.error = error
                raise
            pause = max(_STEP, _REST * (time.monotonic() - began))

    def _round(self) -> bool:
        """Whether anything moved."""
        executions = {one["metadata"]["uid"]: one for one in self._api.items(self._executions)}
        moved = [self._step(pod, executions) for pod in self._api.items(self._pods)]
        return any([*moved, *(self._resume(one) for one in executions.values())])

    def _step(self, pod: dict[str, Any], executions: dict[str, Any]) -> bool:
        """Whether the pod moved."""
        metadata, phase, path = pod["metadata"], pod["status"]["phase"], f"{self._pods}/{pod['metadata']['name']}"
        script = self._script(pod)
        if "deletionTimestamp" in metadata:
            if phase == "Running" and isinstance(script, Hangs):
                self._end(pod, path, exit_code=script.exit_code)
            else:
                self._remove(pod, path)
            return True
        if not pod["spec"].get("nodeName"):
            self._bind(metadata["name"], path)
            return True
        if phase == "Pending" and not isinstance(script, Waits):
            self._api.patch(f"{path}/status", {"status": _status(pod, phase="Running", state={"running": {}}, now=self._now())})
            return True
        if phase == "Running":
            execution = executions.get(metadata["labels"][labels.EXECUTION_UID])
            return self._may_go_on(pod, execution) and self._follow(script, pod, path, execution)
        return False

    def _bind(self, name: str, path: str) -> None:
        target = {"apiVersion": "v1", "kind": "Node", "name": NODE}
        self._api.create(f"{path}/binding", {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": name}, "target": target})

    def _follow(self, script: Script, pod: dict[str, Any], path: str, execution: dict[str, Any] | None) -> bool:
        """Whether the script has anything to happen to a pod that runs."""
        match script:
            case Vanishes():
                self._remove(pod, path)
            case Ending():
                self._end(pod, path, exit_code=script.exit_code, message=script.message)
            case Hangs():
                return execution is not None and self._ask(script, execution)
        return True

    def _remove(self, pod: dict[str, Any], path: str) -> None:
        self._note_end(pod)
        self._api.delete(path, grace=0)

    def _note_end(self, pod: dict[str, Any]) -> None:
        """Nobody hears of it before."""
        self.ends[pod["metadata"]["namespace"], pod["metadata"]["name"]].append(time.monotonic())

    def _end(self, pod: dict[str, Any], path: str, *, exit_code: int, message: str = "") -> None:
        started = pod["status"]["containerStatuses"][0]["state"]["running"]["startedAt"]
        terminated = {"exitCode": exit_code, "message": message, "startedAt": started, "finishedAt": self._now()}
        phase = "Failed" if exit_code else "Succeeded"
        self._note_end(pod)
        self._api.patch(f"{path}/status", {"status": _status(pod, phase=phase, state={"terminated": terminated}, now=self._now())})

    def _ask(self, script: Hangs, execution: dict[str, Any]) -> bool:
        """Whether there was still something to ask for."""
        path, spec = f"{self._executions}/{execution['metadata']['name']}", execution["spec"]
        if script.deletes:
            self._api.delete(path)
            return True
        if script.asks is None or spec | script.asks == spec:
            return False
        self._api.patch(path, {"spec": script.asks})
        return True

    def _resume(self, execution: dict[str, Any]) -> bool:
        name, suspended = execution["metadata"]["name"], execution.get("status", {}).get("phase") == "Suspended"
        if not (suspended and self._lives[name].resumes and execution["spec"].get("suspend")):
            return False
        self._api.patch(f"{self._executions}/{name}", {"spec": {"suspend": False}})
        return True

    def _may_go_on(self, pod: dict[str, Any], execution: dict[str, Any] | None) -> bool:
        if not self.paced:
            return True
        status = (execution or {}).get("status", {})
        latest = (status.get("attempts") or [{}])[-1]
        return status.get("phase") == "Running" and latest.get("podUid") == pod["metadata"]["uid"]

    def _script(self, pod: dict[str, Any]) -> Script:
        """What is to become of the pod; one that there shouldn't be ends well, and is found out later."""
        of_pod = pod["metadata"]["labels"]
        attempts, number = self._lives[of_pod[labels.EXECUTION]].attempts, int(of_pod[labels.ATTEMPT])
        return attempts[number] if number < len(attempts) else WELL

    def _now(self) -> str:
        return (datetime.now(UTC) + self.skew).strftime("%Y-%m-%dT%H:%M:%SZ")


@contextmanager
def all_fail(api: Api, namespace: str) -> Iterator[None]:
    """Meanwhile the task of each pod in `namespace` fails at once, recoverably: one write a pod, so that there may be thousands."""
    pods, over = f"/api/v1/namespaces/{namespace}/pods", threading.Event()

    def run() -> None:
        while not over.wait(0.5):
            now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            state = {"terminated": {"exitCode": RECOVERABLY.exit_code, "message": RECOVERABLY.message, "startedAt": now, "finishedAt": now}}
            for pod in api.items(f"{pods}?fieldSelector=status.phase%3DPending"):
                status = _status(pod, phase=RECOVERABLY.phase, state=state, now=now)
                api.patch(f"{pods}/{pod['metadata']['name']}/status", {"status": status})

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(run)
        try:
            yield
        finally:
            over.set()
        running.result()


def _status(pod: dict[str, Any], *, phase: str, state: dict[str, Any], now: str) -> dict[str, Any]:
    """A pod's status as a kubelet writes it, as far as anybody reads it."""
    done = {"terminated": {"exitCode": 0, "startedAt": now, "finishedAt": now}}
    if "running" in state:
        state = {"running": {"startedAt": now}}
    spec = pod["spec"]
    return {
        "phase": phase,
        "startTime": pod["status"].get("startTime") or now,
        "initContainerStatuses": [_container(one, done) for one in spec.get("initContainers", ())],
        "containerStatuses": [_container(one, state) for one in spec["containers"]],
    }


def _container(container: dict[str, Any], state: dict[str, Any]) -> dict[str, Any]:
    running = "running" in state
    return {
        "name": container["name"],
        "image": container["image"],
        "imageID": container["image"],
        "ready": running,
        "started": running,
        "restartCount": 0,
        "state": state,
    }
