"""Creates the pods, watches what becomes of them for a while, and keeps each state that tells something else."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import yaml

from tests.cluster.fixtures import Cluster
from tests.recording.scenarios import PREEMPTOR, SCENARIOS
from tests.resources import to_yaml

NAMESPACE = "recording"
FILE = Path(__file__).parents[1] / "unit" / "glider_core" / "diagnose" / "recorded.yaml"
SECONDS = 75
#: What is done to a pod once it runs.
_THEN = {
    "evicted-by-api": "evict",
    "deleted": "delete",
    "deleted-and-polite": "delete",
}


class Recording:
    """The states of all pods, in the order in which they were seen."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.states: dict[str, list[dict[str, Any]]] = {name: [] for name in SCENARIOS}
        self._told: dict[str, list[str]] = {name: [] for name in SCENARIOS}
        self._done: set[str] = set()

    def kubectl(self, *args: str, input: str | None = None) -> str:
        return self._cluster.kubectl("--namespace", NAMESPACE, *args, input=input)

    def run(self) -> None:
        """Create everything, and watch."""
        self._cluster.kubectl("create", "namespace", NAMESPACE)
        for name, value in (("low", 10), ("high", 1000)):
            self._cluster.kubectl("create", "priorityclass", f"recording-{name}", f"--value={value}")
        self.kubectl("apply", "-f", "-", input=to_yaml(*(_manifest(name, spec) for name, spec in SCENARIOS.items())))
        started = time.monotonic()
        while (elapsed := time.monotonic() - started) < SECONDS:
            self.look()
            if elapsed > 25 and "preempt" not in self._done:
                self._done.add("preempt")
                self.kubectl("apply", "-f", "-", input=to_yaml(_manifest("preemptor", PREEMPTOR)))
            if elapsed > SECONDS - 15 and "taint" not in self._done:
                self._done.add("taint")
                self._cluster.kubectl("taint", "nodes", "--all", "recording=yes:NoExecute")
            time.sleep(0.7)

    def close(self) -> None:
        """Leave nothing."""
        self._cluster.kubectl("taint", "nodes", "--all", "recording-")
        self._cluster.kubectl("delete", "priorityclass", "recording-low", "recording-high")
        self._cluster.kubectl("delete", "namespace", NAMESPACE, "--wait=false")

    def look(self) -> None:
        """Take down what is new."""
        for body in json.loads(self.kubectl("get", "pods", "-o", "json"))["items"]:
            name = body["metadata"]["name"]
            if name not in self.states:
                continue
            state = trimmed(body)
            if (told := _telling(state)) not in self._told[name]:
                self._told[name].append(told)
                self.states[name].append(state)
            if body["status"].get("phase") == "Running" and name not in self._done and name in _THEN:
                self._done.add(name)
                getattr(self, _THEN[name])(name)

    def delete(self, name: str) -> None:
        """`kubectl delete pod`."""
        self.kubectl("delete", "pod", name, "--wait=false")

    def evict(self, name: str) -> None:
        """What `kubectl drain` does to a pod."""
        eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name, "namespace": NAMESPACE}}
        path = f"/api/v1/namespaces/{NAMESPACE}/pods/{name}/eviction"
        self.kubectl("create", "--raw", path, "-f", "-", input=json.dumps(eviction))

    def warnings(self) -> dict[str, list[dict[str, Any]]]:
        """The warning Events by pod."""
        found: dict[str, list[dict[str, Any]]] = {}
        for event in json.loads(self.kubectl("get", "events", "-o", "json"))["items"]:
            name = event["involvedObject"].get("name", "")
            if event["type"] == "Warning" and name in self.states:
                kept = {key: event.get(key) for key in ("type", "reason", "message", "lastTimestamp", "eventTime") if event.get(key)}
                found.setdefault(name, []).append(kept)
        return found


def trimmed(body: dict[str, Any]) -> dict[str, Any]:
    """The fields that say how the pod is doing."""
    metadata = {
        key: body["metadata"][key]
        for key in ("name", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds")
        if key in body["metadata"]
    }
    spec: dict[str, Any] = {"containers": [_container(one) for one in body["spec"]["containers"]]}
    if body["spec"].get("initContainers"):
        spec["initContainers"] = [_container(one) for one in body["spec"]["initContainers"]]
    if "nodeName" in body["spec"]:
        spec["nodeName"] = body["spec"]["nodeName"]
    status = {key: body["status"][key] for key in ("phase", "reason", "message") if key in body["status"]}
    status["conditions"] = [
        {key: value for key, value in condition.items() if value is not None and key not in ("lastProbeTime", "observedGeneration")}
        for condition in body["status"].get("conditions", [])
        if condition["type"] in ("PodScheduled", "Initialized", "DisruptionTarget")
    ]
    for key in ("initContainerStatuses", "containerStatuses"):
        if key in body["status"]:
            status[key] = [{"name": one["name"], "state": _state(one["state"])} for one in body["status"][key]]
    return {"metadata": metadata, "spec": spec, "status": status}


def _container(container: dict[str, Any]) -> dict[str, Any]:
    return {key: container[key] for key in ("name", "resources", "restartPolicy") if container.get(key)}


def _state(state: dict[str, Any]) -> dict[str, Any]:
    return {kind: {key: value for key, value in detail.items() if key != "containerID"} for kind, detail in state.items()}


def _telling(state: dict[str, Any]) -> str:
    """What makes a state another one: everything but times and the wording of messages."""

    def without(value: Any) -> Any:
        if isinstance(value, dict):
            skipped = ("message", "startedAt", "finishedAt", "lastTransitionTime", "creationTimestamp")
            return {key: without(one) for key, one in value.items() if key not in skipped}
        return [without(one) for one in value] if isinstance(value, list) else value

    return json.dumps(without(state), sort_keys=True)


def _manifest(name: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}


def main() -> int:
    """Record, and write the file."""
    cluster = Cluster.from_environment()
    recording = Recording(cluster)
    try:
        recording.run()
        warnings = recording.warnings()
        version = json.loads(cluster.kubectl("version", "-o", "json"))["serverVersion"]["gitVersion"]
    finally:
        recording.close()
    document = {
        name: {"states": states} | ({"warnings": warnings[name]} if name in warnings else {}) for name, states in recording.states.items()
    }
    header = f"# What a real node made of the pods in tests/recording, Kubernetes {version}. Made by `python -m tests.recording`.\n"
    FILE.write_text(header + yaml.safe_dump(document, sort_keys=False, width=140, allow_unicode=True))
    print({name: len(states) for name, states in recording.states.items()})
    return 0


if __name__ == "__main__":
    sys.exit(main())
