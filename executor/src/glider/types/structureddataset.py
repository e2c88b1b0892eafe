"""StructuredDataset, tabular data in the object store, whatever library reads or writes it, and the transformer of it and of data
frames.

The surface is flytekit's (flytekit/types/structured/structured_dataset.py), as are the rules of structured data sets on the wire,
but that a data frame's `file_format` is honoured: flytekit writes parquet whatever its value is.
"""

from __future__ import annotations

import os
import typing
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from flyteidl.core import literals_pb2, types_pb2

from glider.storage.access import current_access
from glider.storage.errors import StorageError
from glider.storage.folders import upload_folder
from glider.storage.uris import is_remote
from glider.types.blobs import upload_blob
from glider.types.errors import ConversionError, describe, describe_literal, one_line, type_name
from glider.types.frames import (
    FILES,
    PARQUET,
    Column,
    can_write,
    columns_of,
    columns_of_schema,
    dataset_columns,
    frame_library,
    is_one_file,
    iter_frames,
    read_frame,
    write_file,
    write_frame,
)
from glider.types.hints import annotation_of, annotations_of, bare
from glider.types.member import TEXT, Member
from glider.types.packed import is_packed, unpacked
from glider.wire.interface import LiteralType
from glider.wire.jsonform import Literal

_DatasetType = types_pb2.StructuredDatasetType


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
        """Sets the type as which `all()` and `iter()` are to read it."""
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


class Datasets:
    """StructuredDataset, pandas.DataFrame, pyarrow.Table, polars.DataFrame, polars.LazyFrame.

    Annotated[…] may give columns (kwtypes, a dict or a dataclass), a format (a str), and a pyarrow schema.
    """

    tag = "StructuredDataset Transformer"

    def literal_type(self, hint: Any) -> LiteralType:
        """A data set of the annotated columns and format."""
        return LiteralType(structured_dataset_type=_dataset_type(hint))

    def to_literal(self, value: Any, hint: Any, variable: str) -> Literal:
        """Stores a data frame; what came as an input, or is a URI, is passed on."""
        wanted, kind = _dataset_type(hint), bare(hint)
        if isinstance(value, StructuredDataset):
            return _literal(value.literal or _stored(value, wanted, variable))
        if issubclass(kind, StructuredDataset) or frame_library(type(value)) != frame_library(kind):
            raise ConversionError(variable, expected=type_name(kind), found=describe(value))
        wanted.format = PARQUET
        return _literal(_written(StructuredDataset(value), wanted, variable))

    def to_python(self, literal: Literal, hint: Any, variable: str) -> Any:
        """A lazy StructuredDataset, or the data frame itself, with the annotated columns only."""
        dataset = self._dataset(literal, hint, variable)
        columns = dataset_columns(_columns(hint))
        if columns and dataset.metadata is not None:
            kept = literals_pb2.StructuredDatasetMetadata()
            kept.CopyFrom(dataset.metadata)
            del kept.structured_dataset_type.columns[:]
            kept.structured_dataset_type.columns.extend(columns)
            dataset.metadata = kept
        if isinstance(dataset, bare(hint)):
            return dataset
        try:
            return dataset.open(bare(hint)).all()
        except StorageError:
            raise
        except Exception as error:  # each library has its own, and an ImportError where it lacks one for the format
            raise ConversionError(variable, expected=type_name(bare(hint)), found=f"{dataset!r} ({one_line(error)})") from error

    def _dataset(self, literal: Literal, hint: Any, variable: str) -> StructuredDataset:
        kind = bare(hint) if issubclass(bare(hint), StructuredDataset) else StructuredDataset
        if is_packed(literal) and isinstance(plain := unpacked(literal, hint, variable), dict):
            return kind.from_plain(plain, variable)
        if literal.scalar.HasField("structured_dataset"):
            return kind.from_literal(literal.scalar.structured_dataset)
        if literal.scalar.HasField("schema"):
            schema = literal.scalar.schema
            stored = literals_pb2.StructuredDataset(uri=schema.uri)
            stored.metadata.structured_dataset_type.CopyFrom(_DatasetType(columns=columns_of_schema(schema.type), format=PARQUET))
            return kind.from_literal(stored)
        raise ConversionError(variable, expected="a structured dataset", found=describe_literal(literal))


