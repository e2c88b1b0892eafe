"""What a rerun takes over from the execution that it repeats. Pure.

The task, the inputs and all that the execution overrides stay, but for the inputs that are named. What was asked of the
first one while it ran, `suspend` and `cancel`, doesn't: it was meant for that run. Neither do annotations and owners,
nor the labels by which tools such as Helm or Argo CD know their objects: they would take the rerun for one of theirs,
and delete it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from glider.wire.interface import Interface
from glider.wire.jsonform import FieldError, accepts_none, to_literal_map
from glider.wire.masking import masked
from glider_core.api.labels import RERUN_OF

Json = Mapping[str, Any]

_NOT_REPEATED = ("suspend", "cancel")
#: Prefixes of labels by which tools know their objects.
_TOOLS = re.compile(r"(app\.kubernetes\.io|helm\.sh|applyset\.kubernetes\.io|(.*\.)?(argoproj|fluxcd)\.io)/")


def rerun_of(
    execution: Json, *, name: str, inputs: Json | None = None, template: str = "", labels: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """A new TaskExecution that repeats `execution`.

    Args:
        execution: the document of the first one.
        name: the name of the new one.
        inputs: plain JSON in place of the inputs of these names.
        template: the name of another TaskTemplate to run.
        labels: labels to add.

    Raises:
        FieldError: the inputs are a file, of which none can be changed.
    """
    metadata = execution["metadata"]
    return {
        "apiVersion": execution["apiVersion"],
        "kind": execution["kind"],
        "metadata": {
            "name": name,
            "namespace": metadata["namespace"],
            "labels": {**kept_labels(metadata.get("labels") or {}), **(labels or {}), RERUN_OF: metadata["uid"]},
        },
        "spec": _spec(execution, inputs=inputs or {}, template=template),
    }


def kept_labels(labels: Mapping[str, str]) -> dict[str, str]:
    """Those by which no tool knows its objects."""
    return {name: value for name, value in labels.items() if not _TOOLS.match(name)}


def _spec(execution: Json, *, inputs: Json, template: str) -> dict[str, Any]:
    spec = {name: deepcopy(value) for name, value in execution["spec"].items() if name not in _NOT_REPEATED}
    if inputs:
        _check_inline(execution, inputs)
        spec["inputs"] = {**spec.get("inputs", {}), **inputs}
    if template:
        spec = {"taskRef": {"name": template}} | {name: value for name, value in spec.items() if name not in ("taskRef", "task")}
    return spec


def _check_inline(execution: Json, inputs: Json) -> None:
    """The client may have no access to the store, and what isn't read can't be changed."""
    if (uri := execution["spec"].get("inputsUri")) is not None:
        name = execution["metadata"]["name"]
        file = f"{name} takes all of them from its inputsUri {masked(uri)}"
        expected = f"no single input, since {file} (leave it out, or run the task anew with inputs of its own)"
        raise FieldError(next(iter(inputs)), expected=expected, found=next(iter(inputs)))


def check_inputs(rerun: Json, interface: Interface) -> None:
    """Raises a FieldError where the inputs of `rerun` don't fit `interface`, as other code may have another one."""
    if (inputs := rerun["spec"].get("inputs") or {}) or "inputsUri" not in rerun["spec"]:
        left_out = {*interface.optional, *(name for name, kind in interface.inputs.items() if accepts_none(kind))}
        to_literal_map({**interface.defaults, **inputs}, interface.inputs, field="inputs", left_out=left_out)
