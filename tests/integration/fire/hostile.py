"""TaskExecutions, TaskTemplates and pods that nobody should make: random ones, from a seed, and some that were thought up."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

from glider_core.api import labels
from tests.resources import divider, execution, template

_TEXTS = [
    "",
    " ",
    "\n",
    "\u202e\u0000x".replace("\u0000", ""),
    "💥" * 50,
    "a" * 300,
    "{{.inputs.a}}",
    "{{.input",
    "$(HOME)",
    "../..",
    "-",
    "null",
]
_TEXTS += [
    "s3://",
    "s3://b/" + "k" * 2_000,
    "1e999999",
    "-1Gi",
    "99999999999999999999",
    "P1D",
    "1h1h",
    "%s%n",
    "http://[::1",
    "\ud7ff",
    "\ud800",
]
#: What stands where a pod has the number of its attempt.
_ATTEMPTS = ["0", "1", "7", "9" * 63, "none", "1.5", "00", ""]
#: What their names begin with.
FORGED = "forged-"
#: How many there are.
TEMPLATES = 100
_NUMBERS = [0, -1, 1, 2**31 - 1, 2**31, 2**53, -(2**63), 1e308, 0.1]


#: The API server lets in all of it but the last.
_METADATA: list[dict[str, Any]] = [
    {"labels": {labels.QUEUE_PREFIX + "queue-name": ""}},
    {
        "labels": {
            labels.QUEUE_PREFIX + "x" * 63: "y" * 63,
            labels.MANAGED_BY: labels.MANAGER,
            labels.EXECUTION_UID: "mine",
            labels.ATTEMPT: "-1",
        }
    },
    {"labels": {labels.EXECUTION: "somebody-elses", labels.TASK: "x", "app.kubernetes.io/instance": "glider"}},
    {"annotations": {"kopf.zalando.org/last-handled-configuration": "{" * 1_000, "a": "\u202e" + "\U0001f4a5" * 5_000}},
    {"annotations": {f"example.com/{number}": "x" * 2_000 for number in range(100)}},
    {"ownerReferences": [{"apiVersion": labels.API_VERSION, "kind": labels.EXECUTION_KIND, "name": "itself", "uid": "not-a-uid"}]},
    {"finalizers": ["example.com/never-taken-off"]},
    {"labels": {"not a label": "\n"}, "annotations": {"a": {"b": 1}}},
]


def hostile_executions(*, count: int, seed: int) -> Iterator[dict[str, Any]]:
    """So many of them."""
    source = random.Random(seed)
    cases = _cases()
    first = [*cases, *_huge()]
    for number in range(count):
        name = f"hostile-{number}"
        if number < len(first):
            document = execution(name, **first[number])
        elif source.random() < 0.3:
            document = execution(name, **copy.deepcopy(source.choice(cases)))
        elif source.random() < 0.1:
            named = {"name": f"hostile-{source.randrange(TEMPLATES)}"}
            document = execution(name, taskRef=named, inputs=source.choice([{"a": 1, "b": 2}, {"a": _anything(source)}, {}]))
        else:
            document = execution(name, **_mutated(source))
        if source.random() < 0.2:
            document["metadata"] |= copy.deepcopy(source.choice(_METADATA))
        yield document


def hostile_templates(*, seed: int) -> Iterator[dict[str, Any]]:
    """`TEMPLATES` of them: executions name them."""
    source = random.Random(seed)
    specs = [case["task"] for case in _cases() if "task" in case]
    for number in range(TEMPLATES):
        spec = copy.deepcopy(source.choice(specs))
        if source.random() < 0.7:
            _exchange(spec, source)
        document = template(f"hostile-{number}", spec)
        if source.random() < 0.2:
            document["metadata"] |= copy.deepcopy(source.choice(_METADATA))
        yield document


def forged_pods(*, name: str, uid: str, seed: int) -> Iterator[dict[str, Any]]:
    """Pods with our labels, of somebody else, which pretend to be of the execution."""
    source = random.Random(seed)
    for number, attempt in enumerate(_ATTEMPTS):
        yield forged_pod(f"{FORGED}{name}-{number}", execution_name=name, uid=uid, attempt=attempt, owned=source.random() < 0.7)


def forged_pod(name: str, *, execution_name: str, uid: str, attempt: str, owned: bool) -> dict[str, Any]:
    """One such pod; `owned`: it also names the execution as its owner."""
    owner = {"apiVersion": labels.API_VERSION, "kind": labels.EXECUTION_KIND, "name": execution_name, "uid": uid, "controller": True}
    marks = {
        labels.MANAGED_BY: labels.MANAGER,
        labels.EXECUTION: execution_name,
        labels.EXECUTION_UID: uid,
        labels.ATTEMPT: attempt,
    }
    return {
        "metadata": {"name": name, "labels": marks, "ownerReferences": [owner] if owned else []},
        "spec": {"containers": [{"name": "task", "image": "image"}]},
    }


def hostile_status(source: random.Random) -> dict[str, Any]:
    """A status that the operator hasn't written."""
    attempt = {"number": source.choice(_NUMBERS[:4]), "podName": source.choice(_TEXTS), "reason": source.choice(_TEXTS)}
    status: dict[str, Any] = {
        "phase": source.choice(["Running", "Retrying", "Queued", "Suspended", "Pending", "Nonsense"]),
        "attempts": [attempt] * source.randint(0, 12),
        "failures": {"user": source.choice(_NUMBERS[:5]), "system": source.choice(_NUMBERS[:5])},
        "checkpointUri": source.choice(_TEXTS),
        "memory": source.choice(_TEXTS),
    }
    return {name: value for name, value in status.items() if source.random() < 0.7}


