"""flytekit's tasks, by flytekit's own serialization: command line, interface and settings are those that `pyflyte register` sends.

flytekit is imported by the user's module, and never by this one.
"""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from glider.loading.resolve import DEFAULT_RESOLVER
from glider.wire.interface import LiteralType
from glider.wire.jsonform import FieldError, Literal
from glider_client.conversion.specs import annotations_of, spec_of, unsupported
from glider_client.registration.found import FoundTask
from glider_client.registration.variables import interface

#: The image of tasks that name none, while flytekit writes them.
DEFAULT_IMAGE = "default-image.glider.invalid"
_TAG = "none"
#: The settings with which flytekit wrote a dynamic task; of another registration's image and version they would be wrong.
_SERIALIZATION_CONTEXT = "_F_SS_C"


def is_flytekit(value: object) -> bool:
    """Whether `value` is something of flytekit's that could be registered with Flyte."""
    return bool("flytekit" in sys.modules and isinstance(value, _entities()))


def flytekit_task(entity: Any, *, module: str, name: str, root: Path) -> FoundTask:
    """`entity`, which is `name` in `module`, or why Glider can't run it."""
    found: dict[str, Any] = {"module": module, "name": name, "root": root, "value": entity, "full_name": str(getattr(entity, "name", name))}
    if reason := _unsupported(entity):
        return FoundTask(**found, unsupported=reason)
    try:
        template = _serialized(entity)
    except Exception as error:  # flytekit's own errors have no common class
        return FoundTask(**found, unsupported=f"can't be serialized by flytekit: {type(error).__name__}: {error}")
    if reason := unsupported(template) or _not_found_in_pods(entity):
        return FoundTask(**found, unsupported=reason)
    try:
        spec = spec_of(template)
    except FieldError as error:
        return FoundTask(**found, unsupported=f"has what a TaskTemplate can't have: {error}")
    return FoundTask(
        **found,
        spec={**_without_context(spec), **_interface(entity, template)},
        annotations=annotations_of(template),
        docs=_docs(entity),
    )


def other_entities(module: ModuleType) -> Iterator[Any]:
    """What flytekit knows to have been made in `module`, whether or not a variable holds it."""
    if "flytekit" not in sys.modules:
        return
    from flytekit.core.context_manager import FlyteEntities

    file = Path(module.__file__ or "").resolve()
    for entity in FlyteEntities.entities:
        if getattr(entity, "instantiated_in", None) == module.__name__ and getattr(entity, "_module_file", file) == file:
            yield entity


def module_of(entity: Any) -> str:
    """The module in which the user made `entity`."""
    function = getattr(entity, "task_function", None)
    return str(getattr(entity, "instantiated_in", None) or getattr(function, "__module__", None) or "")


def _entities() -> tuple[type, ...]:
    from flytekit.core.base_task import Task
    from flytekit.core.launch_plan import LaunchPlan
    from flytekit.core.reference_entity import ReferenceEntity
    from flytekit.core.workflow import WorkflowBase

    return Task, WorkflowBase, LaunchPlan, ReferenceEntity


def _unsupported(entity: Any) -> str:
    """Why Glider can't run `entity`; empty where it can."""
    from flytekit.core.array_node_map_task import ArrayNodeMapTask
    from flytekit.core.container_task import ContainerTask
    from flytekit.core.launch_plan import LaunchPlan
    from flytekit.core.legacy_map_task import MapPythonTask
    from flytekit.core.reference_entity import ReferenceEntity
    from flytekit.core.workflow import WorkflowBase

    match entity:
        case ReferenceEntity():
            return "is a reference to something that is registered elsewhere"
        case WorkflowBase():
            return "is a workflow; Glider runs tasks, and its tasks are registered by themselves"
        case LaunchPlan():
            return "is a launch plan; Glider runs tasks, without workflows and schedules"
        case ArrayNodeMapTask() | MapPythonTask():
            return "is a map task, which needs a workflow engine; the task that it maps is registered by itself"
        case ContainerTask():
            return "is a raw container, whose inputs and outputs need Flyte's copilot"
        case _:
            return ""


def _not_found_in_pods(entity: Any) -> str:
    """Why the command line names something else; flytekit's default resolver goes by the function's module and name."""
    resolver: Any = getattr(entity, "task_resolver", None)
    if getattr(resolver, "location", "") != DEFAULT_RESOLVER:
        return ""
    _, module, _, name, *_ = resolver.loader_args(None, entity)
    if getattr(sys.modules.get(module), name, None) is entity:
        return ""
    return f"is looked for as {name} in {module} by a pod, which isn't the task; call it so, or decorate the function there"


