"""The task's pod as its author wrote it: core/v1 PodTemplateSpec, checked as far as the operator relies on it.

A task that has a single container is a pod template of that container, so everything after this knows only pod templates.
Its shape is core/v1's (`api.shapes`); whether its values make sense the API server knows best.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from glider.wire.jsonform import FieldError, nothing
from glider_core.api.fields import Fields

Json = Mapping[str, Any]

#: What the container of a task is called that says no name.
TASK = "task"
#: What flytekit calls the primary container of a pod template that says no other.
PRIMARY = "primary"
#: The name of the container that brings the executor, which nobody else may use.
EXECUTOR = "glider-executor"

_CONTAINERS = ("containers", "initContainers")


def parse_container(fields: Fields) -> tuple[str, Json]:
    """`container`: the name of the task's container, and a pod template of it alone."""
    container = Fields(fields.core("container", "Container"), path=fields.path("container"))
    container.required_text("image")
    _check_command_line(container)
    name = container.text("name") or TASK
    return name, {"spec": {"containers": [{**(fields.mapping("container") or {}), "name": name}]}}


def parse_pod_template(fields: Fields, *, primary: str) -> Json:
    """`podTemplate` of a task, in which the container `primary` runs it."""
    template = parse_patch(fields)
    path = fields.path("podTemplate")
    containers = template.get("spec", {}).get("containers") or []
    names = [container["name"] for container in containers]
    if primary not in names:
        found = names or nothing()
        raise FieldError(f"{path}.spec.containers", expected=f'a container named "{primary}", which runs the task', found=found)
    for i, container in enumerate(containers):
        here = Fields(container, path=f"{path}.spec.containers[{i}]")
        here.required_text("image")
        if container["name"] == primary:
            _check_command_line(here)
    return template


def parse_patch(fields: Fields) -> Json:
    """`podTemplate` of an execution: what it changes in the task's, in which a container is known by its name."""
    template = Fields(fields.core("podTemplate", "PodTemplateSpec"), path=fields.path("podTemplate"))
    metadata, spec = template.object("metadata"), template.object("spec")
    labels, annotations = metadata.labels("labels"), metadata.annotations("annotations")
    if (policy := spec.text("restartPolicy")) not in (None, "Never"):
        raise FieldError(spec.path("restartPolicy"), expected="Never, since an attempt is one pod", found=policy)
    for kind in _CONTAINERS:
        seen: set[str] = set()
        for container in spec.each(kind):
            name = container.required_text("name")
            if name in seen or name == EXECUTOR:
                raise FieldError(container.path("name"), expected="a name that no other container has", found=name)
            seen.add(name)
    return {"metadata": {"labels": labels, "annotations": annotations}, "spec": template.mapping("spec") or {}}


def _check_command_line(container: Fields) -> None:
    if not container.texts("command") + container.texts("args"):
        raise FieldError(container.path("args"), expected="the task's command line", found=nothing())
