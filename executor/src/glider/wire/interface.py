"""A task's typed inputs and outputs, and the short form in which people write a type.

The short form covers what a person wants to type by hand; anything else is a flyteidl LiteralType in proto JSON.

    integer float string boolean datetime duration none struct      simple types
    file  file[csv]  directory                                      blobs, with an optional format
    table  table[csv]                                               structured datasets: data frames and the like
    enum[red, green]                                                one of these texts
    list[T]  map[T]  T?                                             collections, string-keyed maps, optional values

flytekit reads a union's value by its variant's tag: the name of the transformer that is to take it. Interfaces that flytekit
wrote have tags. In those that people wrote by hand (`integer?`) they are missing, and flytekit
would take such a value for none of the variants.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from flyteidl.core import types_pb2

from glider.wire.contract import PRIMITIVES

LiteralType: TypeAlias = types_pb2.LiteralType

_SIMPLE = {
    "none": types_pb2.NONE,
    "integer": types_pb2.INTEGER,
    "float": types_pb2.FLOAT,
    "string": types_pb2.STRING,
    "boolean": types_pb2.BOOLEAN,
    "datetime": types_pb2.DATETIME,
    "duration": types_pb2.DURATION,
    "struct": types_pb2.STRUCT,
}
_SIMPLE_NAMES = {number: name for name, number in _SIMPLE.items()}
_GENERIC = re.compile(r"(\w+)\[(.*)\]")
_GENERIC_NAME = re.compile(r"([\w.]+)\[(.*)\]")

#: What kubectl's YAML takes for a boolean, also where it stands for the name of an input.
_YAML_BOOLEANS = {"true": ("y", "yes", "on"), "false": ("n", "no", "off")}

#: A value of such a type still is a protobuf message of less than 100 levels, which is all that protobuf reads.
MAX_LEVELS = 24
_LONGEST_SHOWN = 200
EXPECTED = f"one of {', '.join(_SIMPLE)}, file, directory, table, enum[A, B], list[T], map[T], T? or a flyteidl LiteralType"

#: What Python, pandas, JSON Schema and others call a type, in lower case, and what it is called here.
_OTHER_NAMES = {
    **dict.fromkeys(("int", "int64", "int32", "long", "bigint"), "integer"),
    **dict.fromkeys(("str", "text", "varchar"), "string"),
    **dict.fromkeys(("double", "float64", "float32", "number", "decimal"), "float"),
    "bool": "boolean",
    **dict.fromkeys(("date", "timestamp", "datetime.datetime", "datetime.date"), "datetime"),
    **dict.fromkeys(("timedelta", "datetime.timedelta", "interval"), "duration"),
    **dict.fromkeys(("nonetype", "null", "void"), "none"),
    **dict.fromkeys(
        ("dataframe", "pd.dataframe", "pandas.dataframe", "pl.dataframe", "polars.dataframe", "pa.table", "pyarrow.table"), "table"
    ),
    **dict.fromkeys(("structureddataset", "structured_dataset", "dataset", "schema", "flyteschema"), "table"),
    **dict.fromkeys(("object", "json", "dataclass", "basemodel", "any"), "struct"),
    **dict.fromkeys(("flytefile", "blob", "path", "pathlib.path", "os.pathlike"), "file"),
    **dict.fromkeys(("flytedirectory", "folder", "dir"), "directory"),
    **dict.fromkeys(("array", "tuple", "sequence", "collection"), "list"),
    "dict": "map",
    **dict.fromkeys(("bytes", "bytearray", "set", "frozenset", "complex", "pickle", "flytepickle"), "file[PythonPickle]"),
    **dict.fromkeys(("ndarray", "np.ndarray", "numpy.ndarray", "npt.ndarray"), "file[NumpyArray]"),
}
_NAMES = (*_SIMPLE, "file", "directory", "table", "enum", "list", "map")


@dataclass(frozen=True, kw_only=True, slots=True)
class Interface:
    """The names and types of what a task takes and returns.

    `defaults` are plain JSON, for inputs that nobody gives; `optional` inputs are left out then, since the function has a default.
    """

    inputs: Mapping[str, LiteralType] = field(default_factory=dict)
    outputs: Mapping[str, LiteralType] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()


def parse_type(form: Any) -> LiteralType:
    """A LiteralType from its short form (a string) or its proto JSON (an object).

    Raises:
        ValueError: `form` is neither; the message names what was expected and found.
    """
    if isinstance(form, str):
        if form.count("[") + form.count("?") > MAX_LEVELS:
            raise ValueError(f'expected a type of at most {MAX_LEVELS} levels, found "{_shown(form)}"')
        return _parse_short(form.strip())
    if isinstance(form, Mapping):
        return _parse_proto_json(form)
    raise ValueError(f"expected a type ({EXPECTED}), found {_shown(form)}")


def _levels(literal_type: LiteralType) -> int:
    """How many types are in each other. Parsing has bounded that, so recursion is safe.

    Raises:
        ValueError: one of them is a number that stands for no simple type.
    """
    match literal_type.WhichOneof("type"):
        case "simple":
            types_pb2.SimpleType.Name(literal_type.simple)
            return 0
        case "collection_type" | "map_value_type" as kind:
            return 1 + _levels(getattr(literal_type, kind))
        case "union_type":
            return 1 + max(map(_levels, literal_type.union_type.variants), default=0)
        case _:
            return 0


def _shown(form: Any) -> str:
    text = form if isinstance(form, str) else "nothing" if form is None else repr(form)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}… ({len(text)} characters)"


def format_type(literal_type: LiteralType) -> str:
    """`literal_type` in the short form, for messages; types beyond the short form by their flyteidl name."""
    match literal_type.WhichOneof("type"):
        case "simple":
            return _SIMPLE_NAMES.get(literal_type.simple, types_pb2.SimpleType.Name(literal_type.simple).lower())
        case "collection_type":
            return f"list[{format_type(literal_type.collection_type)}]"
        case "map_value_type":
            return f"map[{format_type(literal_type.map_value_type)}]"
        case "blob":
            return _format_blob(literal_type.blob)
        case "union_type":
            return " | ".join(format_type(variant) for variant in literal_type.union_type.variants)
        case "structured_dataset_type":
            return f"table[{literal_type.structured_dataset_type.format}]" if literal_type.structured_dataset_type.format else "table"
        case "enum_type":
            return f"enum[{', '.join(literal_type.enum_type.values)}]"
        case other:
            return str(other)


def written_in_yaml(name: str) -> str | None:
    """What YAML makes `name` of where nobody has put it in quotes, `n, no or off` for false, or None if it can only be itself."""
    *first, last = _YAML_BOOLEANS.get(name, ("",))
    return f"{', '.join(first)} or {last}" if first else None


def yaml_hint(name: str, known: Collection[str]) -> str:
    """A hint for the user who writes `name` where there is no such name among `known`: of an unquoted `n` YAML makes false."""
    if any(other.lower() in _YAML_BOOLEANS.get(name, ()) for other in known):
        return f" (YAML makes {name} of an unquoted {written_in_yaml(name)}: write it in quotes)"
    made = next((boolean for boolean, names in _YAML_BOOLEANS.items() if name.lower() in names), None)
    return f" (YAML makes {made} of an unquoted {name}: write it in quotes)" if made in known else ""


def _format_blob(blob: types_pb2.BlobType) -> str:
    name = "directory" if blob.dimensionality == blob.MULTIPART else "file"
    return f"{name}[{blob.format}]" if blob.format else name


def _parse_short(text: str) -> LiteralType:
    if text.endswith("?"):
        variants = [_parse_short(text[:-1]), LiteralType(simple=types_pb2.NONE)]
        return LiteralType(union_type=types_pb2.UnionType(variants=variants))
    if text in _SIMPLE:
        return LiteralType(simple=_SIMPLE[text])
    name, argument = text, ""
    if match := _GENERIC.fullmatch(text):
        name, argument = match.groups()
    match name:
        case "file":
            return LiteralType(blob={"format": argument, "dimensionality": 0})
        case "directory":
            return LiteralType(blob={"format": argument, "dimensionality": 1})
        case "table":
            return LiteralType(structured_dataset_type={"format": argument})
        case "enum" if argument.strip():
            return LiteralType(enum_type={"values": _parse_values(argument)})
        case "list" if argument:
            return LiteralType(collection_type=_parse_short(argument.strip()))
        case "map" if argument:
            return LiteralType(map_value_type=_parse_short(argument.strip()))
        case _:
            raise ValueError(f'expected a type ({EXPECTED}), found "{_shown(text)}"{_meant(text)}')


def _parse_values(text: str) -> list[str]:
    values = [value.strip().strip("'\"") for value in text.split(",")]
    if "" in values or len(set(values)) < len(values):
        raise ValueError(f'expected different values, as in enum[red, green], found "enum[{text}]"')
    return values


def _meant(text: str) -> str:
    """The nearest type, for who writes a type as Python or another language does."""
    meant = _in_short(text) if len(text) <= _LONGEST_SHOWN else None
    return f" (did you mean {meant}?)" if meant else ""


def _in_short(text: str) -> str | None:
    """`text` in the short form, as far as it is clear what is meant."""
    variants = [variant.strip() for variant in text.split("|")]
    if len(variants) == 2 and "None" in variants:
        return _marked(_in_short(next(variant for variant in variants if variant != "None")))
    if match := _GENERIC_NAME.fullmatch(text):
        name, argument = match.groups()
        inner = argument.rpartition(",")[2].strip() if name.lower().endswith("dict") else argument.strip()
        if name.rpartition(".")[2] == "Optional":
            return _marked(_in_short(inner))
        outer = _name(name.rpartition(".")[2])
        return f"{outer}[{_in_short(inner) or 'T'}]" if outer in ("list", "map") else outer
    found = _name(text)
    return f"{found}[T]" if found in ("list", "map") else ("enum[A, B]" if found == "enum" else found)


def _marked(name: str | None) -> str | None:
    return f"{name}?" if name else None


def _name(text: str) -> str | None:
    lower = text.lower()
    if lower in _NAMES:
        return lower
    if lower in _OTHER_NAMES:
        return _OTHER_NAMES[lower]
    from difflib import get_close_matches  # only for a message

    return next(iter(get_close_matches(lower, _NAMES, n=1)), None)


def _parse_proto_json(form: Mapping[str, Any]) -> LiteralType:
    from google.protobuf import json_format  # slow to import, and only this form needs it

    try:
        parsed: LiteralType = json_format.ParseDict(dict(form), LiteralType())
        levels = _levels(parsed)
    except (json_format.ParseError, TypeError, ValueError, AttributeError, RecursionError) as error:  # ParseDict raises them, too
        reason = str(error).partition("\n")[0]  # the next line lists all of the message's fields
        raise ValueError(f"expected a flyteidl LiteralType in proto JSON, found {_shown(dict(form))}: {reason}") from error
    if parsed.WhichOneof("type") is None:
        raise ValueError(f"expected a flyteidl LiteralType in proto JSON, found {_shown(dict(form))}, which names no type")
    if levels > MAX_LEVELS:
        raise ValueError(f"expected a type of at most {MAX_LEVELS} levels, found {_shown(dict(form))}")
    return parsed


def primitive_name(literal_type: LiteralType) -> str:
    """The name of `literal_type` where it is one of PRIMITIVES, else nothing."""
    name = _SIMPLE_NAMES.get(literal_type.simple, "") if literal_type.WhichOneof("type") == "simple" else ""
    return name if name in PRIMITIVES.values() else ""


_SIMPLE_TAGS = {
    types_pb2.NONE: "none",
    types_pb2.INTEGER: "int",
    types_pb2.FLOAT: "float",
    types_pb2.STRING: "str",
    types_pb2.BOOLEAN: "bool",
    types_pb2.DATETIME: "datetime",
    types_pb2.DURATION: "timedelta",
}
_KIND_TAGS = {
    "collection_type": "Typed List",
    "map_value_type": "Typed Dict",
    "enum_type": "DefaultEnumTransformer",
    "schema": "FlyteSchema Transformer",
    "structured_dataset_type": "StructuredDataset Transformer",
}


def tagged(variant: LiteralType) -> LiteralType:
    """`variant` with the tag of flytekit's transformer, where it has none."""
    if variant.structure.tag or not (tag := _tag(variant)):
        return variant
    found = LiteralType()
    found.CopyFrom(variant)
    found.structure.tag = tag
    return found


def _tag(variant: LiteralType) -> str | None:
    """None where the type alone doesn't determine it. A struct without a schema is a dict's."""
    kind = variant.WhichOneof("type")
    if kind == "simple":
        if variant.simple == types_pb2.STRUCT:
            return None if variant.HasField("metadata") else "Typed Dict"
        return "LiteralTypeTransformer" if "literal_values" in variant.annotation.annotations else _SIMPLE_TAGS.get(variant.simple)
    if kind == "blob":
        return "FlyteDirectory" if variant.blob.dimensionality == types_pb2.BlobType.MULTIPART else "FlyteFilePath"
    return _KIND_TAGS.get(kind or "")
