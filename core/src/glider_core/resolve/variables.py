"""The variables that Flyte fills in in command lines: how they are written, which there are, and what each stands for.

`VARIABLES` is the only table of them: a variable that is added there is accepted, filled in and documented. Names don't care
about case, `{{.X}}` and `{{$X}}` are the same, and spaces inside the braces are allowed (flyteplugins core/template). Of
`{{.inputs.x}}`, the name of the input does care about case.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Protocol

from glider.wire.contract import NO_CHECKPOINT
from glider.wire.interface import yaml_hint
from glider.wire.jsonform import FieldError
from glider_core.api.execution import Execution
from glider_core.resolve.resolution import Resolved

VARIABLE = re.compile(r"\{\{\s*[.$]([^}\s]+)\s*\}\}", re.ASCII)

_NOT_FIRST = re.compile(r"^[^a-zA-Z_]+")
_NOT_INSIDE = re.compile(r"[^a-zA-Z0-9_]+")


class RenderedAttempt(Protocol):
    """What the value of a variable depends on; `render` has the attempt itself."""

    @property
    def name(self) -> str:
        """The name of its pod."""

    @property
    def number(self) -> int:
        """The number of the attempt, from 0."""

    @property
    def previous_checkpoint(self) -> str | None:
        """Where the last attempt that ran may have left a checkpoint."""

    @property
    def execution(self) -> Execution:
        """The execution."""

    @property
    def task(self) -> Resolved:
        """What it runs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Variable:
    """One variable: its value in an attempt, and its description in the docs."""

    value: Callable[[RenderedAttempt], str]
    doc: str


def unique_key(name: str) -> str:
    """`name` as an identifier, propeller's `perRetryUniqueKey`."""
    return _NOT_INSIDE.sub("_", _NOT_FIRST.sub("a", name))


_TASK_TEMPLATE_PATH = "taskTemplatePath"
#: By their names as Flyte writes them. Those of the inputs (`inputs.x`) are the task's own.
VARIABLES: Mapping[str, Variable] = {
    "input": Variable(value=lambda one: one.task.paths.inputs, doc="The URI of inputs.pb."),
    "inputPrefix": Variable(value=lambda one: one.task.paths.inputs.rpartition("/")[0], doc="The folder that inputs.pb is in."),
    "outputPrefix": Variable(
        value=lambda one: one.task.paths.output_prefix(one.number), doc="Where the attempt leaves outputs.pb or error.pb."
    ),
    "rawOutputDataPrefix": Variable(
        value=lambda one: one.task.paths.raw_output(one.number), doc="Where the attempt puts files, tables and other large values."
    ),
    "checkpointOutputPrefix": Variable(value=lambda one: one.task.paths.checkpoint(one.number), doc="Where the attempt saves checkpoints."),
    "prevCheckpointPrefix": Variable(
        value=lambda one: one.previous_checkpoint or NO_CHECKPOINT,
        doc='Where the last attempt that ran may have left a checkpoint; `""` where there is none.',
    ),
    "perRetryUniqueKey": Variable(
        value=lambda one: unique_key(one.name), doc="An identifier that no other attempt has, made from the name of the pod."
    ),
    _TASK_TEMPLATE_PATH: Variable(
        value=lambda one: one.task.paths.task_template, doc="The URI of task.pb, the task itself as a serialised flyteidl TaskTemplate."
    ),
    "namespace": Variable(value=lambda one: one.execution.namespace, doc="The namespace of the execution."),
}
_BY_LOWER_NAME = {name.lower(): variable for name, variable in VARIABLES.items()}
_INPUTS = "inputs."

_NAME = rf"({'|'.join(VARIABLES)}|inputs(?:\.parameters)?\.\w+)"
#: What isn't filled in for want of the dot, as in Argo's {{inputs.parameters.x}}, or of a second pair of braces.
_OTHERWISE = re.compile(rf"\{{\{{\s*{_NAME}\s*\}}\}}|(?<!\{{)\{{\s*\.{_NAME}\s*\}}(?!\}})", re.ASCII | re.IGNORECASE)
#: What flytectl fills in when it registers code; a spec that still has them came from elsewhere.
_OF_REGISTRATION = frozenset({"remote_package_path", "dest_dir"})

