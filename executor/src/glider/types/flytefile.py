"""FlyteFile, a file that lives in the object store and comes to this machine when somebody opens it, and its transformer.

The surface is flytekit's (flytekit/types/file/file.py), so that a task's code needs no other change than its import. So are the
rules of FlyteFile and os.PathLike <-> Blob (FlyteFilePathTransformer): what came from a remote source goes back as that URI; a
remote URI is passed on uncopied; a local file is uploaded to `{raw}/{32 hex}/{basename}`.

A new remote file is written to a scratch file first, uploaded whole when it is closed, and not at all when writing failed.
"""

from __future__ import annotations

import io
import os
import tempfile
from types import TracebackType
from typing import IO, Any, ClassVar

from flyteidl.core import types_pb2

from glider.storage.access import DataAccess, current_access
from glider.storage.uris import is_remote, with_bucket
from glider.types.blobs import blob_uri, upload_blob, upload_file
from glider.types.errors import ConversionError, describe, type_name
from glider.types.hints import bare
from glider.types.member import PATH, WORDS
from glider.types.offloaded import Offloaded
from glider.types.packed import is_packed, unpacked
from glider.wire.interface import LiteralType
from glider.wire.jsonform import Literal

_BUFFER_BYTES = 1 << 16
_READING = ("r", "rt", "tr", "rb", "br")


class FlyteFile(Offloaded):
    """A file as a task's input or output.

    As an input it is lazy: nothing moves before `open()`, which fetches what is read, or `download()` and `os.fspath()`, which
    fetch it whole. As an output a local file is
    uploaded under the raw output prefix, and a remote URI is passed on as it is.

    Args:
        path: a local path or a remote URI.
        remote_path: where to upload a returned local file; False keeps it from being uploaded.
        metadata: words that travel with the file.

    Attributes:
        path: the local path; for a remote file that which `download()` will download to.
        remote_source: the URI of a file that came as an input, else None.
    """

    _title = "FlyteFile"
    _title_of_format = "_SpecificFormatClass"
    _properties: ClassVar[dict[str, dict[str, Any]]] = {"path": PATH, "metadata": WORDS}

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        remote_path: str | os.PathLike[str] | bool | None = None,
        metadata: dict[str, str] | None = None,
    ) -> None:
        self.path = path if isinstance(path, str) else os.fspath(path)
        self.remote_path = remote_path
        self.metadata = metadata
        self.remote_source: str | None = None
        self._downloaded = False
        self._local_copy: str | None = None
        self._new = False

    @classmethod
    def from_source(cls, source: str | os.PathLike[str]) -> FlyteFile:
        """A lazy file whose content is at `source`."""
        uri = os.fspath(source)
        if not is_remote(uri):
            return cls(uri)
        file = cls(current_access().scratch_path(uri))
        file.remote_source = uri
        return file

    @classmethod
    def new(cls, filename: str | os.PathLike[str]) -> FlyteFile:
        """A file of that relative path in a fresh local folder, for the task to write.

        Raises:
            ValueError: the path is absolute.
        """
        name = os.fspath(filename)
        if os.path.isabs(name):  # noqa: PTH117
            raise ValueError(f"expected a relative path, found {name}")
        folder = os.path.dirname(current_access().scratch_path(name))  # noqa: PTH120
        path = os.path.join(folder, name)  # noqa: PTH118
        os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120
        return cls(path)

    @classmethod
    def new_remote_file(cls, name: str | None = None, alt: str | None = None) -> FlyteFile:
        """A file that is to be written straight to the raw output prefix, called `name` there.

        Args:
            name: the file's name.
            alt: the bucket to use in place of the raw output prefix' own.

        Raises:
            StorageNotConfiguredError: there is no raw output prefix.
        """
        uri = current_access().new_uri(name, what="FlyteFile.new_remote_file")
        file = cls(with_bucket(uri, alt), remote_path=False)
        file._new = True
        return file

    def open(self, mode: str = "r", **options: Any) -> IO[Any]:
        """Opens it as the built-in function does. Of a remote file that is only read comes what is read, while it is read; one
        that is written is uploaded when it is closed.

        flytekit's `cache_type` and `cache_options` are taken and not needed: who reads straight on finds the next blocks there.

        Raises:
            ValueError: a mode that would change an object, which stores can't: it would be replaced by what is added.
        """
        options = {name: value for name, value in options.items() if name not in ("cache_type", "cache_options")}
        stored = self._new or (self.remote_source is None and is_remote(self.path))
        if stored and (mode[:1] in ("a", "x") or mode.strip("bt") == "r+"):
            raise ValueError(f"{self.path}: expected the mode r or w, found {mode!r}; objects can't be changed")
        if stored and not mode.startswith("r"):
            self._downloaded = False
            return open_for_upload(self.path, mode, **options)
        if mode in _READING and (source := self._source()) is not None and not self._downloaded:
            raw = current_access().storage.open(source)
            if raw is not None:
                return _buffered(raw, mode, **options)
        return open(os.fspath(self), mode, **options)  # noqa: PTH123

    def __fspath__(self) -> str:
        """The local path; downloads at the first call."""
        source = self._source()
        if source is not None and not self._downloaded:
            access = current_access()
            path = self.path if self.remote_source is not None else access.scratch_path(source)
            access.storage.download(source, path)
            self._local_copy, self._downloaded = path, True  # not before it is there: other threads may ask meanwhile
        return self._local_copy or self.path

    def to_plain(self, variable: str) -> dict[str, Any]:
        """The file as a member of a struct."""
        literal = Files().to_literal(self, type(self), variable)
        plain: dict[str, Any] = {"path": literal.scalar.blob.uri}
        return {**plain, "metadata": dict(literal.metadata)} if literal.metadata else plain

    @classmethod
    def from_plain(cls, plain: dict[str, Any], variable: str) -> FlyteFile:
        """A lazy file, from a member of a struct."""
        if not isinstance(plain.get("path"), str):
            raise ConversionError(variable, expected="a file's path", found=describe(plain))
        file = cls.from_source(plain["path"])
        file.metadata = plain.get("metadata")
        return file


