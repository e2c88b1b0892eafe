"""A plain function as a task: its type hints are the interface, `glider.task(…)` has its settings."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from glider.types.errors import InterfaceError
from glider.types.interface import Signature, signature_of
from glider.types.registry import TYPES
from glider_client.registration.docstrings import docs_of
from glider_client.registration.errors import RegistrationError
from glider_client.registration.found import FoundTask
from glider_client.registration.options import annotations_of, containers_of, options_of, settings_of
from glider_client.registration.variables import interface


def function_task(function: Callable[..., Any], *, module: str, name: str, root: Path) -> FoundTask:
    """`function`, which is `name` in `module`, as a task.

    Raises:
        RegistrationError: it can't be one; the message has its file and line.
    """
    options = options_of(function) or {}
    docs = docs_of(inspect.getdoc(function))
    try:
        signature = signature_of(function)
        spec = {
            **_written(interface=_interface(function, signature, docs.parameters)),
            **containers_of(options, args=command_line(module, name)),
            **settings_of(options),
        }
        kept = annotations_of(options)
    except (InterfaceError, RegistrationError) as error:
        raise RegistrationError(f"{place_of(function)}: {name} can't be a task: {error}") from error
    return FoundTask(
        module=module,
        name=name,
        root=root,
        full_name=f"{module}.{name}",
        spec=spec,
        annotations=kept,
        docs=docs.text,
        value=function,
    )


def command_line(module: str, name: str) -> list[str]:
    """The command line with which the executor runs a plain function; there is no resolver in it, so it needs no flytekit."""
    return [
        *("pyflyte-execute", "--inputs", "{{.input}}", "--output-prefix", "{{.outputPrefix}}"),
        *("--raw-output-data-prefix", "{{.rawOutputDataPrefix}}", "--checkpoint-path", "{{.checkpointOutputPrefix}}"),
        *("--prev-checkpoint", "{{.prevCheckpointPrefix}}", "--task-module", module, "--task-name", name),
    ]


def place_of(function: Callable[..., Any]) -> str:
    """Where the user has written `function`: file and line."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return f"{code.co_filename}, line {code.co_firstlineno}" if code is not None else repr(function)


def _interface(function: Callable[..., Any], signature: Signature, descriptions: Mapping[str, str]) -> dict[str, Any]:
    parameters = inspect.signature(function).parameters
    return interface(
        inputs={name: TYPES.literal_type(hint) for name, hint in signature.inputs.items()},
        outputs={name: TYPES.literal_type(hint) for name, hint in signature.outputs.items()},
        defaults={name: parameters[name].default for name in signature.optional},
        convert=lambda name, value: TYPES.to_literal(value, signature.inputs[name], name),
        descriptions=descriptions,
    )


def _written(**parts: Any) -> dict[str, Any]:
    return {name: part for name, part in parts.items() if part}
