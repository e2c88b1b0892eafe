"""FlyteDirectory, a folder that lives in the object store and comes to this machine when somebody opens it, and its transformer.

The surface is flytekit's (flytekit/types/directory/types.py), so that a task's code needs no other change than its import. So are
the rules of FlyteDirectory <-> Blob of many parts.
"""

from __future__ import annotations

import os
import pathlib
import uuid
from collections.abc import Iterator
from typing import Any, ClassVar

from flyteidl.core import types_pb2

from glider.storage.access import current_access
from glider.storage.folders import download_folder, files_beneath, upload_folder
from glider.storage.uris import is_remote, join, with_bucket
from glider.types.annotating import BatchSize
from glider.types.errors import ConversionError, describe, describe_literal, type_name
from glider.types.flytefile import FlyteFile
from glider.types.hints import annotation_of, bare
from glider.types.member import PATH
from glider.types.offloaded import Offloaded
from glider.types.packed import is_packed, unpacked
from glider.wire.interface import LiteralType
from glider.wire.jsonform import Literal


class FlyteDirectory(Offloaded):
    """A folder as a task's input or output.

    As an input it is lazy: nothing moves before `download()` or `os.fspath()`. As an output a local folder is uploaded
    under the raw output prefix, and a remote URI is passed on as it is.

    Args:
        path: a local path or a remote URI.
        remote_directory: where to upload a returned local folder; False keeps it from being uploaded.

    Attributes:
        path: the local path; for a remote folder that which `download()` will fill.
        remote_source: the URI of a folder that came as an input, else None.
    """

    _title = "FlyteDirectory"
    _title_of_format = "_SpecificFormatDirectoryClass"
    _properties: ClassVar[dict[str, dict[str, Any]]] = {"path": PATH}

    def __init__(self, path: str | os.PathLike[str], *, remote_directory: str | os.PathLike[str] | bool | None = None) -> None:
        self.path = path if isinstance(path, str) else os.fspath(path)
        self.remote_directory = remote_directory
        self.remote_source: str | None = None
        self.batch_size: int | None = None
        self._downloaded = False
        self._local_copy: str | None = None
        self._new = False

    @classmethod
    def from_source(cls, source: str | os.PathLike[str]) -> FlyteDirectory:
        """A lazy folder whose content is at `source`."""
        uri = os.fspath(source)
        if not is_remote(uri):
            return cls(uri, remote_directory=False)
        folder = cls(os.path.join(current_access().scratch, uuid.uuid4().hex))  # noqa: PTH118
        folder.remote_source = uri
        return folder

    @classmethod
    def new(cls, dirname: str | os.PathLike[str]) -> FlyteDirectory:
        """A new local folder of that relative path, for the task to fill.

        Raises:
            ValueError: the path is absolute.
        """
        name = os.fspath(dirname)
        if os.path.isabs(name):  # noqa: PTH117
            raise ValueError(f"expected a relative path, found {name}")
        path = os.path.join(current_access().scratch, uuid.uuid4().hex, name)  # noqa: PTH118
        os.makedirs(path)  # noqa: PTH103
        return cls(path)

    @classmethod
    def new_remote(cls, stem: str | None = None, alt: str | None = None) -> FlyteDirectory:
        """A folder under the raw output prefix, to be filled through `new_file`.

        Args:
            stem: the folder's name.
            alt: the bucket to use in place of the raw output prefix' own.

        Raises:
            ValueError: the stem looks like a file's name.
            StorageNotConfiguredError: there is no raw output prefix.
        """
        if stem and os.path.splitext(stem)[1]:  # noqa: PTH122
            raise ValueError(f"expected a stem without a file extension, found {stem}")
        uri = with_bucket(current_access().new_uri(stem, what="FlyteDirectory.new_remote"), alt)
        if not is_remote(uri):
            os.makedirs(uri, exist_ok=True)  # noqa: PTH103
        folder = cls(uri, remote_directory=False)
        folder._new = True
        return folder

    @property
    def sep(self) -> str:
        """What stands between the parts of a path."""
        return "/"

    def new_file(self, name: str | None = None) -> FlyteFile:
        """A file in this folder, to be written; a random name where none is given."""
        return FlyteFile(join(self.path, name or uuid.uuid4().hex))

    def new_dir(self, name: str | None = None) -> FlyteDirectory:
        """A folder in this folder; a random name where none is given."""
        return FlyteDirectory(join(self.path, name or uuid.uuid4().hex))

    @classmethod
    def listdir(cls, directory: FlyteDirectory) -> list[FlyteDirectory | FlyteFile]:
        """What is directly in the folder, each lazy in its turn; nothing is downloaded."""
        root = directory._location()
        if not is_remote(root):
            paths = [os.path.join(root, name) for name in sorted(os.listdir(root))]  # noqa: PTH118, PTH208
            return [FlyteFile(path) if os.path.isfile(path) else FlyteDirectory(path) for path in paths]  # noqa: PTH113
        found: dict[tuple[str, bool], FlyteDirectory | FlyteFile] = {}  # a store may have a file and a folder of one name
        for path in files_beneath(current_access().storage, root):
            name, _, rest = path.partition("/")
            if (name, bool(rest)) not in found:
                kind = FlyteDirectory if rest else FlyteFile
                found[name, bool(rest)] = kind.from_source(join(root, name))
        return list(found.values())

    def crawl(self, maxdepth: int | None = None, topdown: bool = True, **options: Any) -> Iterator[tuple[str, Any]]:
        """The folder's URI with the relative path of each file beneath it.

        Args:
            maxdepth: how many levels deep, 1 being the files directly in the folder.
            topdown: the files nearest to the top first.
            options: `detail=True` yields `{path: {"name": URI, "type": "file"}}` instead of the path.
        """
        root = self._location()
        paths = [path for path in files_beneath(current_access().storage, root) if maxdepth is None or path.count("/") < maxdepth]
        for path in sorted(paths, key=lambda path: path.count("/"), reverse=not topdown):
            yield root, {path: {"name": join(root, path), "type": "file"}} if options.get("detail") else path

    def to_plain(self, variable: str) -> dict[str, Any]:
        """The folder as a member of a struct."""
        return {"path": Directories().to_literal(self, type(self), variable).scalar.blob.uri}

    @classmethod
    def from_plain(cls, plain: dict[str, Any], variable: str) -> FlyteDirectory:
        """A lazy folder, from a member of a struct."""
        if not isinstance(plain.get("path"), str):
            raise ConversionError(variable, expected="a directory's path", found=describe(plain))
        return cls.from_source(plain["path"])

    def _location(self) -> str:
        if self.remote_source:
            return self.remote_source
        return os.fspath(self.remote_directory) if isinstance(self.remote_directory, (str, os.PathLike)) else self.path

    def __fspath__(self) -> str:
        """The local path; downloads at the first call. Of a folder that `new_remote` made, which has nothing yet, the URI."""
        source = self._source()
        if source is not None and not self._downloaded and not self._new:
            access = current_access()
            path = self.path if self.remote_source is not None else os.path.join(access.scratch, uuid.uuid4().hex)  # noqa: PTH118
            download_folder(access.storage, source, path, at_once=self.batch_size)
            self._local_copy, self._downloaded = path, True  # not before it is there: other threads may ask meanwhile
        return self._local_copy or self.path

    def __truediv__(self, other: str | os.PathLike[str]) -> pathlib.Path:
        return pathlib.Path(self.path) / other


