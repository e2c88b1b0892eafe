"""Tasks as flytekit itself registers them: the installed one serializes, and the templates are rendered as propeller does."""

from __future__ import annotations

import importlib
import re
import sys
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flyteidl.core import literals_pb2, tasks_pb2
from flytekit.configuration import FastSerializationSettings, Image, ImageConfig, SerializationSettings
from flytekit.core.context_manager import FlyteContextManager
from flytekit.core.type_engine import TypeEngine
from flytekit.tools.translator import get_serializable

TASKS = Path(__file__).parent / "tasks"


@dataclass(frozen=True, kw_only=True)
class Serialized:
    """What would be registered: the command line with its templates, the environment, and the whole template."""

    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    template: tasks_pb2.TaskTemplate


def find(task: str) -> Any:
    """The object `module.name` of the folder `tasks`."""
    if str(TASKS) not in sys.path:
        sys.path.append(str(TASKS))
    module, _, name = task.rpartition(".")
    return getattr(importlib.import_module(module), name)


def serialize(task: str, *, fast: FastSerializationSettings | None = None) -> Serialized:
    """What flytekit makes of the task `module.name`."""
    images = ImageConfig(default_image=Image(name="default", fqn="example.org/app", tag="v1"))
    settings = SerializationSettings(image_config=images, project="p", domain="d", version="v1", fast_serialization_settings=fast)
    template = get_serializable(OrderedDict(), settings, find(task)).template.to_flyte_idl()
    if template.HasField("k8s_pod"):
        container = template.k8s_pod.pod_spec["containers"][0]
        return Serialized(arguments=tuple(container["args"]), environment={}, template=template)
    environment = {pair.key: pair.value for pair in template.container.env}
    return Serialized(arguments=tuple(template.container.args), environment=environment, template=template)


def rendered(arguments: tuple[str, ...], values: Mapping[str, str]) -> list[str]:
    """Propeller's part: template variables replaced, in any case and with spaces or without."""
    known = {name.lower(): value for name, value in values.items()}
    variable = re.compile(r"{{\s*[.$](\w+)\s*}}")
    return [variable.sub(lambda match: known.get(match[1].lower(), match[0]), argument) for argument in arguments]


def literals(task: str, values: Mapping[str, Any]) -> literals_pb2.LiteralMap:
    """The task's inputs, converted by flytekit."""
    hints = find(task).python_interface.inputs
    ready = {name: value for name, value in values.items() if isinstance(value, literals_pb2.Literal)}
    converted = {name: value for name, value in values.items() if name not in ready}
    context = FlyteContextManager.current_context()
    made: literals_pb2.LiteralMap = TypeEngine.dict_to_literal_map(context, converted, hints).to_flyte_idl()
    for name, literal in ready.items():
        made.literals[name].CopyFrom(literal)
    return made
