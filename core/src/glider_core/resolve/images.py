"""The image of the task's container, where neither the task nor the execution names one."""

from __future__ import annotations

from glider.wire.jsonform import FieldError, nothing
from glider_core.api.task import Task
from glider_core.resolve.layers import CONFIGURATION, GLIDER, Layer

#: Stands for the version of Python in the configuration's `defaultImage`.
PYTHON = "{python}"
#: The public image of a version of Python, which containerd and CRI-O find by this name.
PUBLIC_IMAGE = f"python:{PYTHON}-slim"


def with_image(layers: tuple[Layer, ...], *, task: Task, default: str | None) -> tuple[Layer, ...]:
    """`layers`, with another one for the image of the task's container where none of them has it.

    Args:
        layers: what the task and the execution set.
        task: the task.
        default: the configuration's `defaultImage`.

    Raises:
        FieldError: there is no image to take.
    """
    if any(_names_image(layer, task.primary) for layer in layers):
        return layers
    version = task.code.python_version if task.code else None
    image = default or PUBLIC_IMAGE
    if PYTHON in image:
        if version is None:
            raise FieldError(task.containers.image_field, expected=_expected(default), found=nothing())
        image = image.replace(PYTHON, version)
    source = CONFIGURATION if default else f"{GLIDER} for code.pythonVersion"
    return (*layers, Layer(source=source, template={"spec": {"containers": [{"name": task.primary, "image": image}]}}))


def _names_image(layer: Layer, primary: str) -> bool:
    containers = (layer.template.get("spec") or {}).get("containers") or ()
    return any(container["name"] == primary and container.get("image") for container in containers)


def _expected(default: str | None) -> str:
    if default:
        return f"an image, or code.pythonVersion for the configuration's defaultImage {default}"
    return "an image, or code.pythonVersion, or a defaultImage in the configuration"
