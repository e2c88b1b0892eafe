"""Local files and folders as inputs: where the task runs they are elsewhere, or, on this machine, where they are.

A table is a file or a folder too. Its type states the format; a table without one is parquet, as it is for flytekit.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Protocol

from flyteidl.core import types_pb2

from glider.storage.uris import is_remote
from glider.wire.interface import LiteralType, format_type
from glider.wire.jsonform import FieldError, describe, nothing, words
from glider_client.inputs.declarations import variants

Json = Any

_PARQUET, _CSV = "parquet", "csv"


class Transfer(Protocol):
    """Brings a local file or folder to where the task finds it."""

    def bring(self, path: Path, *, field: str) -> str:
        """The URI by which the task finds what is at `path`.

        Raises:
            FieldError: it can't be brought there.
        """


class NoStore:
    """There is no store: nothing can be brought anywhere."""

    def bring(self, path: Path, *, field: str) -> str:
        """Refuses it."""
        expected = "a URI, or a store to upload the file to: pass --storage URI, or set GLIDER_STORAGE_PREFIX"
        raise FieldError(field, expected=expected, found=words(f"the local path {path}"))


class ThisMachine:
    """The task runs here: it finds the file where it is."""

    def bring(self, path: Path, *, field: str) -> str:
        """Its absolute path: as a `file://` URI flytekit takes it for remote, and refuses it as a FlyteFile."""
        return str(path.resolve())


def brought(value: Json, literal_type: LiteralType, transfer: Transfer, *, field: str) -> Json:
    """`value` with a URI in place of every local path that its type declares to be a file, a folder or a table.

    Raises:
        FieldError: there is no such file, or it can't be brought to where the task runs.
    """
    match literal_type.WhichOneof("type"):
        case "collection_type" if isinstance(value, list):
            inner = literal_type.collection_type
            return [brought(item, inner, transfer, field=f"{field}[{index}]") for index, item in enumerate(value)]
        case "map_value_type" if isinstance(value, dict):
            inner = literal_type.map_value_type
            return {key: brought(item, inner, transfer, field=f"{field}.{key}") for key, item in value.items()}
        case "blob" | "structured_dataset_type" | "schema" if isinstance(value, str):
            return value if is_remote(value) else transfer.bring(_local(value, literal_type, field), field=field)
        case "union_type":
            return _brought_variant(value, literal_type, transfer, field)
        case _:
            return value


def _brought_variant(value: Json, literal_type: LiteralType, transfer: Transfer, field: str) -> Json:
    kinds = variants(literal_type)
    if not isinstance(value, str):
        wanted = "collection_type" if isinstance(value, list) else "map_value_type" if isinstance(value, dict) else ""
        inner = next((one for one in kinds if one.WhichOneof("type") == wanted), None)
        return value if inner is None else brought(value, inner, transfer, field=field)
    texts = [one for one in kinds if one.WhichOneof("type") in ("simple", "enum_type") and one.simple != types_pb2.NONE]
    files = [one for one in kinds if one.WhichOneof("type") in ("blob", "structured_dataset_type", "schema")]
    return value if texts or not files else brought(value, files[0], transfer, field=field)


def _local(text: str, literal_type: LiteralType, field: str) -> Path:
    """The path of what is there, and is what the type needs."""
    path = home_path(text.removeprefix("file://"))
    kind, expected = literal_type.WhichOneof("type"), format_type(literal_type)
    if not text or not _exists(path):
        raise FieldError(
            field,
            expected=f"a {expected}: a local path or a URI",
            found=words(f"{describe(text)}, which isn't there") if text else nothing(),
        )
    if kind == "blob":
        folder = literal_type.blob.dimensionality == types_pb2.BlobType.MULTIPART
        if folder != path.is_dir():
            raise FieldError(field, expected=f"a {expected}", found=words(f"{path}, which is a {'directory' if path.is_dir() else 'file'}"))
        return path
    return path if kind == "schema" else _table(path, literal_type.structured_dataset_type.format or _PARQUET, field)


def home_path(text: str) -> Path:
    """`text` as a path, with a home folder in place of ~; of a user that there isn't, it stays, as in a shell."""
    return Path(os.path.expanduser(text))  # noqa: PTH111 - Path's own raises where there is no such user


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # too long a name, or what no name may have
        return False


def _table(path: Path, format: str, field: str) -> Path:
    """The file or folder of a table in the format that the type has; a CSV file is converted."""
    found = path.suffix.lstrip(".").lower()
    if path.is_dir() or found == format or found not in (_PARQUET, _CSV):
        return path
    if (found, format) != (_CSV, _PARQUET):
        raise FieldError(field, expected=f"a table[{format}]", found=words(f"{path}, which is {found}"))
    return _as_parquet(path, field)


def _as_parquet(path: Path, field: str) -> Path:
    import tempfile

    try:
        from pyarrow import ArrowInvalid, csv, parquet
    except ImportError as error:
        expected = "a parquet file, or pyarrow to convert it (pip install pyarrow)"
        raise FieldError(field, expected=expected, found=words(f"{path}, without pyarrow")) from error
    try:
        table = csv.read_csv(path)
    except ArrowInvalid as error:
        raise FieldError(field, expected="a CSV file with a header", found=words(f"{path}: {error}")) from error
    converted = Path(tempfile.mkdtemp(prefix="glider-table-")) / f"{path.stem}.parquet"
    parquet.write_table(table, converted)
    return converted
