"""The shapes of core/v1 that a pod is made of, by the models of the Kubernetes client: `model/core_v1.json` is made of them.

A shape says of each field its type: `string`, `int32`, `int64`, `boolean`, `quantity`, `time`, `name`, `port` (a number or a name),
`any`, the name of another shape, `[]` before the type of a list's items, `{}` before that of an object's values. A required field
ends with `!`.
"""

from __future__ import annotations

import json
import re
from typing import Any

from kubernetes import client
from kubernetes.client.models.v1_pod_template_spec import V1PodTemplateSpec

from tests.conftest import ROOT

TABLE = ROOT / "core" / "src" / "glider_core" / "api" / "core_v1.json"

#: What the models call strings, and the API server reads as quantities.
_QUANTITIES = frozenset(
    {
        ("EmptyDirVolumeSource", "sizeLimit"),
        ("PodSpec", "overhead"),
        ("ResourceFieldSelector", "divisor"),
        ("ResourceRequirements", "limits"),
        ("ResourceRequirements", "requests"),
        ("VolumeResourceRequirements", "limits"),
        ("VolumeResourceRequirements", "requests"),
    }
)
#: What admission looks up by name, and answers as its own error (500) if it can't be the name of anything.
_NAMES = frozenset({("PodSpec", "runtimeClassName")})
#: Required in a pod, but not in a template of Glider's: its layers make a whole together.
_OPTIONAL = frozenset({("PodSpec", "containers"), ("Container", "name")})
#: What the models call integers, and Go has 64 bits for; all others have 32.
_INT64 = frozenset({"activeDeadlineSeconds", "deletionGracePeriodSeconds", "expirationSeconds", "fsGroup", "generation", "runAsGroup"})
_INT64 |= {"runAsUser", "seconds", "supplementalGroups", "terminationGracePeriodSeconds", "tolerationSeconds"}
_SIMPLE = {"str": "string", "int": "int32", "bool": "boolean", "datetime": "time"}
_LIST, _MAP = re.compile(r"List\[(.+)\]"), re.compile(r"Dict\[str, (.+)\]")


def current_table() -> str:
    """The text of core_v1.json as it should be: a line for each shape."""
    shapes: dict[str, dict[str, str]] = {}
    _add(V1PodTemplateSpec, shapes)
    lines = [f"  {json.dumps(name)}: {json.dumps(shapes[name])}" for name in sorted(shapes)]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _add(model: Any, shapes: dict[str, dict[str, str]]) -> None:
    shape = _name(model.__name__)
    if shape in shapes:
        return
    shapes[shape] = fields = {}
    for attribute, kind in model.openapi_types.items():
        name = model.attribute_map[attribute]
        member = model.model_fields.get(attribute) or model.model_fields[f"var{attribute}"]  # exec, _from: Python's own words
        required = member.is_required() and (shape, name) not in _OPTIONAL
        fields[f"{name}!" if required else name] = _type(shape, name, kind, shapes)


def _type(shape: str, name: str, kind: str, shapes: dict[str, dict[str, str]]) -> str:
    if match := _LIST.fullmatch(kind):
        return f"[]{_type(shape, name, match[1], shapes)}"
    if match := _MAP.fullmatch(kind):
        return f"{{}}{_type(shape, name, match[1], shapes)}"
    if kind == "object":
        return "port" if name == "port" else "any"
    if kind == "str" and (shape, name) in _QUANTITIES:
        return "quantity"
    if kind == "str" and (shape, name) in _NAMES:
        return "name"
    if kind == "int" and name in _INT64:
        return "int64"
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    _add(getattr(client, kind), shapes)
    return _name(kind)


def _name(model: str) -> str:
    return re.sub(r"^(CoreV1|V1)", "", model)