def _cases() -> list[dict[str, Any]]:
    """What was thought up. Most of them the API server lets in."""
    good = {"task": divider(), "inputs": {"a": 1, "b": 2}}
    deep: Any = 1
    for _ in range(200):
        deep = [deep]
    wide = {f"x{number}": number for number in range(5_000)}
    return [
        {**good, "inputs": {"a": "x" * 200_000, "b": 2}},
        {**good, "inputs": wide},
        {**good, "inputs": {"a": deep, "b": {"c": deep}}},
        {**good, "inputs": {"a": 2**63, "b": 1e308}},
        {**good, "inputs": None},
        {**good, "inputsUri": "s3://nowhere/inputs.pb"},
        {"task": divider(), "inputsUri": "nonsense://x/y"},
        {"taskRef": {"name": "nowhere"}},
        {"task": divider(["{{.inputs.a}}"] * 1_000), "inputs": {"a": 1, "b": 2}},
        {
            "task": divider(["{{.inputs.nothing}}", "{{.", "{{}}", "{{.perRetryUniqueKey}}", "{{.taskTemplatePath}}"]),
            "inputs": {"a": 1, "b": 2},
        },
        {"task": divider(["x" * 100_000]), "inputs": {"a": 1, "b": 2}},
        {"task": divider() | {"interface": {"inputs": {"a": "nonsense"}, "outputs": {"b": {"collection": {}}}}}, "inputs": {"a": 1}},
        {"task": divider() | {"interface": {"inputs": {"a": {"collectionType": {"simple": "INTEGER"}}}}}, "inputs": {"a": deep}},
        {**good, "image": "Not An Image::"},
        {**good, "env": [{"name": "1=2", "value": "x"}]},
        {**good, "env": [{"name": f"X{number}", "value": "$(Y)" * 50} for number in range(500)]},
        {**good, "labels": {labels.INSTANCE: "stolen", labels.MANAGED_BY: "somebody", labels.EXECUTION_UID: "mine"}},
        {**good, "labels": {"not a label": "neither is this!"}},
        {**good, "annotations": {"kubectl.kubernetes.io/default-container": "nobody"}},
        {**good, "podTemplate": {"spec": {"containers": "text"}}},
        {**good, "podTemplate": {"spec": {"containers": [{"name": "task"}, {"name": "task"}], "hostPID": True}}},
        {**good, "podTemplate": {"metadata": {"labels": 5, "ownerReferences": []}, "spec": 7}},
        {**good, "podTemplate": {"spec": {"containers": [None, 5, {"image": []}], "volumes": {"a": "b"}}}},
        {**good, "podTemplateRef": {"name": "nowhere"}},
        {**good, "resources": {"requests": {"memory": "-5Gi", "cpu": "nonsense"}}},
        {**good, "resources": {"limits": {"memory": "1Ei", "cpu": "1000000"}}},
        {**good, "retries": {"user": 2**31 - 1, "system": 2**31 - 1, "backoff": {"initial": "1ms", "factor": 1000, "max": "1000000h"}}},
        {**good, "timeouts": {"queued": "1ns", "attempt": "1ns", "total": "1ns"}},
        {**good, "timeouts": {"total": "999999h"}},
        {**good, "ttlSecondsAfterFinished": 0},
        {**good, "ttlSecondsAfterFinished": 2**31 - 1},
        {**good, "secrets": [{"group": "../..", "key": "\n", "mountRequirement": "FILE"}] * 20},
        {
            **good,
            "volumes": [{"name": "glider", "hostPath": {"path": "/"}}],
            "volumeMounts": [{"name": "nothing", "mountPath": "relative"}],
        },
        {**good, "serviceAccountName": "nobody"},
        {**good, "priorityClassName": "nothing"},
        {**good, "storage": {"metadataPrefix": "s3://{{.inputs.a}}/", "rawOutputDataPrefix": "file:///etc"}},
        {**good, "suspend": True},
        {**good, "cancel": True},
        {**good, "executor": {"mode": "Image"}},
        {**good, "affinity": {"nodeAffinity": deep}, "dnsConfig": {"x": deep}},
    ]


