"""The files, folders and tables among an execution's values, and where they go on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from flyteidl.core import literals_pb2, types_pb2


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """One of them. `path`: where it goes, part by part; `is_folder`: None where only the store knows."""

    path: tuple[str, ...]
    uri: str
    is_folder: bool | None


def files_of(literals: literals_pb2.LiteralMap) -> Iterator[File]:
    """Each of them, in the order of the names: a file by the name of its value and its own, a folder or table by that of its value."""
    for name in sorted(literals.literals):
        yield from _files(literals.literals[name], (_safe(name),))


def _files(literal: literals_pb2.Literal, path: tuple[str, ...]) -> Iterator[File]:
    match literal.WhichOneof("value"):
        case "collection":
            for index, item in enumerate(literal.collection.literals):
                yield from _files(item, (*path, str(index)))
        case "map":
            for key in sorted(literal.map.literals):
                yield from _files(literal.map.literals[key], (*path, _safe(key)))
        case "scalar":
            yield from _of_scalar(literal.scalar, path)


def _of_scalar(scalar: literals_pb2.Scalar, path: tuple[str, ...]) -> Iterator[File]:
    match scalar.WhichOneof("value"):
        case "blob":
            is_folder = scalar.blob.metadata.type.dimensionality == types_pb2.BlobType.MULTIPART
            yield _file(scalar.blob.uri, path, is_folder=is_folder)
        case "schema" | "structured_dataset" as kind:
            yield _file(getattr(scalar, kind).uri, path, is_folder=None)
        case "union":
            yield from _files(scalar.union.value, path)


def _file(uri: str, path: tuple[str, ...], *, is_folder: bool | None) -> File:
    own = (_safe(uri.rstrip("/").rpartition("/")[2]),) if is_folder is False else ()
    return File(path=(*path, *own), uri=uri, is_folder=is_folder)


def _safe(name: str) -> str:
    """`name` as the name of a file here, whatever it contains: no separators, and no way out of the folder."""
    quoted = quote(name, safe=" !#$&'()+,;=@[]{}~")
    return f"_{quoted}" if quoted in ("", ".", "..") else quoted
