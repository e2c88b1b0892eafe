"""The variables that Flyte fills in in command lines: how they are written, and which there are.

Names don't care about case, `{{.X}}` and `{{$X}}` are the same, and spaces inside the braces are allowed (flyteplugins
core/template). Of `{{.inputs.x}}`, the name of the input does care about case.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from glider.wire.jsonform import FieldError

VARIABLE = re.compile(r"\{\{\s*[.$]([^}\s]+)\s*\}\}", re.ASCII)

TASK_TEMPLATE_PATH = "tasktemplatepath"
NAMES = frozenset(
    {
        "input",
        "inputprefix",
        "outputprefix",
        "rawoutputdataprefix",
        "checkpointoutputprefix",
        "prevcheckpointprefix",
        "perretryuniquekey",
        TASK_TEMPLATE_PATH,
        "namespace",
    }
)
_INPUTS = "inputs."

Json = Mapping[str, Any]


def input_name(variable: str) -> str | None:
    """The name of the input that `variable` stands for, or None if it is another one."""
    return variable[len(_INPUTS) :] if variable.lower().startswith(_INPUTS) else None


def variables(template: Json) -> Iterator[tuple[str, str]]:
    """Each variable in the command lines of a pod template with the field that it stands in."""
    spec = template.get("spec") or {}
    for kind in ("initContainers", "containers"):
        for container in spec.get(kind) or ():
            for field in ("command", "args"):
                for argument in container.get(field) or ():
                    for match in VARIABLE.finditer(argument):
                        yield match.group(1), f"{kind}[{container['name']}].{field}"


def unknown(template: Json) -> tuple[str, ...]:
    """A warning for each variable that there isn't, and that is left as it is, as Flyte does."""
    found = (
        f"{field}: {{{{.{name}}}}} is no variable, and is left as it is"
        for name, field in variables(template)
        if name.lower() not in NAMES and input_name(name) is None
    )
    return tuple(dict.fromkeys(found))


def inputs_read(template: Json, *, inputs: Mapping[str, Any]) -> frozenset[str]:
    """The names of the inputs that stand in command lines.

    Raises:
        FieldError: the task has no such input.
    """
    found = set()
    for variable, field in variables(template):
        name = input_name(variable)
        if name is not None and name not in inputs:
            expected = f"one of the inputs {', '.join(sorted(inputs))}" if inputs else "no inputs, since the task has none"
            raise FieldError(field, expected=expected, found=f"{{{{.{variable}}}}}")
        if name is not None:
            found.add(name)
    return frozenset(found)


def reads_task_template(template: Json) -> bool:
    """Whether a command line asks for the task itself, as task.pb."""
    return any(name.lower() == TASK_TEMPLATE_PATH for name, _ in variables(template))
