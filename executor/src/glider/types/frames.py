"""Data frames of pandas, pyarrow and polars as files of a folder: parquet in `00000`, csv in `.csv`, as flytekit names them. And their
columns, as an author names them and as Flyte's types do.

A library is imported when one of its frames is read or written.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import typing
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any

from flyteidl.core import types_pb2

from glider.storage.access import current_access
from glider.storage.errors import NoSpaceError
from glider.storage.folders import download_folder, upload_folder
from glider.storage.local import is_full
from glider.storage.uris import is_local, local_path
from glider.types import partitions
from glider.types.errors import InterfaceError, type_name
from glider.types.partitions import DataFiles, data_files, has_partition_columns
from glider.wire.interface import LiteralType

PARQUET = "parquet"
CSV = "csv"
#: What flytekit calls the only file of a folder.
FILES = {PARQUET: "00000", CSV: ".csv"}

Columns = Sequence[str] | None


def frame_library(kind: Any) -> str | None:
    """`pandas`, `pyarrow` or `polars`: whose data frame the class is, by its name; None for any other class."""
    if not isinstance(kind, type):
        return None
    names = {(base.__module__.partition(".")[0], base.__name__) for base in kind.__mro__}
    return next((library for library, name in names if name in _FRAMES.get(library, ())), None)


def can_write(kind: type, format: str) -> bool:
    """Whether a data frame of class `kind` has that format."""
    return (frame_library(kind), format) in _WRITERS


def is_one_file(kind: type, format: str) -> bool:
    """Whether such a data frame is stored as a file, as flytekit's polars plugin does it, and not as a folder with one."""
    return frame_library(kind) == "polars" and format == PARQUET


def columns_of(frame: Any, *, format: str) -> list[str]:
    """The names of the columns as which the frame is stored. Levels of pandas' index are columns too, but for a range, and in csv."""
    match frame_library(type(frame)):
        case "pandas":
            kept = format == PARQUET and type(frame.index).__name__ != "RangeIndex"
            levels = [name for name in frame.index.names if name is not None] if kept else []
            return [str(name) for name in (*frame.columns, *levels)]
        case "pyarrow":
            return list(frame.column_names)
        case _:
            return list(frame.collect_schema().names())


def write_frame(frame: Any, uri: str, *, format: str, name: str | None = None) -> None:
    """Stores `frame` as a file of the folder `uri`, called `name`, or as flytekit calls the only one.

    Raises:
        StorageError: it can't be uploaded.
        Exception: whatever the library raises.
    """
    access = current_access()
    folder = local_path(uri) if is_local(uri) else os.path.join(access.scratch, uuid.uuid4().hex)  # noqa: PTH118
    _write(frame, os.path.join(folder, name or FILES[format]), format)  # noqa: PTH118
    if not is_local(uri):
        upload_folder(access.storage, folder, uri)


def write_file(frame: Any, uri: str, *, format: str) -> None:
    """Stores `frame` as the file `uri`; raises the same."""
    if is_local(uri):
        _write(frame, local_path(uri), format)
        return
    access = current_access()
    path = access.scratch_path(uri)
    _write(frame, path, format)
    access.storage.upload(path, uri)


def _write(frame: Any, path: str, format: str) -> None:
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)  # noqa: PTH103, PTH120
    try:
        _WRITERS[frame_library(type(frame)), format](frame, path)
    except Exception as error:  # each library has its own
        if is_full(error):
            raise NoSpaceError(path, f"the disk is full: {type(error).__name__}: {error}") from error
        raise


def read_frame(uri: str, kind: type, *, format: str, columns: Columns) -> Any:
    """All of the data at `uri`, a folder or a file, as one frame of class `kind`."""
    return _read(data_files(fetched(uri), unhidden=(FILES[CSV],)), kind, format=format, columns=columns)


def iter_frames(uri: str, kind: type, *, format: str, columns: Columns) -> Iterator[Any]:
    """The data at `uri`, a frame a file."""
    for file in data_files(fetched(uri), unhidden=(FILES[CSV],)).each():
        yield _read(file, kind, format=format, columns=columns)


def _read(files: DataFiles, kind: type, *, format: str, columns: Columns) -> Any:
    library = f"{frame_library(kind)}{'_lazy' if kind.__name__ == 'LazyFrame' else ''}"
    if files.keys and has_partition_columns(files, columns_of=_COLUMNS_OF[library, format]):
        return _PARTITIONED[library, format](files, columns)
    return _READERS[library, format](files.paths, columns)


