"""What FlyteFile and FlyteDirectory share: data that lives in the store, and comes to this machine when somebody opens it.

There is a class for each format, as FlyteFile["csv"], and the same one each time, so that hints compare equal.
"""

from __future__ import annotations

import os
import typing
from typing import Any, ClassVar

from glider.storage.uris import is_remote
from glider.types.member import Member

_MADE: dict[tuple[type, str], type] = {}


class Formats:
    """Something whose class carries a format."""

    _format: ClassVar[str] = ""
    _title_of_format: ClassVar[str]

    def __class_getitem__(cls, extension: Any) -> Any:
        """The class of that format; Annotated[str, FileExt("tar.gz")] is how flytekit spells one with a dot."""
        if typing.get_origin(extension) is typing.Annotated:
            extension = typing.get_args(extension)[1]
        name = str(extension or "").strip().lstrip("~").lstrip(".")
        if not name:
            return cls
        family = cls._family()
        if (family, name) not in _MADE:
            made = type(f"{family.__name__}[{name}]", (family,), {"_format": name, "__module__": family.__module__})
            _MADE[family, name] = made
        return _MADE[family, name]

    @classmethod
    def extension(cls) -> str:
        """The format, or an empty string."""
        return cls._format

    @classmethod
    def _family(cls) -> type:
        return next(base for base in reversed(cls.__mro__) if "_title_of_format" in vars(base))

    @classmethod
    def _pydantic_name(cls) -> str:
        return cls._title_of_format if cls._format else cls._family().__name__


class FileExt:
    """A format as an annotation: Annotated[str, FileExt("tar.gz")]."""

    def __init__(self, ext: str) -> None:
        self._ext = ext

    def __str__(self) -> str:
        return self._ext


class Offloaded(Formats, Member, os.PathLike[str]):
    """A local path, and where the data came from. `__fspath__`, which downloads, is each class' own."""

    path: str
    remote_source: str | None
    _downloaded: bool

    @property
    def downloaded(self) -> bool:
        """Whether the content is on this machine."""
        return self._downloaded

    def download(self) -> str:
        """Brings the content here, once; the local path.

        Raises:
            StorageError: the store can't be read; ObjectNotFoundError when the data isn't there.
        """
        return self.__fspath__()

    def __reduce_ex__(self, protocol: Any) -> Any:
        """For another process: `FlyteFile["csv"]` is a class that no module has by its name."""
        cls = type(self)
        if cls.__module__ == cls._family().__module__ and cls._format:
            return _restored, (cls._family(), cls._format, vars(self).copy())
        return super().__reduce_ex__(protocol)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, self._family()) or not isinstance(other, Offloaded):
            return False
        return self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.remote_source or self.path!r})"

    def __str__(self) -> str:
        return self.remote_source or self.path

    def _source(self) -> str | None:
        """The URI of what `download` brings: of an input, or of data that the task itself named by its URI."""
        return self.remote_source or (self.path if is_remote(self.path) else None)

    def _identity(self) -> tuple[str, str | None, str]:
        return self.path, self.remote_source, self._format


def _restored(family: Any, format: str, state: dict[str, Any]) -> Offloaded:
    found: Offloaded = object.__new__(family[format])
    vars(found).update(state)
    return found
