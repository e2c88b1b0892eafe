"""The TaskExecution that a form makes: the same document as that of `glider run`, or of `glider rerun`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from glider.wire.contract import MAX_INLINE_INPUTS_BYTES
from glider.wire.interface import format_type
from glider.wire.jsonform import FieldError, LiteralMap, nothing, to_literal, words
from glider_client.inputs.checking import check_structs
from glider_client.inputs.declarations import Input, nearest
from glider_client.inputs.documents import parsed
from glider_client.sdk.documents import execution_document
from glider_console.launch.entries import Reader
from glider_console.launch.forms import form_of
from glider_console.launch.settings import labels_of, merged, spec_of
from glider_core.api.labels import API_VERSION, EXECUTION_KIND

Json = Any

_TEXTS, _OBJECTS = ("name", "yaml"), ("inputs", "settings", "labels", "spec")
_INPUTS = "spec.inputs"
_YAML = "yaml"


@dataclass(frozen=True, kw_only=True, slots=True)
class Filled:
    """A form as it is filled in.

    Attributes:
        name: the execution's name.
        inputs: the entry of each input by name; one that is left out isn't there.
        settings: the texts of the settings.
        labels: labels that the form doesn't show, of an execution that is repeated.
        spec: what that one's spec has beside inputs and settings.
        yaml: the whole TaskExecution, in place of all that.
    """

    name: str = ""
    inputs: Mapping[str, Json] = field(default_factory=dict)
    settings: Mapping[str, Json] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    spec: Mapping[str, Json] = field(default_factory=dict)
    yaml: str = ""


def read_filled(document: Json) -> Filled:
    """What a browser sends.

    Raises:
        FieldError: it is of another form.
    """
    if not isinstance(document, Mapping):
        raise FieldError("form", expected="an object", found=document)
    given = {name: document[name] for name in (*_TEXTS, *_OBJECTS) if document.get(name) is not None}
    for name, value in given.items():
        if not isinstance(value, str if name in _TEXTS else Mapping):
            raise FieldError(name, expected="text" if name in _TEXTS else "an object", found=value)
    return Filled(**given)


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """What a form makes: the document, and what is wrong with what was entered."""

    document: dict[str, Any]
    errors: tuple[FieldError, ...]


def made_of(filled: Filled, inputs: Sequence[Input], *, namespace: str, template: str, now: datetime) -> Made:
    """The execution that `filled` makes.

    Args:
        filled: the form.
        inputs: what the task takes.
        namespace: where it is to run.
        template: the name of its TaskTemplate; empty where the task is in `filled.spec`.
        now: what `now` and `today` count from.
    """
    if filled.yaml.strip():
        return _written(filled.yaml, namespace=namespace)
    errors: list[FieldError] = []
    spec = spec_of(filled.settings, errors)
    values = {} if "inputsUri" in spec else entered(filled.inputs, inputs, now=now, errors=errors)
    errors += _too_large(values, inputs)
    document = execution_document(
        name=filled.name,
        namespace=namespace,
        template=template,
        inputs=values,
        labels={**filled.labels, **labels_of(filled.settings, errors)},
    )
    kept = {name: value for name, value in filled.spec.items() if name not in ("inputs", "inputsUri", "taskRef")}
    if template:
        kept.pop("task", None)
    else:
        document["spec"].pop("task")
    document["spec"] = merged({**document["spec"], **kept}, spec)
    return Made(document=document, errors=tuple(errors))


def entered(entries: Mapping[str, Json], inputs: Sequence[Input], *, now: datetime, errors: list[FieldError]) -> dict[str, Json]:
    """The values of the entries, by the rules of `glider run`. An input that can't be read is left out, and in `errors`."""
    names = [one.name for one in inputs]
    for name in entries:
        if name not in names:
            expected = f"one of {', '.join(names)}" if names else "no inputs"
            errors.append(
                FieldError(f"{_INPUTS}.{name}", expected=expected, found=words(f'the unknown name "{name}"{nearest(name, names)}'))
            )
    values = {}
    for one, part in zip(inputs, form_of(inputs), strict=True):
        path = f"{_INPUTS}.{one.name}"
        if one.name not in entries:
            if one.required:
                errors.append(FieldError(path, expected=format_type(one.type), found=nothing()))
            continue
        reader = Reader(now=now)
        value = reader.value(part.control, entries[one.name], field=path)
        errors += reader.errors or _misfits(value, one, path)
        if not reader.errors:
            values[one.name] = value
    return values


def _too_large(values: Mapping[str, Json], inputs: Sequence[Input]) -> list[FieldError]:
    types = {one.name: one.type for one in inputs}
    literals = LiteralMap(literals={name: to_literal(value, types[name], field=name) for name, value in values.items()})
    if (size := literals.ByteSize()) <= MAX_INLINE_INPUTS_BYTES:
        return []
    most = f"at most {MAX_INLINE_INPUTS_BYTES:,} bytes; larger ones go to the store as one file, and its place to inputsUri"
    return [FieldError(_INPUTS, expected=most, found=words(f"{size:,} bytes"))]


def _misfits(value: Json, one: Input, path: str) -> list[FieldError]:
    try:
        to_literal(value, one.type, field=path)
        check_structs(value, one.type, field=path)
    except FieldError as error:
        return [error]
    return []


def _written(text: str, *, namespace: str) -> Made:
    """The execution in `text`, if it is one, and for this namespace."""
    try:
        document = _read(text)
        metadata = document.get("metadata") or {}
        if not isinstance(metadata, Mapping):
            raise FieldError("metadata", expected="object", found=metadata)
        if metadata.get("namespace", namespace) != namespace:
            raise FieldError("metadata.namespace", expected=namespace, found=metadata["namespace"])
    except FieldError as error:
        return Made(document={}, errors=(error,))
    return Made(document={**document, "metadata": {**metadata, "namespace": namespace}}, errors=())


def _read(text: str) -> Mapping[str, Json]:
    try:
        document = parsed(text, name="the text", field=_YAML)
    except FieldError as error:
        raise FieldError(_YAML, expected=error.expected, found=words(error.found)) from error
    if not isinstance(document, Mapping) or (document.get("apiVersion"), document.get("kind")) != (API_VERSION, EXECUTION_KIND):
        raise FieldError(_YAML, expected=f"one {EXECUTION_KIND} of {API_VERSION}", found=words("something else"))
    return document
