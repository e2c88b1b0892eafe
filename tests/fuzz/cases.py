"""Whole cases: made of what is right, and then changed in a few places."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from glider_core.api.shapes import fields_of
from tests.fuzz.values import odd, of_shape, typed
from tests.pod_fields import CASES

Json = Any

ARGS = ["pyflyte-execute", "--inputs", "{{.input}}", "--output-prefix", "{{.outputPrefix}}"]
#: Fields that a task, an execution and the configuration say of the pod, by the type that each has in core/v1.
_POD = {
    name: fields_of("PodSpec")[name] for name in ("affinity", "tolerations", "volumes", "securityContext", "nodeSelector", "hostAliases")
}
_POD |= {name: fields_of("PodSpec")[name] for name in ("dnsConfig", "topologySpreadConstraints", "imagePullSecrets")}
_POD |= {"env": "[]EnvVar", "envFrom": "[]EnvFromSource", "volumeMounts": "[]VolumeMount", "resources": "ResourceRequirements"}
_POD |= {"containerSecurityContext": "SecurityContext"}
#: Most of what shapes come to gives a pod the node, and is refused by the others.
_LEVELS = ("Unrestricted", "Unrestricted", "Unrestricted", "Baseline", "Restricted")


@dataclass(kw_only=True)
class Case:
    """An execution's spec, the templates beside it, and a configuration's settings."""

    spec: dict[str, Any]
    templates: dict[str, Any] = field(default_factory=dict)
    config: dict[str, Any] = field(default_factory=dict)


def make_case(seed: str) -> Case:
    """The case of a seed."""
    rng = Random(seed)
    task, inputs = _task(rng)
    if rng.random() < 0.3:
        case = Case(spec={"taskRef": {"name": "t"}, "inputs": inputs}, templates={"t": task})
    else:
        case = Case(spec={"task": task, "inputs": inputs})
    case.spec |= _settings(rng) | _of_execution(rng)
    if rng.random() < 0.3:
        case.config = _config(rng)
    for _ in range(rng.choice((0, 1, 1, 1, 2, 3))):
        document = rng.choice([one for one in (case.spec, case.spec, task, case.config) if one])
        _change(document, rng)
    case.config.setdefault("restrictions", {"pods": rng.choice(_LEVELS)})
    return case


def _task(rng: Random) -> tuple[dict[str, Any], dict[str, Any]]:
    types = {name: typed(rng) for name in rng.sample(("a", "b", "c", "n", "with space", "é"), rng.randrange(4))}
    task: dict[str, Any] = {
        "id": {"project": "p", "domain": "d", "name": "app.t", "version": "v1"},
        "interface": {"inputs": {name: form for name, (form, _) in types.items()}, "outputs": {"o0": typed(rng)[0]}},
    }
    read = [f"{{{{.inputs.{name}}}}}" for name in types if rng.random() < 0.3]
    container = {**of_shape("Container", rng), "image": "app:1", "args": [*ARGS, *read]}
    if rng.random() < 0.4:
        own = {**container, "name": "primary"}
        others = [{**of_shape("Container", rng), "name": f"side-{i}", "image": "x"} for i in range(rng.randrange(2))]
        task["podTemplate"] = {"metadata": of_shape("ObjectMeta", rng), "spec": {**of_shape("PodSpec", rng), "containers": [own, *others]}}
        task["podTemplate"]["spec"].pop("restartPolicy", None)
    else:
        task["container"] = container
    if rng.random() < 0.3:
        task["custom"] = {"a": odd(rng)}
    if rng.random() < 0.1:
        task["eager"] = True
    if rng.random() < 0.3:
        task["code"] = _code(rng)
        if rng.random() < 0.5:
            task.get("container", {}).pop("image", None)
    return task | _settings(rng), {name: value for name, (_, value) in types.items()}


def _code(rng: Random) -> dict[str, Any]:
    where = rng.choice(
        ({"uri": "s3://b/code.tar.gz"}, {"configMaps": ["glider-code-0123456789abcdef-0", "glider-code-0123456789abcdef-1"]})
    )
    return {"sha256": "0123456789abcdef" * 4, **where} | rng.choice(({}, {"pythonVersion": "3.11"}))


def _settings(rng: Random) -> dict[str, Any]:
    said: dict[str, Any] = {name: of_shape(_POD[name], rng) for name in rng.sample(tuple(_POD), rng.choice((0, 1, 2, 4)))}
    for case in rng.sample(CASES, rng.choice((0, 1, 2))):
        said |= {name: copy.deepcopy(value) for name, value in case.fields.items() if not case.execution_only}
    if rng.random() < 0.2:
        said["retries"] = {"user": 2, "backoff": {"initial": "1s", "factor": 2, "max": "5m"}, "oom": {"factor": 2, "max": "4Gi"}}
    if rng.random() < 0.2:
        said["timeouts"] = {"queued": "5m", "attempt": "1h", "total": "0s"}
    if rng.random() < 0.2:
        said["storage"] = {"metadataPrefix": "s3://b/m", "rawOutputDataPrefix": "s3://b/r"}
    return said


def _of_execution(rng: Random) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if rng.random() < 0.2:
        said["podTemplate"] = of_shape("PodTemplateSpec", rng)
    if rng.random() < 0.2:
        said |= rng.choice(({"suspend": True}, {"cancel": True}, {"ttlSecondsAfterFinished": 5}, {"priority": 3}, {"image": "other:2"}))
    if rng.random() < 0.1:
        said["eager"] = rng.choice((True, False))
    return said


def _config(rng: Random) -> dict[str, Any]:
    config: dict[str, Any] = {
        "taskPod": _settings(rng),
        "storage": {"metadataPrefix": "s3://b/c"},
        "retries": {"user": 1},
        "interruptible": {"tolerations": of_shape("[]Toleration", rng)},
        "resources": {"defaults": {"cpu": "1"}, "limits": {"cpu": "2"}, "tolerations": {"cpu": of_shape("[]Toleration", rng)}},
        "defaultImage": rng.choice((None, "mine:1", "mine:{python}")),
        "logLinks": [{"name": "l", "url": "https://logs/{{.podName}}"}],
        "admin": rng.choice(({}, {"endpoint": "front:8089"}, {"endpoint": "front:8089", "namespace": "{project}"})),
        "namespaceDefaults": [{"namespaces": ["def*"], "taskPod": _settings(rng)}],
    }
    for name in ("retries", "timeouts", "storage", "executor"):
        config["taskPod"].pop(name, None)
        config["namespaceDefaults"][0]["taskPod"].pop(name, None)
    return config


def _change(document: dict[str, Any], rng: Random) -> None:
    """Make one place of `document` another than it was."""
    holder, key = rng.choice(list(_places(document)))
    match rng.randrange(7):
        case 0 | 1 | 2:
            holder[key] = odd(rng)
        case 3:
            holder[key] = [holder[key]]
        case 4:
            holder[key] = {rng.choice(("name", "a", "key", "value", "secretRef")): holder[key]}
        case 5 if isinstance(holder, dict):
            holder[rng.choice((str(key).lower(), str(key)[:-1], "unknown", "", "name"))] = odd(rng)
        case _:
            elsewhere, other = rng.choice(list(_places(document)))
            holder[key] = copy.deepcopy(elsewhere[other])


def _places(document: Json) -> Iterator[tuple[Any, Any]]:
    """Each field and each item, with what holds it; no deeper than anybody writes."""
    level = [document]
    for _ in range(12):
        following = []
        for one in level:
            for key in list(one) if isinstance(one, dict) else range(len(one)):
                yield one, key
                if isinstance(one[key], (dict, list)):
                    following.append(one[key])
        level = following
