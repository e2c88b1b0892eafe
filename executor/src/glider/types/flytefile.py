"""FlyteFile: a file that lives in the object store and comes to this machine when somebody opens it.

The surface is flytekit's (flytekit/types/file/file.py), so that a task's code needs no other change than its import.
"""

from __future__ import annotations

import os
from typing import IO, Any, ClassVar

from glider.storage.access import current_access
from glider.storage.uris import is_remote


class FlyteFile(os.PathLike[str]):
    """A file as a task's input or output.

    As an input it is lazy: nothing moves before `open()`, `download()` or `os.fspath()`. As an output a local file is
    uploaded under the raw output prefix, and a remote URI is passed on as it is.

    Args:
        path: a local path or a remote URI.
        remote_path: where to upload a returned local file; False keeps it from being uploaded.

    Attributes:
        path: the local path; for a remote file that which `open()` will download to.
        remote_source: the URI of a file that came as an input, else None.
    """

    _format: ClassVar[str] = ""

    def __init__(self, path: str | os.PathLike[str], *, remote_path: str | os.PathLike[str] | bool | None = None) -> None:
        self.path = os.fspath(path)
        self.remote_path = remote_path
        self.remote_source: str | None = None
        self._downloaded = False
        self._new = False

    def __class_getitem__(cls, extension: str | None) -> type[FlyteFile]:
        """FlyteFile["csv"]: a file of that format. The same class for the same format, so that hints compare equal."""
        name = (extension or "").strip().lstrip("~").lstrip(".")
        if not name:
            return cls
        if name not in _FORMATS:
            _FORMATS[name] = type(f"FlyteFile[{name}]", (FlyteFile,), {"_format": name, "__module__": __name__})
        return _FORMATS[name]

    @classmethod
    def extension(cls) -> str:
        """The format, or an empty string."""
        return cls._format

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
    def new_remote_file(cls, name: str | None = None) -> FlyteFile:
        """A file that is to be written straight to the raw output prefix, called `name` there.

        Raises:
            StorageNotConfiguredError: there is no raw output prefix.
        """
        file = cls(current_access().new_uri(name, what="FlyteFile.new_remote_file"), remote_path=False)
        file._new = True
        return file

    @property
    def downloaded(self) -> bool:
        """Whether the content is on this machine."""
        return self._downloaded

    def download(self) -> str:
        """Brings the content here, once; the local path.

        Raises:
            StorageError: the store can't be read; ObjectNotFoundError when the file isn't there.
        """
        return self.__fspath__()

    def open(self, mode: str = "r", **options: Any) -> IO[Any]:
        """Opens it as the built-in function does; a remote file opened for writing is uploaded when it is closed."""
        if not mode.startswith("r") and (self._new or (self.remote_source is None and is_remote(self.path))):
            from glider.types.remote_writer import open_for_upload

            return open_for_upload(self.path, mode, **options)
        if self.remote_source is None and is_remote(self.path):
            return FlyteFile.from_source(self.path).open(mode, **options)
        return open(os.fspath(self), mode, **options)  # noqa: PTH123

    def __fspath__(self) -> str:
        """The local path; downloads at the first call."""
        if self.remote_source is not None and not self._downloaded:
            current_access().storage.download(self.remote_source, self.path)
            self._downloaded = True
        return self.path

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FlyteFile) and (self.path, self.remote_source, self._format) == (
            other.path,
            other.remote_source,
            other._format,
        )

    def __hash__(self) -> int:
        return hash((self.path, self.remote_source, self._format))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.remote_source or self.path!r})"

    def __str__(self) -> str:
        return self.remote_source or self.path


_FORMATS: dict[str, type[FlyteFile]] = {}
