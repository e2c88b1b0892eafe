"""Pods in trouble: each provokes one thing that can become of a task's pod."""

from __future__ import annotations

from typing import Any

IMAGE = "glider-examples:0.1.0"
_OOM = 'python3 -c "x = bytearray(200 << 20); print(sum(x[::4096]))"'


def pod(*, init: list[dict[str, Any]] | None = None, spec: dict[str, Any] | None = None, **container: Any) -> dict[str, Any]:
    """A pod's spec with one container, `task`."""
    task = {"name": "task", "image": IMAGE, "terminationMessagePolicy": "FallbackToLogsOnError"} | container
    return {
        "restartPolicy": "Never",
        "terminationGracePeriodSeconds": 2,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "initContainers": init or [],
        "containers": [task],
    } | (spec or {})


def sh(script: str) -> dict[str, Any]:
    """A container's command."""
    return {"command": ["sh", "-c", script]}


def init(script: str, **fields: Any) -> dict[str, Any]:
    """An init container."""
    return {"name": "prepare", "image": IMAGE, "terminationMessagePolicy": "FallbackToLogsOnError", **sh(script), **fields}


MEMORY: dict[str, Any] = {"resources": {"limits": {"memory": "64Mi"}, "requests": {"memory": "32Mi"}}}
MISSING_SECRET: dict[str, Any] = {"env": [{"name": "X", "valueFrom": {"secretKeyRef": {"name": "missing", "key": "x"}}}]}
MISSING_CONFIG: dict[str, Any] = {"env": [{"name": "X", "valueFrom": {"configMapKeyRef": {"name": "missing", "key": "x"}}}]}


def volume(**source: Any) -> dict[str, Any]:
    """One volume, mounted."""
    return {"volumeMounts": [{"name": "v", "mountPath": "/v"}], "spec": {"volumes": [{"name": "v", **source}]}}


SCENARIOS: dict[str, dict[str, Any]] = {
    "exit-0": pod(**sh("echo done")),
    "exit-1": pod(**sh("echo 'something went wrong' >&2; exit 1")),
    "exit-7": pod(**sh("exit 7")),
    "kills-itself": pod(**sh("sh -c 'kill -9 $PPID'; sleep 5")),
    "terminates-itself": pod(command=["python3", "-c", "import os; os._exit(143)"]),
    "segmentation-fault": pod(command=["python3", "-c", "import os; os._exit(139)"]),
    "command-not-found-in-shell": pod(**sh("no-such-command")),
    "not-executable": pod(**sh("/etc/hostname")),
    "oom-main": pod(command=["sh", "-c", f"exec {_OOM}"], **MEMORY),
    "oom-child": pod(command=["sh", "-c", f"{_OOM}; exit 0"], **MEMORY),
    "oom-child-then-exit-1": pod(command=["sh", "-c", f"{_OOM} || exit 1"], **MEMORY),
    "invalid-image-name": pod(**sh("true") | {"image": "Not//An:Image:Name"}),
    "image-of-no-host": pod(**sh("true") | {"image": "registry.invalid/app:1"}),
    "image-of-a-closed-port": pod(**sh("true") | {"image": "127.0.0.1:1/app:1"}),
    "image-never-pulled": pod(**sh("true") | {"image": "glider-none:1", "imagePullPolicy": "Never"}),
    "bad-command": pod(command=["/no/such/program"]),
    "bad-working-directory": pod(**sh("true"), workingDir="/etc/hostname"),
    "missing-secret": pod(**sh("true"), **MISSING_SECRET),
    "missing-configmap": pod(**sh("true"), **MISSING_CONFIG),
    "root-refused": pod(**sh("true"), securityContext={"runAsNonRoot": True, "runAsUser": 0}),
    "missing-secret-volume": pod(**sh("true"), **volume(secret={"secretName": "missing"})),
    "missing-configmap-volume": pod(**sh("true"), **volume(configMap={"name": "missing"})),
    "missing-host-file": pod(**sh("true"), **volume(hostPath={"path": "/no/such/file", "type": "File"})),
    "missing-claim": pod(**sh("true"), **volume(persistentVolumeClaim={"claimName": "missing"})),
    "init-exit-3": pod(init=[init("echo 'no data' >&2; exit 3")], **sh("true")),
    "init-oom": pod(init=[init(f"exec {_OOM}", **MEMORY)], **sh("true")),
    "init-bad-image": pod(init=[init("true", image="registry.invalid/init:1")], **sh("true")),
    "init-bad-command": pod(init=[init("true") | {"command": ["/no/such/program"]}], **sh("true")),
    "init-missing-secret": pod(init=[init("true", **MISSING_SECRET)], **sh("true")),
    "init-runs": pod(init=[init("sleep 300")], **sh("true")),
    "executor-fails": pod(init=[init("echo 'cp: no space left on device' >&2; exit 1") | {"name": "glider-executor"}], **sh("true")),
    "sidecar-crashes": pod(init=[init("exit 1", restartPolicy="Always", startupProbe={"exec": {"command": ["false"]}})], **sh("true")),
    "sidecar-goes-on": pod(init=[init("trap 'exit 0' TERM; sleep 300 & wait", restartPolicy="Always")], **sh("exit 5")),
    "other-container-fails": pod(
        **sh("sleep 300"),
        spec={"containers": [{"name": "task", "image": IMAGE, **sh("sleep 300")}, {"name": "other", "image": IMAGE, **sh("exit 9")}]},
    ),
    "unschedulable-selector": pod(**sh("true"), spec={"nodeSelector": {"no": "such-node"}}),
    "unschedulable-cpu": pod(**sh("true"), resources={"requests": {"cpu": "1000"}}),
    "gated": pod(**sh("true"), spec={"schedulingGates": [{"name": "kueue.x-k8s.io/admission"}]}),
    "deadline": pod(**sh("sleep 300"), spec={"activeDeadlineSeconds": 3}),
    "too-large-for-its-node": pod(**sh("true"), resources={"requests": {"cpu": "1000"}}, spec={"nodeName": "glider-node"}),
    "unmatched-by-its-node": pod(**sh("true"), spec={"nodeName": "glider-node", "nodeSelector": {"no": "such-node"}}),
    "unknown-node": pod(**sh("true"), spec={"nodeName": "no-such-node"}),
    "ephemeral-storage": pod(
        **sh("head -c 60000000 /dev/zero > /tmp/filled; sleep 300"), resources={"limits": {"ephemeral-storage": "10Mi"}}
    ),
    "evicted-by-api": pod(**sh("sleep 300")),
    "deleted": pod(**sh("sleep 300")),
    "deleted-and-polite": pod(**sh("trap 'exit 0' TERM; sleep 300 & wait")),
    "post-start-fails": pod(**sh("sleep 300"), lifecycle={"postStart": {"exec": {"command": ["false"]}}}),
    "runs": pod(**sh("sleep 300")),
    "tainted": pod(**sh("sleep 300"), spec={"tolerations": []}),
    "preempted": pod(**sh("sleep 300"), resources={"requests": {"cpu": "1200m"}}, spec={"priorityClassName": "recording-low"}),
}
#: What takes the room of "preempted", once that runs.
PREEMPTOR = pod(**sh("sleep 5"), resources={"requests": {"cpu": "1200m"}}, spec={"priorityClassName": "recording-high"})
