"""FlyteSchema <-> Schema. The rules are flytekit's (types/schema/types.py)."""

from __future__ import annotations

from typing import Any

from glider.storage.access import current_access
from glider.storage.folders import upload_folder
from glider.types.columns import schema_type
from glider.types.errors import ConversionError, describe, describe_literal, type_name
from glider.types.flyteschema import FlyteSchema, SchemaOpenMode
from glider.types.frames import PARQUET, frame_library, write_frame
from glider.types.hints import bare
from glider.types.packed import is_packed, unpacked
from glider.wire.interface import LiteralType
from glider.wire.jsonform import Literal


class Schemas:
    """FlyteSchema and FlyteSchema[columns]."""

    tag = "FlyteSchema Transformer"

    def literal_type(self, hint: Any) -> LiteralType:
        """A schema of the columns."""
        return LiteralType(schema=schema_type(bare(hint).columns()))

    def to_literal(self, value: Any, hint: Any, variable: str) -> Literal:
        """Uploads what was written; an input goes back as its own URI; a data frame is stored as the only file."""
        if isinstance(value, FlyteSchema):
            uri = _returned_uri(value, variable)
        elif frame_library(type(value)) is not None:
            uri = _new_uri(variable)
            write_frame(value, uri, format=PARQUET)
        else:
            raise ConversionError(variable, expected=f"{type_name(bare(hint))} or a data frame", found=describe(value))
        return Literal(scalar={"schema": {"uri": uri, "type": schema_type(bare(hint).columns())}})

    def to_python(self, literal: Literal, hint: Any, variable: str) -> FlyteSchema:
        """A lazy schema, from a data set as well: nothing is downloaded."""
        scalar = literal.scalar
        if is_packed(literal) and isinstance(plain := unpacked(literal, hint, variable), dict):
            return bare(hint).from_plain(plain, variable)  # type: ignore[no-any-return]
        kind = scalar.WhichOneof("value")
        if kind not in ("schema", "structured_dataset"):
            raise ConversionError(variable, expected="a schema", found=describe_literal(literal))
        return bare(hint)(remote_path=getattr(scalar, kind).uri, supported_mode=SchemaOpenMode.READ)  # type: ignore[no-any-return]


def _returned_uri(schema: FlyteSchema, variable: str) -> str:
    if schema.supported_mode is SchemaOpenMode.READ:
        return schema.remote_path or ""
    schema.remote_path = schema.remote_path or _new_uri(variable)
    upload_folder(current_access().storage, schema.local_path, schema.remote_path)
    return schema.remote_path


def _new_uri(variable: str) -> str:
    return current_access().new_uri(what=f'The output "{variable}", a schema,')
