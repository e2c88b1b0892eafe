"""FlyteSchema, a folder of numbered parquet files, and its transformer. flytekit has deprecated it in favour of StructuredDataset;
tasks have it still.

The surface is flytekit's (flytekit/types/schema/types.py), as are the rules of FlyteSchema <-> Schema.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator, Mapping
from enum import Enum
from importlib import import_module
from typing import Any, ClassVar

from glider.storage.access import current_access
from glider.storage.folders import upload_folder
from glider.types.errors import ConversionError, describe, describe_literal, type_name
from glider.types.frames import PARQUET, fetched, frame_library, iter_frames, read_frame, schema_type, write_frame
from glider.types.hints import bare
from glider.types.member import TEXT, Member
from glider.types.packed import is_packed, unpacked
from glider.wire.interface import LiteralType
from glider.wire.jsonform import Literal


class SchemaOpenMode(Enum):
    """What `FlyteSchema.open` is for."""

    READ = "r"
    WRITE = "w"


class FlyteSchema(Member):
    """Tabular data as a task's input or output: FlyteSchema, or FlyteSchema[kwtypes(a=int, b=str)].

    Args:
        local_path: the folder on this machine.
        remote_path: where it is in the store, or is to go.
        supported_mode: READ for an input.
    """

    _title = "FlyteSchema"
    _properties: ClassVar[dict[str, dict[str, Any]]] = {"remote_path": TEXT}
    _typed: ClassVar[Mapping[str, Any]] = {}

    def __init__(
        self, local_path: str | None = None, remote_path: str | None = None, supported_mode: SchemaOpenMode = SchemaOpenMode.WRITE
    ) -> None:
        if supported_mode is SchemaOpenMode.READ and remote_path is None:
            raise ValueError("To create a FlyteSchema in read mode, remote_path is required")
        self.remote_path = remote_path
        self.supported_mode = supported_mode
        self._local_path = local_path

    def __class_getitem__(cls, columns: Mapping[str, Any] | None) -> type[FlyteSchema]:
        """A schema with these columns."""
        return type("FlyteSchema", (FlyteSchema,), {"_typed": dict(columns), "__module__": __name__}) if columns else cls

    @classmethod
    def _family(cls) -> type:
        return FlyteSchema

    @classmethod
    def columns(cls) -> dict[str, Any]:
        """The columns' types by name."""
        return dict(cls._typed)

    @classmethod
    def column_names(cls) -> list[str]:
        """The columns' names."""
        return list(cls._typed)

    @property
    def local_path(self) -> str:
        """The folder on this machine; an input's is filled when it is opened."""
        if self._local_path is None:
            self._local_path = os.path.join(current_access().scratch, uuid.uuid4().hex)  # noqa: PTH118
            os.makedirs(self._local_path)  # noqa: PTH103
        return self._local_path

    def open(self, dataframe_fmt: type | None = None, override_mode: SchemaOpenMode | None = None) -> SchemaReader | SchemaWriter:
        """A reader for an input, a writer for an output, of pandas data frames where no other kind is asked for.

        Raises:
            AssertionError: an input can't be written.
        """
        reading = self.supported_mode is SchemaOpenMode.READ
        if reading and override_mode is SchemaOpenMode.WRITE:
            raise AssertionError("Readonly schema cannot be opened in write mode!")
        kind = dataframe_fmt or import_module("pandas").DataFrame
        if not reading and override_mode is not SchemaOpenMode.READ:
            return SchemaWriter(self.local_path, kind)
        if reading and self._local_path is None:
            self._local_path = fetched(self.remote_path or "")
        return SchemaReader(self.local_path, kind, self.column_names() or None)

    def as_readonly(self) -> FlyteSchema:
        """The same data, to be read."""
        if self.supported_mode is SchemaOpenMode.READ:
            return self
        return type(self)(self.local_path, self.remote_path or "", SchemaOpenMode.READ)

    def to_plain(self, variable: str) -> dict[str, Any]:
        """The schema as a member of a struct."""
        return {"remote_path": Schemas().to_literal(self, type(self), variable).scalar.schema.uri}

    @classmethod
    def from_plain(cls, plain: dict[str, Any], variable: str) -> FlyteSchema:
        """A lazy schema, from a member of a struct."""
        if not isinstance(plain.get("remote_path"), str):
            raise ConversionError(variable, expected="a schema's remote_path", found=describe(plain))
        return cls(remote_path=plain["remote_path"], supported_mode=SchemaOpenMode.READ)

    def __repr__(self) -> str:
        return f"FlyteSchema({self.remote_path or self._local_path!r})"


class SchemaReader:
    """What `FlyteSchema.open` gives for an input."""

    def __init__(self, from_path: str, kind: type, columns: list[str] | None) -> None:
        self.from_path = from_path
        self.column_names = columns
        self._kind = kind

    def iter(self) -> Iterator[Any]:
        """A data frame a file, in the order of their numbers."""
        return iter_frames(self.from_path, self._kind, format=PARQUET, columns=self.column_names)

    def all(self) -> Any:
        """All files as one data frame."""
        return read_frame(self.from_path, self._kind, format=PARQUET, columns=self.column_names)


class SchemaWriter:
    """What `FlyteSchema.open` gives for an output."""

    def __init__(self, to_path: str, kind: type) -> None:
        self.to_path = to_path
        self._kind = kind

    def write(self, *frames: Any) -> None:
        """Each data frame as the next numbered file."""
        for frame in frames:
            number = len(os.listdir(self.to_path))  # noqa: PTH208
            write_frame(frame, self.to_path, format=PARQUET, name=f"{number:05}")


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
