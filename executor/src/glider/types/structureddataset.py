"""StructuredDataset: tabular data in the object store, whatever library reads or writes it.

The surface is flytekit's (flytekit/types/structured/structured_dataset.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from flyteidl.core import literals_pb2

from glider.types.errors import ConversionError, describe
from glider.types.frames import PARQUET, iter_frames, read_frame
from glider.types.member import TEXT, Member


class StructuredDataset(Member):
    """A table as a task's input or output.

    As an input nothing is read before `open(pandas.DataFrame).all()`. As an output it holds a data frame, which is stored
    under the raw output prefix, or the URI of data that is there already.

    Args:
        dataframe: a pandas or polars data frame, or a pyarrow table.
        uri: where the data is, or, with a data frame, is to go.
        metadata: the data's type, as in the literal.
        file_format: `parquet` or `csv`.
    """

    _title = "StructuredDataset"
    _properties: ClassVar[dict[str, dict[str, Any]]] = {"uri": TEXT, "file_format": {**TEXT, "default": ""}}
    _description = (
        "This is the user facing StructuredDataset class. Please don't confuse it with the literals.StructuredDataset\n"
        "class (that is just a model, a Python class representation of the protobuf)."
    )

    def __init__(
        self,
        dataframe: Any = None,
        uri: str | None = None,
        metadata: literals_pb2.StructuredDatasetMetadata | None = None,
        *,
        file_format: str = "",
    ) -> None:
        self.dataframe = dataframe
        self.uri = uri
        self.metadata = metadata
        self.file_format = file_format
        self.literal: literals_pb2.StructuredDataset | None = None
        self._kind: type | None = None

    @classmethod
    def columns(cls) -> dict[str, Any]:
        """None: the columns are in the annotation, not in the class."""
        return {}

    def open(self, dataframe_type: type) -> StructuredDataset:
        """Says as what `all()` and `iter()` are to read it."""
        self._kind = dataframe_type
        return self

    def all(self) -> Any:
        """All of the data.

        Raises:
            ValueError: there was no `open()`, or there is nothing to read.
            StorageError: the store can't be read.
        """
        if self._kind is not None and isinstance(self.dataframe, self._kind):
            return self.dataframe
        kind, uri = self._source()
        return read_frame(uri, kind, format=self._format(), columns=self._columns())

    def iter(self) -> Iterator[Any]:
        """The data, a frame a file."""
        kind, uri = self._source()
        return iter_frames(uri, kind, format=self._format(), columns=self._columns())

    def to_plain(self, variable: str) -> dict[str, Any]:
        """The data set as a member of a struct."""
        from glider.types.datasets import Datasets

        stored = Datasets().to_literal(self, type(self), variable).scalar.structured_dataset
        return {"uri": stored.uri, "file_format": stored.metadata.structured_dataset_type.format}

    @classmethod
    def from_plain(cls, plain: dict[str, Any], variable: str) -> StructuredDataset:
        """A lazy data set, from a member of a struct."""
        if not isinstance(plain.get("uri"), str):
            raise ConversionError(variable, expected="a data set's uri", found=describe(plain))
        stored = literals_pb2.StructuredDataset(uri=plain["uri"])
        stored.metadata.structured_dataset_type.format = plain.get("file_format") or ""
        return cls.from_literal(stored)

    @classmethod
    def from_literal(cls, stored: literals_pb2.StructuredDataset) -> StructuredDataset:
        """A lazy data set of what is stored."""
        found = cls(uri=stored.uri, metadata=stored.metadata, file_format=stored.metadata.structured_dataset_type.format)
        found.literal = stored
        return found

    def _source(self) -> tuple[type, str]:
        if self._kind is None:
            raise ValueError("No dataframe type set. Use open() to set the local dataframe type you want to use.")
        uri = self.literal.uri if self.literal is not None else self.uri
        if not uri:
            raise ValueError("this StructuredDataset has neither data of that type nor a uri to read it from")
        return self._kind, uri

    def _format(self) -> str:
        return self.file_format or PARQUET

    def _columns(self) -> list[str] | None:
        return [column.name for column in self.metadata.structured_dataset_type.columns] or None if self.metadata is not None else None

    def __repr__(self) -> str:
        return f"StructuredDataset(uri={self.uri!r}, file_format={self.file_format!r})"