def _buffered(raw: io.RawIOBase, mode: str, *, buffering: int = -1, **options: Any) -> IO[Any]:
    """What the built-in function makes of a raw file; the buffering is set here."""
    file = io.BufferedReader(raw, _BUFFER_BYTES)
    if "b" in mode:
        if options:
            raise ValueError(f"expected no {', '.join(options)} for a file of bytes")
        return file
    return io.TextIOWrapper(file, **options)


class Files:
    """FlyteFile, FlyteFile["ext"], and os.PathLike, which is never uploaded."""

    tag = "FlyteFilePath"

    def literal_type(self, hint: Any) -> LiteralType:
        """A single blob of the format."""
        return LiteralType(blob=_blob_type(bare(hint)))

    def to_literal(self, value: Any, hint: Any, variable: str) -> Literal:
        """A blob; uploads a local file. A str or a path may stand for a file."""
        hint = bare(hint)
        if not isinstance(value, (FlyteFile, str, os.PathLike)):
            raise ConversionError(variable, expected=f"{type_name(hint)} or a path", found=describe(value))
        if not _is_file(hint):
            uri = value.path if isinstance(value, FlyteFile) else os.fspath(value)
        else:
            uri = _returned_uri(value, variable) if isinstance(value, FlyteFile) else _uploaded(os.fspath(value), variable)
        metadata = value.metadata if isinstance(value, FlyteFile) else None
        return Literal(scalar={"blob": {"uri": uri, "metadata": {"type": _blob_type(hint)}}}, metadata=metadata)

    def to_python(self, literal: Literal, hint: Any, variable: str) -> FlyteFile:
        """A lazy file: nothing is downloaded."""
        hint = bare(hint)
        kind = hint if _is_file(hint) else FlyteFile
        if is_packed(literal) and isinstance(plain := unpacked(literal, hint, variable), dict):
            return kind.from_plain(plain, variable)
        uri = blob_uri(literal, expected="the blob of a single file", variable=variable)
        file: FlyteFile = kind.from_source(uri) if _is_file(hint) else FlyteFile(uri)
        file.metadata = dict(literal.metadata) or None
        return file


def _is_file(hint: Any) -> bool:
    """Whether the hint is FlyteFile's, and not os.PathLike."""
    return isinstance(hint, type) and issubclass(hint, FlyteFile)


def _blob_type(hint: Any) -> types_pb2.BlobType:
    extension = hint.extension() if _is_file(hint) else ""
    return types_pb2.BlobType(format=extension, dimensionality=types_pb2.BlobType.SINGLE)


def _returned_uri(file: FlyteFile, variable: str) -> str:
    if file.remote_source is not None:
        return file.remote_source
    if file.remote_path is False:
        return file.path
    target = None if file.remote_path in (None, True) else os.fspath(file.remote_path)  # type: ignore[arg-type]
    return _uploaded(file.path, variable, target=target)


def _uploaded(path: str, variable: str, *, target: str | None = None) -> str:
    if is_remote(path):
        return path
    if not os.path.isfile(path):  # noqa: PTH113
        raise ConversionError(variable, expected="a file that exists", found=f'the path "{path}", which is no file')
    if target is None:
        return upload_blob(path, variable)
    upload_file(path, target, current_access())
    return target


def open_for_upload(uri: str, mode: str, **options: Any) -> IO[Any]:
    """A file object; its content gets to `uri` at close(), or at the end of its `with` block if that ended well."""
    access = current_access()
    path = access.scratch_path(uri)
    os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120
    file = open(path, mode, **options)  # noqa: PTH123, SIM115 - the caller closes it
    return _Uploading(file, path=path, uri=uri, access=access)


class _Uploading(tempfile._TemporaryFileWrapper):  # type: ignore[type-arg]
    """Delegates everything to the scratch file, and uploads it once."""

    def __init__(self, file: IO[Any], *, path: str, uri: str, access: DataAccess) -> None:
        super().__init__(file, path, delete=False)
        self._path, self._uri, self._access = path, uri, access
        self._pending = True

    def close(self) -> None:
        """Closes and uploads."""
        super().close()
        if self._pending:
            self._pending = False
            self._access.storage.upload(self._path, self._uri)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._pending = self._pending and error is None
        self.close()
