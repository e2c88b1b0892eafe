"""The interface of a task as a TaskTemplate has it: types in the short form, defaults, and what the docs report of each parameter."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from flyteidl.core import types_pb2

from glider.wire.interface import LiteralType
from glider.wire.jsonform import Literal, from_literal, to_literal
from glider.wire.shortform import write_type

Json = Mapping[str, Any]

#: Types of which a default is no part of the template: making one would move data, or write a value of the user's own class.
_BY_THE_FUNCTION = frozenset({"blob", "schema", "structured_dataset_type"})


def interface(
    *,
    inputs: Mapping[str, LiteralType],
    outputs: Mapping[str, LiteralType],
    defaults: Mapping[str, Any],
    convert: Callable[[str, Any], Literal],
    descriptions: Mapping[str, str],
) -> dict[str, Json]:
    """`spec.interface`; parts without variables are left out.

    Args:
        inputs: the inputs' types.
        outputs: the outputs' types.
        defaults: the function's own defaults, as Python values.
        convert: makes the literal of an input's value.
        descriptions: of inputs and outputs, by name.
    """
    written = {name: _input(name, literal_type, defaults, convert) for name, literal_type in inputs.items()}
    parts = {"inputs": written, "outputs": {name: {"type": write_type(literal_type)} for name, literal_type in outputs.items()}}
    return {
        part: {name: _described(form, descriptions.get(name)) for name, form in forms.items()} for part, forms in parts.items() if forms
    }


def _input(name: str, literal_type: LiteralType, defaults: Mapping[str, Any], convert: Callable[[str, Any], Literal]) -> dict[str, Any]:
    form: dict[str, Any] = {"type": write_type(literal_type)}
    if name not in defaults:
        return form
    try:
        if not _is_plain(literal_type):
            raise TypeError
        default = from_literal(convert(name, defaults[name]))
        to_literal(default, literal_type, field=name)
        json.dumps(default, allow_nan=False)
    except Exception:  # the conversion is the user's or flytekit's code; the function still has its default
        return {**form, "required": False}
    return {**form, "default": default}


def _described(form: dict[str, Any], description: str | None) -> Any:
    """A type alone where there is nothing else to write."""
    if description:
        form = {**form, "description": description}
    return form["type"] if form.keys() == {"type"} else form


def _is_plain(literal_type: LiteralType) -> bool:
    match literal_type.WhichOneof("type"):
        case "collection_type":
            return _is_plain(literal_type.collection_type)
        case "map_value_type":
            return _is_plain(literal_type.map_value_type)
        case "union_type":
            return all(_is_plain(variant) for variant in literal_type.union_type.variants)
        case "simple":
            return literal_type.simple not in (types_pb2.STRUCT, types_pb2.BINARY, types_pb2.ERROR)
        case kind:
            return kind not in _BY_THE_FUNCTION