def _huge() -> list[dict[str, Any]]:
    """As large as etcd takes them, and a little larger."""
    good = {"task": divider(), "inputs": {"a": 1, "b": 2}}
    return [
        {**good, "inputs": {"a": "x" * 1_400_000, "b": 2}},
        {**good, "inputs": {f"x{number}": "\U0001f4a5" * 2_000 for number in range(170)}},
        {"task": divider(["x" * 100_000] * 14), "inputs": {"a": 1, "b": 2}},
        {"task": divider(["{{.inputs.a}}"] * 50), "inputs": {"a": "x" * 100_000, "b": 2}},
        {**good, "podTemplate": {"metadata": {"annotations": {"a": "x" * 250_000, "b": "x" * 250_000}}}},
        {**good, "env": [{"name": f"X{number}", "value": "x" * 10_000} for number in range(140)]},
        {**good, "inputs": {"a": "x" * 1_600_000, "b": 2}},
    ]


def _mutated(source: random.Random) -> dict[str, Any]:
    """A good one with a few values exchanged for others."""
    spec: dict[str, Any] = {
        "task": divider(),
        "inputs": {"a": 1, "b": 2},
        "retries": {"user": 1, "backoff": {"initial": "1s"}},
        "timeouts": {"total": "1h"},
        "env": [{"name": "A", "value": "b"}],
        "labels": {"a": "b"},
        "resources": {"requests": {"cpu": "1", "memory": "1Gi"}},
        "podTemplate": {"spec": {"containers": [{"name": "task"}], "nodeSelector": {"a": "b"}}},
    }
    spec = copy.deepcopy(spec)  # its parts are others' too
    for _ in range(source.randint(1, 3)):
        _exchange(spec, source)
    return spec


def _exchange(node: Any, source: random.Random) -> None:
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            return
        key = source.choice(keys)
        if isinstance(node[key], (dict, list)) and node[key] and source.random() < 0.8:
            node = node[key]
            continue
        node[key] = _anything(source)
        return


def _anything(source: random.Random, depth: int = 3) -> Any:
    match source.randrange(7 if depth else 4):
        case 0:
            return None
        case 1:
            return source.choice([True, False])
        case 2:
            return source.choice(_NUMBERS)
        case 3:
            return source.choice(_TEXTS)
        case 4:
            return [_anything(source, depth - 1) for _ in range(source.randrange(4))]
        case _:
            return {source.choice([*_TEXTS, "name", "spec", "a"]): _anything(source, depth - 1) for _ in range(source.randrange(4))}