def fetched(uri: str) -> str:
    """A local path with what is at `uri`, a folder or a file."""
    if is_local(uri):
        return local_path(uri)
    access = current_access()
    if access.storage.files(uri):
        folder = os.path.join(access.scratch, uuid.uuid4().hex)  # noqa: PTH118
        download_folder(access.storage, uri, folder)
        return folder
    path = access.scratch_path(uri)
    access.storage.download(uri, path)
    return path


def _write_pandas(frame: Any, path: str) -> None:
    frame.to_parquet(path, coerce_timestamps="us", allow_truncated_timestamps=False)


def _read_pandas(paths: list[str], columns: Columns) -> Any:
    pandas = import_module("pandas")
    return _joined_pandas([pandas.read_parquet(path, columns=columns) for path in paths])


def _read_pandas_csv(paths: list[str], columns: Columns) -> Any:
    pandas = import_module("pandas")
    return _joined_pandas([pandas.read_csv(path, usecols=columns) for path in paths])


def _joined_pandas(frames: list[Any]) -> Any:
    pandas = import_module("pandas")
    return frames[0] if len(frames) == 1 else pandas.concat(frames) if frames else pandas.DataFrame()


def _write_polars(frame: Any, path: str) -> None:
    _collected(frame).write_parquet(path)


def _collected(frame: Any) -> Any:
    return frame.collect() if type(frame).__name__ == "LazyFrame" else frame


def _scan_polars(paths: list[str], columns: Columns) -> Any:
    frame = import_module("polars").scan_parquet(paths)
    return frame if columns is None else frame.select(columns)


def _scan_polars_csv(paths: list[str], columns: Columns) -> Any:
    frame = import_module("polars").scan_csv(paths)
    return frame if columns is None else frame.select(columns)


def _read_arrow_csv(paths: list[str], columns: Columns) -> Any:
    table = import_module("pyarrow").concat_tables([import_module("pyarrow.csv").read_csv(path) for path in paths])
    return table if columns is None else table.select(columns)


def _read_arrow(paths: list[str], columns: Columns) -> Any:
    parquet = import_module("pyarrow.parquet")
    return import_module("pyarrow").concat_tables([parquet.ParquetFile(path).read(columns=columns) for path in paths])


def _scan_polars_partitions(files: DataFiles, columns: Columns) -> Any:
    frame = import_module("polars").scan_parquet(files.paths, hive_partitioning=True)
    return frame if columns is None else frame.select(columns)


def _read_polars_csv_partitions(files: DataFiles, columns: Columns) -> Any:
    return import_module("polars").from_arrow(partitions.read_arrow_csv(files, columns))


def _parquet_columns(path: str) -> list[str]:
    return list(import_module("pyarrow.parquet").read_schema(path).names)


def _csv_columns(path: str) -> list[str]:
    return list(import_module("pyarrow.csv").open_csv(path).schema.names)


def _polars_columns(path: str) -> list[str]:
    return list(import_module("polars").read_parquet_schema(path))


_FRAMES = {"pandas": ("DataFrame",), "pyarrow": ("Table",), "polars": ("DataFrame", "LazyFrame")}
_WRITERS: dict[tuple[str | None, str], Callable[[Any, str], None]] = {
    ("pandas", PARQUET): _write_pandas,
    ("pandas", CSV): lambda frame, path: frame.to_csv(path, index=False),
    ("pyarrow", PARQUET): lambda table, path: import_module("pyarrow.parquet").write_table(table, path),
    ("pyarrow", CSV): lambda table, path: import_module("pyarrow.csv").write_csv(table, path),
    ("polars", PARQUET): _write_polars,
    ("polars", CSV): lambda frame, path: _collected(frame).write_csv(path),
}
_READERS: dict[tuple[str, str], Callable[[list[str], Columns], Any]] = {
    ("pandas", PARQUET): _read_pandas,
    ("pandas", CSV): _read_pandas_csv,
    ("pyarrow", PARQUET): _read_arrow,
    ("pyarrow", CSV): _read_arrow_csv,
    ("polars", PARQUET): lambda paths, columns: _scan_polars(paths, columns).collect(),
    ("polars", CSV): lambda paths, columns: _scan_polars_csv(paths, columns).collect(),
    ("polars_lazy", PARQUET): _scan_polars,
    ("polars_lazy", CSV): _scan_polars_csv,
}
_PARTITIONED: dict[tuple[str, str], Callable[[DataFiles, Columns], Any]] = {
    ("pandas", PARQUET): partitions.read_pandas,
    ("pandas", CSV): lambda files, columns: partitions.read_arrow_csv(files, columns).to_pandas(),
    ("pyarrow", PARQUET): partitions.read_arrow,
    ("pyarrow", CSV): partitions.read_arrow_csv,
    ("polars", PARQUET): lambda files, columns: _scan_polars_partitions(files, columns).collect(),
    ("polars", CSV): _read_polars_csv_partitions,
    ("polars_lazy", PARQUET): _scan_polars_partitions,
    ("polars_lazy", CSV): lambda files, columns: _read_polars_csv_partitions(files, columns).lazy(),
}
_COLUMNS_OF: dict[tuple[str, str], Callable[[str], list[str]]] = {
    (library, format): _csv_columns if format == CSV else _polars_columns if library.startswith("polars") else _parquet_columns
    for library, format in _PARTITIONED
}


