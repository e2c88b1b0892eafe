"""What a form sets beside the inputs: image, resources, retries and the like. Each is text, in the form in which people write it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from glider.wire.durations import format_duration
from glider.wire.jsonform import FieldError
from glider_client.inputs.moments import DURATIONS, duration

Json = Any

_INTEGER = re.compile(r"-?\d{1,18}", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """One setting: its name in the form, the fields of the spec that it sets, and how its text is read."""

    name: str
    paths: tuple[tuple[str, ...], ...]
    read: Callable[[str, str], Json]


def _text(text: str, field: str) -> Json:
    return text.strip()


def _integer(text: str, field: str) -> Json:
    if not _INTEGER.fullmatch(text.strip()):
        raise FieldError(field, expected="integer", found=text)
    return int(text)


def _duration(text: str, field: str) -> Json:
    try:
        return format_duration(duration(text))
    except ValueError as error:
        raise FieldError(field, expected=DURATIONS, found=text) from error


def _seconds(text: str, field: str) -> Json:
    """A number of seconds, or a duration."""
    try:
        return int(text) if _INTEGER.fullmatch(text.strip()) else int(duration(text).total_seconds())
    except ValueError as error:
        raise FieldError(field, expected=f"seconds, or {DURATIONS}", found=text) from error


def _amount(name: str) -> tuple[tuple[str, ...], ...]:
    """A limit of the template's would cut a request that is larger."""
    return ("resources", "requests", name), ("resources", "limits", name)


SETTINGS = (
    Setting(name="image", paths=(("image",),), read=_text),
    Setting(name="cpu", paths=_amount("cpu"), read=_text),
    Setting(name="memory", paths=_amount("memory"), read=_text),
    Setting(name="gpu", paths=_amount("gpu"), read=_text),
    Setting(name="retries", paths=(("retries", "user"),), read=_integer),
    Setting(name="attemptTimeout", paths=(("timeouts", "attempt"),), read=_duration),
    Setting(name="totalTimeout", paths=(("timeouts", "total"),), read=_duration),
    Setting(name="priority", paths=(("priority",),), read=_integer),
    Setting(name="serviceAccountName", paths=(("serviceAccountName",),), read=_text),
    Setting(name="priorityClassName", paths=(("priorityClassName",),), read=_text),
    Setting(name="ttl", paths=(("ttlSecondsAfterFinished",),), read=_seconds),
    Setting(name="inputsUri", paths=(("inputsUri",),), read=_text),
)


def spec_of(settings: Mapping[str, Json], errors: list[FieldError]) -> dict[str, Any]:
    """The fields of a spec that `settings` set. What can't be read is left out, and in `errors`."""
    spec: dict[str, Any] = {}
    for one in SETTINGS:
        text = settings.get(one.name)
        if not isinstance(text, str) or not text.strip():
            continue
        for path in one.paths:
            try:
                _set(spec, path, one.read(text, f"spec.{'.'.join(path)}"))
            except FieldError as error:
                errors.append(error)
    env = [{"name": name, "value": value} for name, value in pairs_in(settings, "env", "spec.env", errors)]
    return spec | ({"env": env} if env else {}) | ({"suspend": True} if settings.get("suspend") is True else {})


def labels_of(settings: Mapping[str, Json], errors: list[FieldError]) -> dict[str, str]:
    """The labels that `settings` set."""
    return dict(pairs_in(settings, "labels", "metadata.labels", errors))


def pairs_in(settings: Mapping[str, Json], name: str, field: str, errors: list[FieldError]) -> Iterator[tuple[str, str]]:
    """The names and values in a table of two columns, whose empty rows don't count."""
    found = settings.get(name)
    for row in found if isinstance(found, Sequence) and not isinstance(found, str) else ():
        if not (isinstance(row, Sequence) and len(row) == 2 and all(isinstance(cell, str) for cell in row)):
            errors.append(FieldError(field, expected="rows of a name and a value", found=row))
        elif row[0].strip():
            yield row[0].strip(), row[1]
        elif row[1]:
            errors.append(FieldError(field, expected=f"a name for the value {row[1]}", found=""))


def taken_from(spec: Mapping[str, Json]) -> tuple[dict[str, Json], dict[str, Json]]:
    """`spec` as settings, and what of it no setting can show, which stays as it is."""
    rest, settings = deepcopy(dict(spec)), dict[str, Json]()
    for one in SETTINGS:
        values = [_get(rest, path) for path in one.paths]
        if values[0] is not None and all(value == values[0] for value in values) and isinstance(values[0], str | int):
            settings[one.name] = str(values[0])
            for path in one.paths:
                _remove(rest, path)
    env = rest.get("env")
    if isinstance(env, list) and all(set(one) == {"name", "value"} for one in env):
        settings["env"] = [[one["name"], one["value"]] for one in rest.pop("env")]
    if rest.pop("suspend", False) is True:
        settings["suspend"] = True
    return settings, rest


def merged(base: Mapping[str, Json], over: Mapping[str, Json]) -> dict[str, Json]:
    """`base` with the fields of `over`, objects field by field."""
    result = dict(base)
    for name, value in over.items():
        known = result.get(name)
        result[name] = merged(known, value) if isinstance(known, Mapping) and isinstance(value, Mapping) else value
    return result


def _set(document: dict[str, Any], path: Sequence[str], value: Json) -> None:
    for name in path[:-1]:
        document = document.setdefault(name, {})
    document[path[-1]] = value


def _get(document: Json, path: Sequence[str]) -> Json:
    for name in path:
        document = document.get(name) if isinstance(document, Mapping) else None
    return document


def _remove(document: dict[str, Any], path: Sequence[str]) -> None:
    """Remove a field, and the objects that are empty then."""
    if len(path) > 1:
        _remove(document[path[0]], path[1:])
        if document[path[0]]:
            return
    del document[path[0]]
