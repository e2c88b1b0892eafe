"""Inputs that are known, as entries: those of an execution that is repeated, defaults, and what an address holds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from glider.wire.jsonform import FieldError, to_literal
from glider_console.launch.controls import Control, Kind
from glider_console.launch.entries import VALUE, VARIANT, Entry, pairs_of

Json = Any

_TEXTS = (Kind.STRING, Kind.CHOICE, Kind.DATETIME, Kind.DURATION, Kind.URI, Kind.INTEGER, Kind.FLOAT, Kind.BOOLEAN)


def entry_of(control: Control, value: Json, *, entered: bool = False) -> Entry:
    """The entry for `value`, as the browser shows it. `entered`: it may be an entry already, as in an address."""
    if value is None:
        return None
    if entered and isinstance(value, str):
        return value
    match control.kind:
        case Kind.LIST if isinstance(value, list) and control.item is not None:
            return [entry_of(control.item, item, entered=entered) for item in value]
        case Kind.MAP if control.item is not None and (pairs := pairs_of(value)) is not None:
            return [[key, entry_of(control.item, item, entered=entered)] for key, item in pairs]
        case Kind.OBJECT if isinstance(value, Mapping):
            known = {part.name: part.control for part in control.parts}
            return {name: entry_of(known[name], one, entered=entered) if name in known else one for name, one in value.items()}
        case Kind.UNION:
            return _variant(control, value, entered=entered)
        case kind if kind in _TEXTS and isinstance(value, str):
            return value
        case Kind.JSON if isinstance(value, list | dict):
            return json.dumps(value, ensure_ascii=False, indent=2)
        case _:
            return json.dumps(value, ensure_ascii=False)


def _variant(control: Control, value: Json, *, entered: bool) -> Entry:
    if isinstance(value, Mapping) and isinstance(index := value.get(VARIANT), int) and 0 <= index < len(control.variants):
        return {VARIANT: index, VALUE: entry_of(control.variants[index], value.get(VALUE), entered=entered)}
    index = next((number for number, one in enumerate(control.variants) if _takes(one, value)), 0)
    return {VARIANT: index, VALUE: entry_of(control.variants[index], value, entered=entered)}


def _takes(control: Control, value: Json) -> bool:
    if control.literal is None:
        return False
    try:
        to_literal(value, control.literal, field="")
    except FieldError:
        return False
    return True