Column = types_pb2.StructuredDatasetType.DatasetColumn
_SchemaColumn = types_pb2.SchemaType.SchemaColumn

_SIMPLE: dict[Any, types_pb2.SimpleType] = {
    int: types_pb2.INTEGER,
    float: types_pb2.FLOAT,
    str: types_pb2.STRING,
    bool: types_pb2.BOOLEAN,
    dt.datetime: types_pb2.DATETIME,
    dt.timedelta: types_pb2.DURATION,
}
_NUMPY = {
    **dict.fromkeys(("int32", "int64", "uint32", "uint64"), types_pb2.INTEGER),
    **dict.fromkeys(("float32", "float64"), types_pb2.FLOAT),
    **dict.fromkeys(("bool", "bool_"), types_pb2.BOOLEAN),
    **dict.fromkeys(("bytes_", "str_", "object_"), types_pb2.STRING),
    "datetime64": types_pb2.DATETIME,
    "timedelta64": types_pb2.DURATION,
}
_OF_SCHEMA = {
    types_pb2.INTEGER: _SchemaColumn.INTEGER,
    types_pb2.FLOAT: _SchemaColumn.FLOAT,
    types_pb2.STRING: _SchemaColumn.STRING,
    types_pb2.BOOLEAN: _SchemaColumn.BOOLEAN,
    types_pb2.DATETIME: _SchemaColumn.DATETIME,
    types_pb2.DURATION: _SchemaColumn.DURATION,
}
_FROM_SCHEMA = {schema: simple for simple, schema in _OF_SCHEMA.items()}


def dataset_columns(columns: Mapping[str, Any]) -> list[Column]:
    """The columns of a data set; nested ones get a name with dots.

    Raises:
        InterfaceError: a column of a type that Flyte has no columns of.
    """
    found: list[Column] = []
    for name, hint in columns.items():
        nested = typing.get_type_hints(hint) if dataclasses.is_dataclass(hint) else hint
        if isinstance(nested, Mapping):
            inner = {f"{name}.{key}": value for key, value in nested.items()}
            found.extend(dataset_columns(inner))
        else:
            found.append(Column(name=name, literal_type=_column_type(hint, name)))
    return found


def _column_type(hint: Any, name: str) -> LiteralType:
    arguments = typing.get_args(hint)
    if typing.get_origin(hint) is list:
        return LiteralType(collection_type=_column_type(arguments[0], name))
    if typing.get_origin(hint) is dict:
        return LiteralType(map_value_type=_column_type(arguments[1], name))
    return LiteralType(simple=_simple(hint, name))


def schema_type(columns: Mapping[str, Any]) -> types_pb2.SchemaType:
    """The columns of a FlyteSchema; raises InterfaceError."""
    found = [_SchemaColumn(name=name, type=_OF_SCHEMA[_simple(hint, name)]) for name, hint in columns.items()]
    return types_pb2.SchemaType(columns=found)


def columns_of_schema(schema: types_pb2.SchemaType) -> list[Column]:
    """A schema's columns as those of a data set."""
    return [Column(name=column.name, literal_type=LiteralType(simple=_FROM_SCHEMA[column.type])) for column in schema.columns]


def _simple(hint: Any, name: str) -> types_pb2.SimpleType:
    if hint in _SIMPLE:
        return _SIMPLE[hint]
    if getattr(hint, "__module__", "") == "numpy" and hint.__name__ in _NUMPY:
        return _NUMPY[hint.__name__]
    raise InterfaceError(f"the column {name}: expected int, float, str, bool, datetime or timedelta, found {type_name(hint)}")
