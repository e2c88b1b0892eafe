"""Takes out of a PodTemplate object what the API server put in: its defaults look as if the author had set them.

An object that only sets `workingDir` comes back with `restartPolicy: Always`, and with `imagePullPolicy: Always` for a placeholder
image. What equals such a default is left out: the pod gets it anyway, unless Glider's or the operator's defaults are others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]

_OF_SPEC: Json = {
    "restartPolicy": "Always",
    "dnsPolicy": "ClusterFirst",
    "schedulerName": "default-scheduler",
    "terminationGracePeriodSeconds": 30,
    "securityContext": {},
}
_OF_CONTAINER: Json = {"terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File", "resources": {}}


def without_defaults(template: Json) -> Json:
    """`template`, core/v1 PodTemplateSpec, as its author may have written it."""
    spec = _without(template.get("spec") or {}, _OF_SPEC)
    for kind in ("initContainers", "containers"):
        if spec.get(kind):
            spec[kind] = [_without(container, {**_OF_CONTAINER, "imagePullPolicy": _pull_policy(container)}) for container in spec[kind]]
    return {**template, "spec": spec}


def _without(fields: Json, defaults: Json) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in defaults or value != defaults[name]}


def _pull_policy(container: Json) -> str:
    """Kubernetes' default for the container's image, by its tag."""
    image = str(container.get("image", ""))
    name = image.rpartition("/")[2]
    return "Always" if "@" not in name and (":" not in name or name.endswith(":latest")) else "IfNotPresent"