def _stored(value: StructuredDataset, wanted: _DatasetType, variable: str) -> literals_pb2.StructuredDataset:
    wanted.format = wanted.format or value.file_format
    if value.dataframe is not None:
        wanted.format = wanted.format or PARQUET
        return _written(value, wanted, variable)
    if not value.uri:
        raise ConversionError(variable, expected="a StructuredDataset with a dataframe or a uri", found=describe(value))
    return _model(value.uri if is_remote(value.uri) else _uploaded(value.uri, variable), wanted)


def _uploaded(path: str, variable: str) -> str:
    """Where the local file or folder was uploaded to."""
    access, what = current_access(), f'The output "{variable}", a data set,'
    if os.path.isdir(path):  # noqa: PTH112
        uri = access.new_uri(what=what)
        upload_folder(access.storage, path, uri)
        return uri
    if not os.path.isfile(path):  # noqa: PTH113
        raise ConversionError(variable, expected="data that exists", found=f'the path "{path}", where there is none')
    return upload_blob(path, variable)


def _written(value: StructuredDataset, wanted: _DatasetType, variable: str) -> literals_pb2.StructuredDataset:
    one_file = is_one_file(type(value.dataframe), wanted.format)
    uri = value.uri or current_access().new_uri(FILES[PARQUET] if one_file else None, what=f'The output "{variable}", a data set,')
    if not can_write(type(value.dataframe), wanted.format):
        raise ConversionError(variable, expected=f"a data frame with the format {wanted.format}", found=_short(value))
    _check_columns(value, wanted, variable)
    try:
        (write_file if one_file else write_frame)(value.dataframe, uri, format=wanted.format)
    except StorageError:
        raise
    except Exception as error:  # each library has its own, and an ImportError where it lacks one for the format
        raise ConversionError(
            variable, expected=f"data that {wanted.format} can hold", found=f"{_short(value)} ({one_line(error)})"
        ) from error
    value.literal = _model(uri, wanted)
    return value.literal


def _check_columns(value: StructuredDataset, wanted: _DatasetType, variable: str) -> None:
    """Whoever reads the data by its type asks for all of its columns."""
    names, has = [column.name for column in wanted.columns], columns_of(value.dataframe, format=wanted.format)
    if not set(names) <= set(has):
        found = f"{_short(value)} with the columns {', '.join(has)}"
        raise ConversionError(variable, expected=f"a data frame with the columns {', '.join(names)}", found=found)


def _model(uri: str, wanted: _DatasetType) -> literals_pb2.StructuredDataset:
    return literals_pb2.StructuredDataset(uri=uri, metadata=literals_pb2.StructuredDatasetMetadata(structured_dataset_type=wanted))


def _literal(stored: literals_pb2.StructuredDataset) -> Literal:
    return Literal(scalar={"structured_dataset": stored})


def _short(value: StructuredDataset) -> str:
    """A data frame's repr would be pages."""
    return f"a {type_name(type(value.dataframe))}"


def _dataset_type(hint: Any) -> _DatasetType:
    columns: list[Column] = dataset_columns(_columns(hint))
    wanted = _DatasetType(columns=columns, format=annotation_of(hint, str) or "")
    for found in annotations_of(hint):
        if type(found).__module__ == "pyarrow.lib" and type(found).__name__ == "Schema":
            wanted.external_schema_type, wanted.external_schema_bytes = "arrow", str(found.to_string()).encode()
    return wanted


def _columns(hint: Any) -> Mapping[str, Any]:
    for found in annotations_of(hint):
        if isinstance(found, Mapping):
            return found
        if isinstance(found, type) and hasattr(found, "__annotations__"):
            return typing.get_type_hints(found)
    return {}