Json = Mapping[str, Any]


def find_variable(name: str) -> Variable | None:
    """The variable of that name, or None if there is none; `inputs.x` is an input's (`input_name`)."""
    return _BY_LOWER_NAME.get(name.lower())


def input_name(variable: str) -> str | None:
    """The name of the input that `variable` stands for, or None if it is another one."""
    return variable[len(_INPUTS) :] if variable.lower().startswith(_INPUTS) else None


def variables(template: Json) -> Iterator[tuple[str, str]]:
    """Each variable in the command lines of a pod template with the field that it stands in."""
    for argument, field in _arguments(template):
        for match in VARIABLE.finditer(argument):
            yield match.group(1), field


def check_variables(template: Json, *, inputs: Mapping[str, Any], keep_unknown: bool) -> None:
    """Refuses command lines with variables that there aren't, since a task that gets `{{.outputPrefx}}` fails for it later, and oddly.

    Args:
        template: a pod template.
        inputs: the task's inputs by name.
        keep_unknown: whether such a variable is the task's own text.

    Raises:
        FieldError: there is no such variable, or no such input.
    """
    for variable, field in variables(template):
        name = input_name(variable)
        if name is None and find_variable(variable) is None and not keep_unknown:
            raise FieldError(field, expected=_known(variable, inputs), found=f"{{{{.{variable}}}}}")
        if name is not None and name not in inputs:
            expected = f"one of the inputs {', '.join(sorted(inputs))}" if inputs else "no inputs, since the task has none"
            raise FieldError(field, expected=expected + yaml_hint(name, inputs), found=f"{{{{.{variable}}}}}")


def _known(variable: str, inputs: Mapping[str, Any]) -> str:
    known = [*VARIABLES, *(f"{_INPUTS}{name}" for name in inputs)]
    expected = "one of the variables " + ", ".join(f"{{{{.{name}}}}}" for name in known)
    if variable in _OF_REGISTRATION:
        return f"{expected}; flytectl fills that one in when it registers the task"
    nearest = get_close_matches(variable.lower(), [name.lower() for name in known], n=1)
    meant = next((name for name in known if name.lower() in nearest), None)
    hint = f"did you mean {{{{.{meant}}}}}? " if meant else ""
    return f"{expected} ({hint}unknownVariables: Keep leaves the task's own braces alone)"


def written_otherwise(template: Json) -> tuple[str, ...]:
    """A warning for each variable that isn't filled in since it has no dot, as in Flyte, or one pair of braces."""
    found = (
        f"{field}: {match.group(0)} is left as it is; {{{{.{_in_full(match)}}}}} is filled in"
        for argument, field in _arguments(template)
        for match in _OTHERWISE.finditer(argument)
    )
    return tuple(dict.fromkeys(found))


def _in_full(match: re.Match[str]) -> str:
    name: str = match.group(1) or match.group(2)
    return _INPUTS + name.rpartition(".")[2] if input_name(name) else name


def inputs_read(template: Json, *, beside: str | None = None) -> frozenset[str]:
    """The names of the inputs that stand in command lines; only in those of the containers beside one, where that is named."""
    read = [variable for variable, field in variables(template) if not field.startswith(f"containers[{beside}].")]
    return frozenset(name for variable in read if (name := input_name(variable)) is not None)


def reads_task_template(template: Json) -> bool:
    """Whether a command line asks for the task itself, as task.pb."""
    return any(name.lower() == _TASK_TEMPLATE_PATH.lower() for name, _ in variables(template))


def _arguments(template: Json) -> Iterator[tuple[str, str]]:
    spec = template.get("spec") or {}
    for kind in ("initContainers", "containers"):
        for container in spec.get(kind) or ():
            for field in ("command", "args"):
                for argument in container.get(field) or ():
                    yield argument, f"{kind}[{container['name']}].{field}"
