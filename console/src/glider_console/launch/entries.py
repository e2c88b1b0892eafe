"""What was entered: from what the browser sends to the JSON of the inputs, with the errors of each field.

An entry is text where a value is typed in, a list of entries, pairs of keys and entries for a map, an object of entries, or, of a union,
`{"$variant": 1, "value": entry}`. Null is null, and plain JSON is taken as it is. Text is read by the rules of `glider run`, but no
file is: this isn't the viewer's machine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from glider.storage.uris import is_remote
from glider.wire.jsonform import FieldError, describe, words
from glider_client.inputs import schemas, texts
from glider_console.launch.controls import Control, Kind

Json = Any
Entry = Any

VARIANT, VALUE = "$variant", "value"


class Reader:
    """Reads entries, and keeps the errors, each of which names its field. `now` is what `now` and `today` count from."""

    def __init__(self, *, now: datetime) -> None:
        self.errors: list[FieldError] = []
        self._reading = texts.Reading(now=now, document=_no_file)

    def value(self, control: Control, entry: Entry, *, field: str) -> Json:
        """The JSON of `entry`. Where it can't be read that is in `errors`, and the value is null."""
        if entry is None:
            return None
        if isinstance(entry, str):
            return self._text(control, entry, field)
        return _READERS.get(control.kind, _plain)(self, control, entry, field)

    def _text(self, control: Control, text: str, field: str) -> Json:
        try:
            return self._read(control, text, field)
        except FieldError as error:
            self.errors.append(error)
            return None

    def _read(self, control: Control, text: str, field: str) -> Json:
        if control.kind is Kind.URI and text and not (is_remote(text) or text.startswith("/")):
            raise FieldError(field, expected=f"the URI of a {control.type}, such as s3://bucket/key", found=text)
        if control.literal is not None:
            return texts.value_of(text, control.literal, field=field, reading=self._reading)
        if control.schema is not None:
            return schemas.value_of(text, (), control.schema, field=field)
        raise FieldError(field, expected="inputsUri", found=text)


def _no_file(path: str, field: str) -> Json:
    raise FieldError(field, expected="the value itself, as JSON or YAML", found=words(f"the name of a file, {describe(path)}"))


def _list(reader: Reader, control: Control, entry: Entry, field: str) -> Json:
    if not isinstance(entry, list) or control.item is None:
        return entry
    return [reader.value(control.item, item, field=f"{field}[{index}]") for index, item in enumerate(entry)]


def _map(reader: Reader, control: Control, entry: Entry, field: str) -> Json:
    pairs = pairs_of(entry)
    if pairs is None or control.item is None:
        return entry
    values: dict[str, Json] = {}
    for key, item in pairs:
        if key in values:
            reader.errors.append(FieldError(f"{field}.{key}", expected="each key once", found=key))
        values[key] = reader.value(control.item, item, field=f"{field}.{key}")
    return values


def pairs_of(entry: Entry) -> list[tuple[str, Entry]] | None:
    """The keys and values of a map's entry; None where it is none."""
    if isinstance(entry, Mapping):
        return list(entry.items())
    pairs = isinstance(entry, list) and all(isinstance(one, list) and len(one) == 2 and isinstance(one[0], str) for one in entry)
    return [(one[0], one[1]) for one in entry] if pairs else None


def _object(reader: Reader, control: Control, entry: Entry, field: str) -> Json:
    if not isinstance(entry, Mapping):
        return entry
    known = {part.name: part.control for part in control.parts}
    return {name: reader.value(known[name], one, field=f"{field}.{name}") if name in known else one for name, one in entry.items()}


def _union(reader: Reader, control: Control, entry: Entry, field: str) -> Json:
    index = entry.get(VARIANT) if isinstance(entry, Mapping) else None
    if not isinstance(index, int) or not 0 <= index < len(control.variants):
        return entry
    return reader.value(control.variants[index], entry.get(VALUE), field=field)


def _plain(reader: Reader, control: Control, entry: Entry, field: str) -> Json:
    return entry


_READERS: Mapping[Kind, Callable[[Reader, Control, Entry, str], Json]] = {
    Kind.LIST: _list,
    Kind.MAP: _map,
    Kind.OBJECT: _object,
    Kind.UNION: _union,
}
