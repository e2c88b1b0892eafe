"""Each field of the CRDs that is about the pod, with what it must come to there.

Rendered in the unit tests, and created on a real API server in the integration tests: a field without effect doesn't exist.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

#: Nobody's scheduler, so that no node starts what the tests only look at.
NOBODY = "nobody"
GPU: dict[str, Any] = {"resources": {"limits": {"gpu": 1}}}
ACCELERATOR = "k8s.amazonaws.com/accelerator"
PARTITION = "k8s.amazonaws.com/gpu-partition-size"
TOLERATION = {"key": "dedicated", "operator": "Equal", "value": "tasks", "effect": "NoSchedule"}
SPREAD = {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway", "labelSelector": {"matchLabels": {"a": "b"}}}
ZONES = {
    "nodeAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": {
            "nodeSelectorTerms": [{"matchExpressions": [{"key": "zone", "operator": "Exists"}]}]
        }
    }
}


@dataclass(frozen=True, kw_only=True)
class Case:
    """`fields` of a task or an execution make the pod have `expected` at `path`; `of` names the field that this is about."""

    of: str
    fields: dict[str, Any]
    path: str
    expected: Any
    execution_only: bool = False


def case(of: str, value: Any, path: str, expected: Any, *, execution_only: bool = False, **others: Any) -> Case:
    return Case(of=of, fields={of: value} | others, path=path, expected=expected, execution_only=execution_only)


def toleration(key: str, value: str) -> dict[str, str]:
    return {"key": key, "operator": "Equal", "value": value, "effect": "NoSchedule"}


REQUIRED = "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms.0.matchExpressions"
CASES = (
    case("image", "other:1", "task.image", "other:1", execution_only=True),
    case("podTemplate", {"spec": {"hostname": "h"}}, "spec.hostname", "h", execution_only=True),
    case("podTemplateRef", {"name": "base"}, "metadata.labels.base", "yes"),
    case("executor", {"mode": "Image"}, "spec.initContainers", None),
    case("executor", {"mode": "Injected"}, "spec.volumes.0.name", "glider-executor"),
    case("resources", {"requests": {"cpu": "20m"}, "limits": {"cpu": "30m"}}, "task.resources.limits.cpu", "30m"),
    case("resources", {"limits": {"gpu": 1}}, "task.resources.limits.nvidia", "1"),
    case("accelerator", {"device": "a100"}, REQUIRED, [{"key": ACCELERATOR, "operator": "In", "values": ["a100"]}], **GPU),
    case("accelerator", {"device": "a100"}, "spec.tolerations", toleration(ACCELERATOR, "a100"), **GPU),
    case("accelerator", {"partitionSize": "1g.5gb"}, "spec.tolerations", toleration(PARTITION, "1g.5gb"), **GPU),
    case("accelerator", {"unpartitioned": True}, REQUIRED, [{"key": PARTITION, "operator": "DoesNotExist"}], **GPU),
    case(
        "sharedMemory",
        {"sizeLimit": "64Mi"},
        "spec.volumes",
        {"name": "flyte-shared-memory", "emptyDir": {"medium": "Memory", "sizeLimit": "64Mi"}},
    ),
    case("sharedMemory", {"mountPath": "/fast", "volumeName": "fast"}, "task.volumeMounts", {"name": "fast", "mountPath": "/fast"}),
    case("interruptible", True, "metadata.labels.glider", "true"),
    case("interruptibleFailureThreshold", -4, "metadata.labels.glider", "false", interruptible=True),
    case(
        "secrets",
        [{"group": "db", "key": "password", "mount": "Env"}],
        "task.env",
        {"name": "_FSEC_DB_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}},
    ),
    case(
        "secrets",
        [{"group": "db", "key": "password"}],
        "task.volumeMounts",
        {"name": "flyte-secrets", "mountPath": "/etc/flyte/secrets", "readOnly": True},
    ),
    case(
        "secrets",
        [{"group": "DB", "groupVersion": "V2", "key": "password", "secretName": "db", "envVar": "WHERE"}],
        "task.env",
        {"name": "WHERE", "value": "/etc/flyte/secrets/db/v2/password"},
    ),
    case(
        "secrets",
        [{"group": "none", "key": "k", "mount": "Env", "envVar": "MINE", "optional": True}],
        "task.env",
        {"name": "MINE", "valueFrom": {"secretKeyRef": {"name": "none", "key": "k", "optional": True}}},
    ),
    case("labels", {"team": "x"}, "metadata.labels.team", "x"),
    case("annotations", {"note": "x"}, "metadata.annotations.note", "x"),
    case("serviceAccountName", "runner", "spec.serviceAccountName", "runner"),
    case("imagePullSecrets", [{"name": "registry"}], "spec.imagePullSecrets", [{"name": "registry"}]),
    case("imagePullPolicy", "Never", "task.imagePullPolicy", "Never"),
    case("nodeSelector", {"disk": "fast"}, "spec.nodeSelector", {"disk": "fast"}),
    case("affinity", ZONES, "spec.affinity", ZONES),
    case("tolerations", [TOLERATION], "spec.tolerations", TOLERATION),
    case("topologySpreadConstraints", [SPREAD], "spec.topologySpreadConstraints", [SPREAD]),
    case("priorityClassName", "glider-tests", "spec.priorityClassName", "glider-tests"),
    case("runtimeClassName", "glider-tests", "spec.runtimeClassName", "glider-tests"),
    case("schedulerName", "somebody", "spec.schedulerName", "somebody"),
    case("securityContext", {"runAsUser": 1234}, "spec.securityContext.runAsUser", 1234),
    case("containerSecurityContext", {"readOnlyRootFilesystem": True}, "task.securityContext.readOnlyRootFilesystem", True),
    case("dnsPolicy", "Default", "spec.dnsPolicy", "Default"),
    case("dnsConfig", {"nameservers": ["192.0.2.1"]}, "spec.dnsConfig", {"nameservers": ["192.0.2.1"]}),
    case("hostAliases", [{"ip": "192.0.2.1", "hostnames": ["a"]}], "spec.hostAliases", [{"ip": "192.0.2.1", "hostnames": ["a"]}]),
    case("hostNetwork", True, "spec.hostNetwork", True),
    case("automountServiceAccountToken", True, "spec.automountServiceAccountToken", True),
    case("terminationGracePeriodSeconds", 7, "spec.terminationGracePeriodSeconds", 7),
    case("terminationGracePeriodSeconds", 7, "task.env", {"name": "GLIDER_TERMINATION_GRACE_PERIOD_SECONDS", "value": "7"}),
    case("volumes", [{"name": "scratch", "emptyDir": {}}], "spec.volumes", {"name": "scratch", "emptyDir": {}}),
    case(
        "volumeMounts",
        [{"name": "scratch", "mountPath": "/scratch"}],
        "task.volumeMounts",
        {"name": "scratch", "mountPath": "/scratch"},
        volumes=[{"name": "scratch", "emptyDir": {}}],
    ),
    case("envFrom", [{"configMapRef": {"name": "mine"}}], "task.envFrom", {"configMapRef": {"name": "mine"}}),
    case("env", [{"name": "LEVEL", "value": "x"}], "task.env", {"name": "LEVEL", "value": "x"}),
    case("timeouts", {"attempt": "90s"}, "task.env", {"name": "GLIDER_ATTEMPT_TIMEOUT_SECONDS", "value": "90"}),
)
#: Fields of a task and an execution that other tests are about.
ELSEWHERE = {
    "id",
    "interface",
    "code",
    "eager",
    "container",
    "primaryContainerName",
    "podTemplate",
    "retries",
    "storage",
    "timeouts",
    "maxConcurrent",
    "priority",
}
ELSEWHERE |= {
    "type",
    "custom",
    "unknownVariables",
    "taskRef",
    "task",
    "inputs",
    "inputsUri",
    "suspend",
    "cancel",
    "ttlSecondsAfterFinished",
    "ttlAction",
}

BASE = {"metadata": {"labels": {"base": "yes"}}, "spec": {"containers": [{"name": "default", "image": "unused"}]}}

_SHORT = {"nvidia": "nvidia.com/gpu", "glider": "glider.dev/interruptible"}


def at(pod: dict[str, Any], path: str) -> Any:
    """What the pod has at `path`, None for nothing; `task` stands for its primary container."""
    first, *others = path.split(".")
    value: Any = pod[first] if first != "task" else primary(pod)
    for name in others:
        value = value[int(name)] if isinstance(value, list) else (value or {}).get(_SHORT.get(name, name))
    return value


def primary(pod: dict[str, Any]) -> dict[str, Any]:
    name = pod["metadata"]["annotations"]["kubectl.kubernetes.io/default-container"]
    return next(container for container in pod["spec"]["containers"] if container["name"] == name)


def shows(pod: dict[str, Any], case: Case) -> bool:
    """Whether the pod has what is expected: as it is, or as one entry of a list."""
    found = at(pod, case.path)
    if isinstance(found, list) and not isinstance(case.expected, list):
        return case.expected in found
    return bool(found == case.expected) or str(found) == str(case.expected)
