"""Folders of data files as Hive, Spark and pyarrow lay them out: what counts as data, and columns whose values are in the paths
(`year=2026/month=3/x.parquet`).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Any

#: What Hive and Spark call the partition of rows that have no value.
_NULL = "__HIVE_DEFAULT_PARTITION__"


@dataclass(frozen=True, kw_only=True)
class DataFiles:
    """The data files of a folder, or a single one.

    Args:
        root: the folder.
        names: the files, relative to it.
    """

    root: str
    names: tuple[str, ...]

    @cached_property
    def paths(self) -> list[str]:
        """The files."""
        return [os.path.join(self.root, name) for name in self.names]  # noqa: PTH118

    @cached_property
    def keys(self) -> frozenset[str]:
        """The columns whose values are in the paths."""
        return frozenset(part.partition("=")[0] for name in self.names for part in name.split("/")[:-1] if "=" in part)

    def each(self) -> list[DataFiles]:
        """Every file by itself."""
        return [DataFiles(root=self.root, names=(name,)) for name in self.names]


def data_files(path: str, *, unhidden: Sequence[str] = ()) -> DataFiles:
    """The data at `path`, a folder or a file. Empty files are no data, nor is what is hidden, or beneath something hidden.

    Args:
        path: on this machine.
        unhidden: names that look hidden and are data.
    """
    if not os.path.isdir(path):  # noqa: PTH112
        return DataFiles(root=os.path.dirname(path), names=(os.path.basename(path),))  # noqa: PTH119, PTH120
    names = []
    for folder, folders, files in os.walk(path):
        folders[:] = [name for name in folders if not _is_hidden(name)]
        found = [os.path.join(folder, name) for name in files if name in unhidden or not _is_hidden(name)]  # noqa: PTH118
        names += [os.path.relpath(file, path) for file in found if os.path.getsize(file)]  # noqa: PTH202
    return DataFiles(root=path, names=tuple(sorted(names)))


def _is_hidden(name: str) -> bool:
    """Spark's rule: `_delta_log`, `_temporary`, `_SUCCESS` and `.x.crc` are; `_year=2026`, a partition, is not."""
    return name.startswith(".") or (name.startswith("_") and "=" not in name) or name.endswith("._COPYING_")


def has_partition_columns(files: DataFiles, *, columns_of: Any) -> bool:
    """Whether the paths hold columns that the files themselves, whose columns `columns_of` returns, don't."""
    return bool(files.keys) and not files.keys <= set(columns_of(files.paths[0]))


def read_pandas(files: DataFiles, columns: Sequence[str] | None) -> Any:
    """A data frame of parquet files; the partitions' columns are categories, as pandas makes them of a folder."""
    return import_module("pandas").read_parquet(list(files.names), columns=columns, filesystem=_beneath(files.root), **_plain(files))


def read_arrow(files: DataFiles, columns: Sequence[str] | None) -> Any:
    """A table of parquet files."""
    parquet = import_module("pyarrow.parquet")
    return parquet.read_table(list(files.names), columns=columns, filesystem=_beneath(files.root), **_plain(files))


def read_arrow_csv(files: DataFiles, columns: Sequence[str] | None) -> Any:
    """A table of csv files."""
    dataset = import_module("pyarrow.dataset").dataset
    found = dataset(list(files.names), filesystem=_beneath(files.root), format="csv", partitioning="hive")
    return found.to_table(columns=columns)


def _plain(files: DataFiles) -> dict[str, Any]:
    """Where a value is missing, the columns are plain ones: pyarrow makes no categories then."""
    missing = any(part.endswith(f"={_NULL}") for name in files.names for part in name.split("/"))
    return {"partitioning": import_module("pyarrow.dataset").partitioning(flavor="hive")} if missing else {}


def _beneath(root: str) -> Any:
    """A filesystem with paths relative to the folder, so that what is above it is no partition."""
    fs = import_module("pyarrow.fs")
    return fs.SubTreeFileSystem(root or ".", fs.LocalFileSystem())