def _serialized(entity: Any) -> Any:
    """`entity` as flyteidl's TaskTemplate."""
    from flytekit.configuration import Image, ImageConfig, SerializationSettings
    from flytekit.core.context_manager import FlyteEntities
    from flytekit.core.python_function_task import PythonFunctionTask
    from flytekit.image_spec import ImageSpec
    from flytekit.tools.translator import get_serializable_task

    # flytekit builds the image of a spec unless the configuration has one of its name; a dynamic task asks for those of all tasks
    tasks = (
        FlyteEntities.entities
        if isinstance(entity, PythonFunctionTask) and entity.execution_mode is entity.ExecutionBehavior.DYNAMIC
        else [entity]
    )
    specs = [image for task in tasks for image in _images(task) if isinstance(image, ImageSpec)]
    images = [Image(spec.id, *spec.image_name().rsplit(":", 1)) for spec in specs]
    settings = SerializationSettings(
        project="project",
        domain="development",
        version="version",
        image_config=ImageConfig(default_image=Image("default", DEFAULT_IMAGE, _TAG), images=images),
        env={_SERIALIZATION_CONTEXT: ""},  # so that flytekit writes none of its own, which takes long
    )
    return get_serializable_task(OrderedDict(), settings, entity).template.to_flyte_idl()


def _images(entity: Any) -> Iterator[Any]:
    yield getattr(entity, "container_image", None)
    template = getattr(entity, "pod_template", None)
    for container in getattr(getattr(template, "pod_spec", None), "containers", None) or ():
        yield container.image


def _without_context(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The spec without the variable that is for flytekit alone, and without the image of a task that names none."""
    if "container" in spec:
        return {**spec, "container": _completed(spec["container"])}
    pod = spec["podTemplate"]
    containers = [_completed(container) for container in pod["spec"].get("containers") or ()]
    return {**spec, "podTemplate": {**pod, "spec": {**pod["spec"], "containers": containers}}}


def _completed(container: Mapping[str, Any]) -> dict[str, Any]:
    environment = [variable for variable in container.get("env") or () if variable["name"] != _SERIALIZATION_CONTEXT]
    found = {**container, "env": environment} if environment else {name: part for name, part in container.items() if name != "env"}
    if found.get("image") == f"{DEFAULT_IMAGE}:{_TAG}":
        del found["image"]
    return found


def _interface(entity: Any, template: Any) -> dict[str, Any]:
    declared = getattr(getattr(entity, "python_interface", None), "inputs_with_defaults", None) or {}
    hints = {name: hint for name, (hint, _) in declared.items()}
    inputs, outputs = template.interface.inputs.variables, template.interface.outputs.variables
    descriptions = {name: variable.description for name, variable in [*inputs.items(), *outputs.items()] if variable.description != name}
    written = interface(
        inputs={
            name: inputs[name].type for name in (*(known for known in declared if known in inputs), *(inputs.keys() - declared.keys()))
        },
        outputs={name: outputs[name].type for name in _outputs(entity, outputs)},
        defaults={name: default for name, (_, default) in declared.items() if default is not None or _takes_none(inputs[name].type)},
        convert=lambda name, value: _literal(value, hints[name], inputs[name].type),
        descriptions=descriptions,
    )
    return {"interface": written} if written else {}


def _takes_none(literal_type: LiteralType) -> bool:
    """Flytekit keeps None for parameters without a default, too; only an optional one may be left out then."""
    return bool(literal_type.WhichOneof("type") == "union_type")


def _outputs(entity: Any, outputs: Mapping[str, Any]) -> list[str]:
    """In the order of the function's own."""
    declared = getattr(getattr(entity, "python_interface", None), "outputs", None) or {}
    return [*(name for name in declared if name in outputs), *(name for name in sorted(outputs) if name not in declared)]


def _literal(value: Any, hint: Any, literal_type: LiteralType) -> Literal:
    from flytekit.core.context_manager import FlyteContextManager
    from flytekit.core.type_engine import TypeEngine
    from flytekit.models.types import LiteralType as FlytekitType

    context = FlyteContextManager.current_context()
    literal: Literal = TypeEngine.to_literal(context, value, hint, FlytekitType.from_flyte_idl(literal_type)).to_flyte_idl()
    return literal


def _docs(entity: Any) -> str:
    documentation = getattr(entity, "docs", None)
    long = getattr(getattr(documentation, "long_description", None), "value", None) or ""
    return "\n\n".join(filter(None, (getattr(documentation, "short_description", None) or "", long)))