class Directories:
    """FlyteDirectory and FlyteDirectory["ext"]; Annotated[…, BatchSize(n)] sets how many files move at a time."""

    tag = "FlyteDirectory"

    def literal_type(self, hint: Any) -> LiteralType:
        """A multipart blob of the format."""
        return LiteralType(blob=_blob_type(hint))

    def to_literal(self, value: Any, hint: Any, variable: str) -> Literal:
        """A blob; uploads a local folder. A str or a path may stand for a folder."""
        if isinstance(value, FlyteDirectory):
            uri = _returned_uri(value, hint, variable)
        elif isinstance(value, (str, os.PathLike)):
            uri = _uploaded(os.fspath(value), hint, variable)
        else:
            raise ConversionError(variable, expected=f"{type_name(bare(hint))} or a path", found=describe(value))
        return Literal(scalar={"blob": {"uri": uri, "metadata": {"type": _blob_type(hint)}}})

    def to_python(self, literal: Literal, hint: Any, variable: str) -> FlyteDirectory:
        """A lazy folder: nothing is downloaded."""
        if is_packed(literal) and isinstance(plain := unpacked(literal, hint, variable), dict):
            folder: FlyteDirectory = bare(hint).from_plain(plain, variable)
        else:
            blob = literal.scalar.blob
            if not literal.scalar.HasField("blob") or blob.metadata.type.dimensionality != types_pb2.BlobType.MULTIPART:
                raise ConversionError(variable, expected="the blob of a directory", found=describe_literal(literal))
            folder = bare(hint).from_source(blob.uri)
        folder.batch_size = _batch_size(hint)
        return folder


def _blob_type(hint: Any) -> types_pb2.BlobType:
    return types_pb2.BlobType(format=bare(hint).extension(), dimensionality=types_pb2.BlobType.MULTIPART)


def _batch_size(hint: Any) -> int | None:
    size = annotation_of(hint, BatchSize)
    return None if size is None else size.val


def _returned_uri(folder: FlyteDirectory, hint: Any, variable: str) -> str:
    if folder.remote_source is not None:
        return folder.remote_source
    if isinstance(folder.remote_directory, (str, os.PathLike)):
        return _uploaded(folder.path, hint, variable, target=os.fspath(folder.remote_directory))
    return folder.path if folder.remote_directory is False else _uploaded(folder.path, hint, variable)


def _uploaded(path: str, hint: Any, variable: str, *, target: str | None = None) -> str:
    if is_remote(path):
        return path
    if not os.path.isdir(path):  # noqa: PTH112
        raise ConversionError(variable, expected="a directory that exists", found=f'the path "{path}", which is no directory')
    access = current_access()
    uri = target or access.new_uri(what=f'The output "{variable}", a directory,')
    upload_folder(access.storage, path, uri, at_once=_batch_size(hint))
    return uri
