"""The JSON values of `spec.inputs`: what the options give, over what a document of inputs gives.

Defaults aren't written out: the operator adds those of the interface, and the function has its own. All values are checked by the
rules that the operator has, so that what is refused is refused here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from glider.wire.interface import LiteralType, format_type, yaml_hint
from glider.wire.jsonform import FieldError, describe, nothing, to_literal, words
from glider_client.inputs.arguments import Given
from glider_client.inputs.checking import check_structs
from glider_client.inputs.declarations import Input, nearest, variants
from glider_client.inputs.documents import parsed, read_document, structured
from glider_client.inputs.files import Transfer, brought
from glider_client.inputs.schemas import schema_of
from glider_client.inputs.schemas import value_of as field_value
from glider_client.inputs.texts import FILE_MARK, Reading, value_of

Json = Any


def gathered(
    inputs: Sequence[Input],
    given: Sequence[Given],
    *,
    transfer: Transfer,
    now: datetime,
    document: Mapping[str, Json] | None = None,
    required: bool = True,
) -> dict[str, Json]:
    """The values by name, in the order of the interface.

    Args:
        inputs: what the task takes.
        given: the options.
        transfer: brings local files to where the task runs.
        now: what `now` and `today` count from.
        document: the values of `--inputs`, which options override.
        required: whether a missing input is an error.

    Raises:
        FieldError: a value is missing, superfluous or of another type.
    """
    document = document or {}
    _check_names(document, inputs)
    reading = Reading(now=now, document=lambda path, field: read_document(path, field=field))
    values = {}
    for one in inputs:
        options = [option for option in given if option.input.name == one.name]
        if not options and one.name not in document:
            continue
        field = options[0].option.partition(".")[0] if options else f"inputs.{one.name}"
        value = _value(one, options, document.get(one.name), reading) if options else document[one.name]
        value = brought(value, one.type, transfer, field=field)
        to_literal(value, one.type, field=field)
        check_structs(value, one.type, field=field)
        values[one.name] = value
    missing = [one for one in inputs if one.required and one.name not in values]
    if missing and required:
        options_of = ", ".join(f"{one.option} ({format_type(one.type)})" for one in missing)
        raise FieldError("inputs", expected=options_of, found=nothing())
    return values


def read_inputs(text: str) -> Mapping[str, Json]:
    """What `--inputs` names: `@FILE` or a file of YAML or JSON, `-` for standard input, or an object of YAML or JSON itself.

    Raises:
        FieldError: it isn't an object.
    """
    field = "--inputs"
    if text.lstrip().startswith("{"):
        value = parsed(text, name="its text", field=field)
    else:
        value = read_document(text.removeprefix(FILE_MARK), field=field)
    if value is not None and not isinstance(value, dict):
        raise FieldError(field, expected="an object with the inputs by name", found=value)
    return value or {}


def _check_names(document: Mapping[str, Json], inputs: Sequence[Input]) -> None:
    names = [one.name for one in inputs]
    for name in document:
        if name not in names:
            hint = nearest(str(name), names) or yaml_hint(str(name), names)
            expected = f"one of {', '.join(names)}" if names else "no inputs"
            raise FieldError(f"inputs.{name}", expected=expected, found=words(f'the unknown name "{name}"{hint}'))


def _value(one: Input, options: Sequence[Given], base: Json, reading: Reading) -> Json:
    """What the options of one input make together; `base` is what `--inputs` has for it."""
    whole = [option for option in options if not option.path]
    value = _whole(one, whole, reading) if whole else (base if base is not None else one.default)
    parts = [option for option in options if option.path]
    if not parts:
        return value
    if value is None:
        value = {}
    if not isinstance(value, dict):
        raise FieldError(parts[0].option, expected=f"{one.option} to be an object", found=value)
    value = dict(value)
    for part in parts:
        _set(value, part, _part(one, part, reading))
    return value


def _whole(one: Input, options: Sequence[Given], reading: Reading) -> Json:
    literal_type, field = one.type, options[0].option
    if options[-1].text is None:
        return None
    kind = _collection(literal_type)
    if kind is None:
        if len(options) > 1:
            raise FieldError(field, expected="one value", found=words(f"{len(options)}"))
        return value_of(str(options[0].text), literal_type, field=field, reading=reading)
    texts = [str(option.text) for option in options]
    if len(texts) == 1 and _is_whole(texts[0], kind):
        return value_of(texts[0], kind, field=field, reading=reading)
    if kind.WhichOneof("type") == "collection_type":
        return [value_of(text, kind.collection_type, field=f"{field}[{i}]", reading=reading) for i, text in enumerate(texts)]
    return dict(_entry(text, kind, field, reading) for text in texts)


def _is_whole(text: str, kind: LiteralType) -> bool:
    """Whether one word is all of a list or map, and not its only item: JSON, YAML, or a file."""
    bracket = "[" if kind.WhichOneof("type") == "collection_type" else "{"
    return text.startswith(FILE_MARK) or (text.lstrip().startswith(bracket) and structured(text) is not None)


def _entry(text: str, kind: LiteralType, field: str, reading: Reading) -> tuple[str, Json]:
    key, equals, value = text.partition("=")
    if not equals:
        raise FieldError(field, expected=f"{format_type(kind)}: KEY=VALUE, JSON, or {FILE_MARK}FILE", found=text)
    return key, value_of(value, kind.map_value_type, field=f"{field}.{key}", reading=reading)


def _collection(literal_type: LiteralType) -> LiteralType | None:
    """The list or map that it is, or may be."""
    kinds = (one for one in (literal_type, *variants(literal_type)) if one.WhichOneof("type") in ("collection_type", "map_value_type"))
    return next(kinds, None)


def _part(one: Input, part: Given, reading: Reading) -> Json:
    kind = _collection(one.type)
    if kind is not None:
        return value_of(str(part.text), kind.map_value_type, field=part.option, reading=reading)
    return field_value(str(part.text), part.path, schema_of(one.type), field=part.option)


def _set(value: dict[str, Json], part: Given, leaf: Json) -> None:
    for name in part.path[:-1]:
        inner = value.get(name)
        if inner is not None and not isinstance(inner, dict):
            raise FieldError(part.option, expected=f"{name} to be an object", found=words(describe(inner)))
        value[name] = value = dict(inner or {})
    value[part.path[-1]] = leaf
