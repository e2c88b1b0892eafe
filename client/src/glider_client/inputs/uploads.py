"""Uploads local files and folders to the store, with the user's own credentials.

The content determines the place, `<store>/inputs/<sha256>/<name>`: what is there already isn't uploaded again, and an upload that
was interrupted is completed by the next one.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path

from glider.settings.reading import read_settings
from glider.storage.errors import ObjectNotFoundError, StorageError
from glider.storage.store import Storage
from glider.wire.jsonform import FieldError, words

_DIGITS = 32


class Uploads:
    """A store as the place for local files.

    Args:
        prefix: the URI below which they go.
        progress: is called with each path and size that is uploaded.
    """

    def __init__(self, prefix: str, *, progress: Callable[[Path, int], None] = lambda _path, _size: None) -> None:
        self._prefix = prefix.rstrip("/")
        self._progress = progress

    def bring(self, path: Path, *, field: str) -> str:
        """Uploads what isn't in the store yet.

        Raises:
            FieldError: the file can't be read, or the store refuses it.
        """
        try:
            files = sorted(_files(path))
            uri = f"{self._prefix}/inputs/{_digest(path, files)}/{path.resolve().name}"
            there = self._sizes(uri) if path.is_dir() else {}
            for file in files:
                target = uri if file == path else f"{uri}/{file.relative_to(path).as_posix()}"
                size = file.stat().st_size
                if there.get(file.relative_to(path).as_posix()) != size if path.is_dir() else not self._storage.exists(target):
                    self._progress(file, size)
                    self._storage.upload(str(file), target)
        except (StorageError, OSError) as error:
            raise FieldError(field, expected=f"a file that can be uploaded to {self._prefix}", found=words(f"{path}: {error}")) from error
        return uri

    def _sizes(self, uri: str) -> dict[str, int]:
        try:
            return self._storage.sizes(uri)
        except ObjectNotFoundError:
            return {}

    @cached_property
    def _storage(self) -> Storage:
        return Storage(read_settings(os.environ).storage)


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for folder, _, names in os.walk(path, followlinks=True):
        yield from (Path(folder) / name for name in names)


def _digest(path: Path, files: list[Path]) -> str:
    total = hashlib.sha256()
    for file in files:
        name = "" if file == path else file.relative_to(path).as_posix()
        with file.open("rb") as data:
            total.update(f"{name}\0{hashlib.file_digest(data, 'sha256').hexdigest()}\n".encode())
    return total.hexdigest()[:_DIGITS]
