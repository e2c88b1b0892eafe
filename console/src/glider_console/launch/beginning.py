"""What a form begins with: nothing, what its address holds, or an execution that is repeated with changes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from glider.wire.jsonform import FieldError, words
from glider_client.inputs.declarations import Input
from glider_client.sdk.reruns import rerun_of
from glider_console.launch.controls import part_as_json
from glider_console.launch.filling import entry_of
from glider_console.launch.forms import form_of
from glider_console.launch.settings import taken_from
from glider_core.api.labels import RERUN_OF

Json = Any

#: Of an address: not every proxy passes on what is longer.
_LONGEST = 4096


def inputs_in(text: str) -> dict[str, Json] | None:
    """The inputs in an address: entries, or the plain JSON that somebody has made a link of; None where it has none.

    Raises:
        FieldError: it is something else.
    """
    if not text:
        return None
    try:
        value = json.loads(text) if len(text) <= _LONGEST else None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        expected = f"a JSON object with the inputs by name, of at most {_LONGEST} characters"
        raise FieldError("inputs", expected=expected, found=words(f"{len(text)} characters"))
    return value


def beginning(
    inputs: Sequence[Input], *, given: Mapping[str, Json] | None, execution: Mapping[str, Json] | None, templated: bool
) -> dict[str, Any]:
    """The form's parts with what they begin with, as the browser gets them.

    Args:
        inputs: what the task takes.
        given: the inputs of the address, in place of those of `execution`.
        execution: what is repeated.
        templated: whether the task is a template; otherwise it is written out in `execution`.
    """
    parts = form_of(inputs)
    settings, labels, spec = _of_execution(execution) if execution else ({}, {}, {})
    known = spec.pop("inputs", None) or {}
    values = known if given is None else given
    for name in ("taskRef", "task") if templated else ("taskRef",):
        spec.pop(name, None)
    return {
        "fields": [part_as_json(part) for part in parts],
        "defaults": {part.name: entry_of(part.control, part.default) for part in parts if part.has_default},
        "inputs": {
            part.name: entry_of(part.control, values[part.name], entered=given is not None) for part in parts if part.name in values
        },
        "unknown": sorted(set(values) - {part.name for part in parts}),
        "settings": settings,
        "labels": labels,
        "spec": spec,
    }


def _of_execution(execution: Mapping[str, Json]) -> tuple[dict[str, Json], dict[str, str], dict[str, Json]]:
    """The settings, the labels that no form shows, and the rest of the spec of a rerun."""
    repeated = rerun_of(execution, name="")
    settings, rest = taken_from(repeated["spec"])
    labels = dict(repeated["metadata"]["labels"])
    hidden = {RERUN_OF: labels.pop(RERUN_OF)}
    if labels:
        settings["labels"] = [[name, value] for name, value in labels.items()]
    return settings, hidden, rest
