"""A kubelet that follows a script: it binds pods, starts their containers and ends them as their execution's life has it.

It takes its steps in the operator's pace: a container ends only once the status says that it runs, so that each life has the
same writes every time. While nobody watches (the operator is down), it can be told to go on regardless.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from glider_operator.model import labels
from tests.faults.api import Api, ApiError
from tests.integration.fire.lives import Ending, Life, Vanishes

_STEP = 0.05
NODE = "scripted"


class ScriptedKubelet:
    """Plays the pods of one namespace at a time.

    Attributes:
        paced: whether containers wait for the operator before they end.
        frozen: whether nothing moves at all.
    """

    def __init__(self, api: Api) -> None:
        self._api = api
        self._pods = self._executions = ""
        self._lives: Mapping[str, Life] = {}
        self.paced = True
        self.frozen = True
        self.error: Exception | None = None
        self._stopping = threading.Event()
        self._idle = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def play(self, namespace: str, lives: Mapping[str, Life]) -> None:
        """From now on the pods of this namespace, by the lives of its executions."""
        self._pods = f"/api/v1/namespaces/{namespace}/pods"
        self._executions = f"/apis/{labels.API_VERSION}/namespaces/{namespace}/{labels.EXECUTIONS}"
        self._lives = lives
        self.paced, self.frozen = True, False

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
        while not self._stopping.wait(_STEP):
            try:
                moved = False if self.frozen else self._round()
            except ApiError as error:
                if error.status != 409:  # somebody else was first; the next round sees it
                    self.error = error
            except Exception as error:  # the thread ends, and the test has to learn why
                self.error = error
                raise
            else:
                if not moved:
                    self._idle.set()

    def _round(self) -> bool:
        executions = {one["metadata"]["uid"]: one for one in self._api.items(self._executions)} if self.paced else {}
        moved = False
        for pod in self._api.items(self._pods):
            moved |= self._step(pod, executions)
        return moved

    def _step(self, pod: dict[str, Any], executions: dict[str, Any]) -> bool:
        """Whether the pod moved."""
        metadata, status, path = pod["metadata"], pod["status"], f"{self._pods}/{pod['metadata']['name']}"
        if "deletionTimestamp" in metadata:
            self._api.delete(path, grace=0)
            return True
        if not pod["spec"].get("nodeName"):
            target = {
                "apiVersion": "v1",
                "kind": "Binding",
                "metadata": {"name": metadata["name"]},
                "target": {"kind": "Node", "name": NODE},
            }
            self._api.create(f"{path}/binding", target)
            return True
        if status["phase"] == "Pending":
            self._api.patch(f"{path}/status", {"status": _status(pod, phase="Running", state={"running": {"startedAt": _now()}})})
            return True
        if status["phase"] == "Running" and self._may_end(pod, executions):
            self._end(pod, path)
            return True
        return False

    def _end(self, pod: dict[str, Any], path: str) -> None:
        ending = self._life(pod).attempts[int(pod["metadata"]["labels"][labels.ATTEMPT])]
        match ending:
            case Vanishes():
                self._api.delete(path, grace=0)
            case Ending():
                started = pod["status"]["containerStatuses"][0]["state"]["running"]["startedAt"]
                terminated = {"exitCode": ending.exit_code, "message": ending.message, "startedAt": started, "finishedAt": _now()}
                self._api.patch(f"{path}/status", {"status": _status(pod, phase=ending.phase, state={"terminated": terminated})})

    def _may_end(self, pod: dict[str, Any], executions: dict[str, Any]) -> bool:
        if not self.paced:
            return True
        metadata = pod["metadata"]
        status = executions.get(metadata["labels"][labels.EXECUTION_UID], {}).get("status", {})
        latest = (status.get("attempts") or [{}])[-1]
        return status.get("phase") == "Running" and latest.get("podUid") == metadata["uid"]

    def _life(self, pod: dict[str, Any]) -> Life:
        return self._lives[pod["metadata"]["labels"][labels.EXECUTION]]


def _status(pod: dict[str, Any], *, phase: str, state: dict[str, Any]) -> dict[str, Any]:
    """A pod's status as a kubelet writes it, as far as anybody reads it."""
    done = {"terminated": {"exitCode": 0, "startedAt": _now(), "finishedAt": _now()}}
    spec = pod["spec"]
    return {
        "phase": phase,
        "startTime": pod["status"].get("startTime") or _now(),
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


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
