"""The task's pod as its author wrote it: core/v1 PodTemplateSpec, checked as far as the operator relies on it.

A task that has a single container is a pod template of that container, so everything after this knows only pod templates.
Its shape is core/v1's (`api.shapes`); whether its values make sense the API server knows best.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from glider.wire.jsonform import FieldError, nothing
from glider_core.api.fields import Fields
from glider_core.api.kinds import OPEN, core, text
from glider_core.api.settings import Kind, Rule, Setting

Json = Mapping[str, Any]

#: What the container of a task is called that has no name.
TASK = "task"
#: What flytekit calls the primary container of a pod template that names no other.
PRIMARY = "primary"
#: The name of the init container and of the volume that bring the executor, which no container of the task may have.
EXECUTOR = "glider-executor"

_CONTAINERS = ("containers", "initContainers")


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskPod:
    """The pod of a task, core/v1 PodTemplateSpec, the name of the container in it that runs the task, and the field of that one's image.

    The image may be left out: then `resolve` finds another, or refuses the task.
    """

    template: Json
    primary: str
    image_field: str


def read_task_pod(fields: Fields) -> TaskPod:
    """The pod that the fields `container`, `podTemplate` and `primaryContainerName` of a task describe.

    Raises:
        FieldError: they don't describe one.
    """
    both = fields.has("container"), fields.has("podTemplate")
    name = fields.text("primaryContainerName")
    if both == (True, False):
        fields.raw("podTemplate")
        if name is not None:
            raise FieldError(fields.path("primaryContainerName"), expected="nothing without podTemplate", found=name)
        return _parse_container(fields)
    if both == (False, True):
        fields.raw("container")
        return _parse_pod_template(fields, primary=name or PRIMARY)
    found = ["container", "podTemplate"] if all(both) else nothing()
    raise FieldError(fields.path("container"), expected="exactly one of container and podTemplate", found=found)


def _parse_container(fields: Fields) -> TaskPod:
    container = Fields(fields.core("container", "Container"), path=fields.path("container"))
    _check_command_line(container)
    name = container.text("name") or TASK
    template = {"spec": {"containers": [{**(fields.mapping("container") or {}), "name": name}]}}
    return TaskPod(template=template, primary=name, image_field=container.path("image"))


def _parse_pod_template(fields: Fields, *, primary: str) -> TaskPod:
    template = parse_patch(fields)
    path = fields.path("podTemplate")
    containers = template.get("spec", {}).get("containers") or []
    names = [container["name"] for container in containers]
    if primary not in names:
        found = names or nothing()
        raise FieldError(f"{path}.spec.containers", expected=f'a container named "{primary}", which runs the task', found=found)
    for i, container in enumerate(containers):
        here = Fields(container, path=f"{path}.spec.containers[{i}]")
        if container["name"] == primary:
            _check_command_line(here)
        else:
            here.required_text("image")
    place = names.index(primary)
    return TaskPod(template=template, primary=primary, image_field=f"{path}.spec.containers[{place}].image")


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


_ARGUMENTS = Kind(
    words="list of strings",
    read=lambda fields, name: fields.texts(name),
    items=Setting(doc="One argument.", kind=text()),
    schema={"type": "array"},
)
_CONTAINER = {
    "image": Setting(
        doc="The image, with Python 3.10 or later in it. Without one the configuration's defaultImage is used or, with code.pythonVersion, "
        "python:<version>-slim.",
        kind=text(least=1),
    ),
    "command": Setting(doc="The beginning of the command line; args follow it.", kind=_ARGUMENTS),
    "args": Setting(doc="The command line, or what follows command.", kind=_ARGUMENTS),
}
_COMMAND_LINE = Rule(
    cel="has(self.command) || has(self.args)",
    message="needs args or command: the task's command line, such as pyflyte-execute with its options",
)
#: The three fields of a task that describe its pod.
TASK_POD = Kind(
    words="",
    read=lambda fields, _: read_task_pod(fields),
    table={
        "container": Setting(
            doc="The container that runs the task, core/v1 Container. In command and args, variables such as {{.input}}, "
            "{{.outputPrefix}} and {{.rawOutputDataPrefix}} are filled in as Flyte does.",
            kind=replace(core("Container", described=_CONTAINER), rules=(_COMMAND_LINE,)),
        ),
        "podTemplate": Setting(
            doc="The pod that runs the task, core/v1 PodTemplateSpec, instead of container. Variables are filled in in all its containers "
            "and init containers.",
            kind=core("PodTemplateSpec", schema={"required": ["spec"], **OPEN}),
        ),
        "primaryContainerName": Setting(
            doc="The container of podTemplate that runs the task, and whose end is the task's. The default is primary.",
            kind=text(most=63),
        ),
    },
)
#: `podTemplate` of an execution.
PATCH = Kind(words="core/v1 PodTemplateSpec", read=lambda fields, _: parse_patch(fields), schema=OPEN)
