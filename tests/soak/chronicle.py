"""What the API server told of executions and pods, as it came: one watch each, which goes on wherever it was cut off."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import urllib3

from glider_core.api import labels
from tests.faults.api import Api, ApiError

TERMINAL = ("Succeeded", "Failed", "Aborted", "TimedOut")


@dataclass(kw_only=True, slots=True)
class Life:
    """One execution: each status that it had, and when (by the wall clock) it was told."""

    uid: str
    name: str
    spec: dict[str, Any]
    statuses: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    deleted: bool = False

    @property
    def status(self) -> dict[str, Any]:
        """The last."""
        return self.statuses[-1][1] if self.statuses else {}

    @property
    def over_at(self) -> float | None:
        """When it was first seen in a final phase."""
        return next((when for when, status in self.statuses if status.get("phase") in TERMINAL), None)


@dataclass(kw_only=True, slots=True)
class PodLife:
    """One pod, as it was last."""

    body: dict[str, Any]
    deleted: bool = False

    @property
    def name(self) -> str:
        return str(self.body["metadata"]["name"])

    @property
    def uid(self) -> str:
        return str(self.body["metadata"]["uid"])

    @property
    def execution_uid(self) -> str:
        return str(self.body["metadata"]["labels"][labels.EXECUTION_UID])

    @property
    def attempt(self) -> int:
        return int(self.body["metadata"]["labels"][labels.ATTEMPT])

    @property
    def live(self) -> bool:
        return not self.deleted and self.body["status"].get("phase") not in ("Succeeded", "Failed")

    @property
    def running(self) -> bool:
        return self.live and self.body["status"].get("phase") == "Running" and "deletionTimestamp" not in self.body["metadata"]

    @property
    def exit_code(self) -> int | None:
        """The task's container's, if it has ended."""
        states = [one.get("state", {}) for one in self.body["status"].get("containerStatuses", ())]
        return next((state["terminated"]["exitCode"] for state in states if "terminated" in state), None)


class Chronicle:
    """Keeps all of it, of one namespace. Its readers are of another thread, and find each value whole."""

    def __init__(self, api: Api, namespace: str) -> None:
        self._api = api
        self.executions: dict[str, Life] = {}
        self.pods: dict[str, PodLife] = {}
        self.most_live = 0
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        executions = f"/apis/{labels.API_VERSION}/namespaces/{namespace}/{labels.EXECUTIONS}"
        pods = f"/api/v1/namespaces/{namespace}/pods"
        self._threads = [
            threading.Thread(target=self._follow, args=(path, note, known), daemon=True)
            for path, note, known in ((executions, self._saw_execution, self.executions), (pods, self._saw_pod, self.pods))
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopping.set()

    def life(self, name: str) -> Life | None:
        """The latest execution of that name."""
        with self._lock:
            return next((life for life in reversed(self.executions.values()) if life.name == name), None)

    def phase(self, name: str) -> str:
        """Where it stands; empty while nothing is known."""
        life = self.life(name)
        return str(life.status.get("phase", "")) if life else ""

    def pods_of(self, name: str, *, running: bool) -> list[str]:
        """The names of the pods that an execution has."""
        life = self.life(name)
        with self._lock:
            found = [pod for pod in self.pods.values() if life and pod.execution_uid == life.uid]
        return [pod.name for pod in found if not pod.deleted and pod.running >= running]

    def live_pods(self) -> list[PodLife]:
        """All that aren't over."""
        with self._lock:
            return [pod for pod in self.pods.values() if pod.live]

    def unowned_pods(self) -> list[PodLife]:
        """Pods that are there although their execution isn't."""
        with self._lock:
            present = {uid for uid, life in self.executions.items() if not life.deleted}
            return [pod for pod in self.pods.values() if not pod.deleted and pod.execution_uid not in present]

    def _follow(self, path: str, note: Callable[[str, dict[str, Any]], None], known: dict[str, Any]) -> None:
        version = ""
        while not self._stopping.is_set():
            try:
                version = version or self._list(path, note, known)
                for event in self._api.watch(path, version=version):
                    if self._stopping.is_set():
                        return
                    if event["type"] == "ERROR":
                        version = ""
                        break
                    version = event["object"]["metadata"]["resourceVersion"]
                    note(event["type"], event["object"])
            except (urllib3.exceptions.HTTPError, OSError):
                time.sleep(0.3)
            except ApiError:
                version = ""
                time.sleep(0.3)

    def _list(self, path: str, note: Callable[[str, dict[str, Any]], None], known: dict[str, Any]) -> str:
        """Everything anew, and what is gone counts as deleted."""
        if (listed := self._api.get(path)) is None:
            raise ApiError(404, f"{path}: the API server has just started")
        for body in listed["items"]:
            note("ADDED", body)
        present = {body["metadata"]["uid"] for body in listed["items"]}
        for uid, one in list(known.items()):
            one.deleted = one.deleted or uid not in present
        return str(listed["metadata"]["resourceVersion"])

    def _saw_execution(self, kind: str, body: dict[str, Any]) -> None:
        uid, status = body["metadata"]["uid"], body.get("status", {})
        with self._lock:
            life = self.executions.setdefault(uid, Life(uid=uid, name=body["metadata"]["name"], spec=body["spec"]))
            life.deleted = life.deleted or kind == "DELETED"
            if status and status != life.status:
                life.statuses.append((time.time(), status))

    def _saw_pod(self, kind: str, body: dict[str, Any]) -> None:
        if labels.EXECUTION_UID not in body["metadata"].get("labels", {}):
            return
        uid = body["metadata"]["uid"]
        with self._lock:
            pod = self.pods.setdefault(uid, PodLife(body=body))
            pod.body = body
            pod.deleted = pod.deleted or kind == "DELETED"
            self.most_live = max(self.most_live, sum(one.live for one in self.pods.values()))
