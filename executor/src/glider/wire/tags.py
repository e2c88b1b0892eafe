"""The tags of union variants: flytekit reads a union's value by the name of the transformer that is to take it.

Interfaces that flytekit wrote have them. In those that people wrote by hand (`integer?`) they are missing, and flytekit
would take such a value for none of the variants.
"""

from __future__ import annotations

from flyteidl.core import types_pb2

from glider.wire.interface import LiteralType

_SIMPLE = {
    types_pb2.NONE: "none",
    types_pb2.INTEGER: "int",
    types_pb2.FLOAT: "float",
    types_pb2.STRING: "str",
    types_pb2.BOOLEAN: "bool",
    types_pb2.DATETIME: "datetime",
    types_pb2.DURATION: "timedelta",
}
_KINDS = {
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
    """None where the type alone doesn't say it. A struct without a schema is a dict's."""
    kind = variant.WhichOneof("type")
    if kind == "simple":
        if variant.simple == types_pb2.STRUCT:
            return None if variant.HasField("metadata") else "Typed Dict"
        return "LiteralTypeTransformer" if "literal_values" in variant.annotation.annotations else _SIMPLE.get(variant.simple)
    if kind == "blob":
        return "FlyteDirectory" if variant.blob.dimensionality == types_pb2.BlobType.MULTIPART else "FlyteFilePath"
    return _KINDS.get(kind or "")
