"""What FlyteFile and FlyteDirectory share: data that lives in the store, and comes to this machine when somebody opens it."""

from __future__ import annotations

import os
from typing import Any

from glider.storage.uris import is_remote
from glider.types.formats import Formats
from glider.types.member import Member


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
