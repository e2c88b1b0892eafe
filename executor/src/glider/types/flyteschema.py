"""FlyteSchema: a folder of numbered parquet files. flytekit has deprecated it in favour of StructuredDataset; tasks have it still.

The surface is flytekit's (flytekit/types/schema/types.py).
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator, Mapping
from enum import Enum
from importlib import import_module
from typing import Any, ClassVar

from glider.storage.access import current_access
from glider.types.errors import ConversionError, describe
from glider.types.frames import PARQUET, fetched, iter_frames, read_frame, write_frame
from glider.types.member import TEXT, Member


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
        from glider.types.schemas import Schemas

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
