"""Untyped dict, and dicts whose keys aren't strings: structs, and with Annotated[dict, kwtypes(allow_pickle=True)] a pickle
of what msgpack can't hold.
"""

from __future__ import annotations

from typing import Any, get_args

from google.protobuf import struct_pb2

from glider.types.errors import ConversionError, describe, describe_literal, type_name
from glider.types.hints import annotation_of, bare, is_typed_dict
from glider.types.jsonschema import Definitions
from glider.types.packed import is_packed, old_format, struct_type, unpacked
from glider.types.plain import decode, form_of, written
from glider.wire.interface import LiteralType
from glider.wire.jsonform import Literal


class Structs:
    """dict, and dict[K, V] with K other than str."""

    tag = "Typed Dict"

    def literal_type(self, hint: Any) -> LiteralType:
        """A struct."""
        if get_args(bare(hint)) or is_typed_dict(bare(hint)):
            form_of(hint).schema(Definitions())  # complains of what can't be inside one
        return struct_type()

    def to_literal(self, value: Any, hint: Any, variable: str) -> Literal:
        """Msgpack, or a pickle where that is allowed."""
        if not isinstance(value, dict):
            raise ConversionError(variable, expected=type_name(hint), found=describe(value))
        try:
            literal = written(value, hint, variable)
        except ConversionError:
            if not (annotation_of(hint, dict) or {}).get("allow_pickle"):
                raise
            return _pickled(value, variable)
        if old_format():
            literal.metadata["format"] = "json"
        return literal

    def to_python(self, literal: Literal, hint: Any, variable: str) -> dict[Any, Any]:
        """From msgpack, from a Struct, or from a pickle that a Struct names."""
        if literal.scalar.HasField("generic") and literal.metadata.get("format") == "pickle":
            from glider.types.pickles import load_pickle

            return load_pickle(str(literal.scalar.generic["pickle_file"]), variable)  # type: ignore[no-any-return]
        if not is_packed(literal) or not isinstance(plain := unpacked(literal, hint, variable), dict):
            raise ConversionError(variable, expected=type_name(hint), found=describe_literal(literal))
        return decode(plain, hint, variable)  # type: ignore[no-any-return]


def _pickled(value: Any, variable: str) -> Literal:
    from glider.types.pickles import store_pickle

    struct = struct_pb2.Struct()
    struct.update({"pickle_file": store_pickle(value, variable)})
    return Literal(scalar={"generic": struct}, metadata={"format": "pickle"})
