"""Storage: one small API whatever the URI; it picks the engine and counts what moves."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Protocol

from glider.settings.model import Engine, StorageSettings
from glider.storage.local import LocalFiles
from glider.storage.uris import is_local, split

#: Seconds for which a failing store is tried again: an outage of a few seconds is survived, a dead store is told in good time.
PATIENCE = 20.0

_LOGGER = logging.getLogger("glider")
_OBJECT_SCHEMES = frozenset({"s3", "s3a", "gs", "az", "abfs", "abfss"})


class StorageEngine(Protocol):
    """What moves the bytes of one kind of store. Every method raises StorageError."""

    def read(self, uri: str) -> bytes:
        """The whole object."""

    def write(self, uri: str, data: bytes) -> None:
        """All of `data`, or nothing."""

    def download(self, uri: str, path: str) -> int:
        """The object as a local file; the number of bytes."""

    def upload(self, path: str, uri: str) -> int:
        """A local file as an object; the number of bytes."""

    def exists(self, uri: str) -> bool:
        """Whether there is such an object."""

    def files(self, uri: str) -> list[str]:
        """The paths, relative to the folder `uri`, of all files beneath it, sorted."""


@dataclass(kw_only=True, slots=True)
class Traffic:
    """Bytes moved so far."""

    bytes_in: int = 0
    bytes_out: int = 0


class Storage:
    """All stores behind one API.

    Args:
        settings: the engine of choice, endpoints, credentials.
        patience: how long a failing request is tried again, in seconds.

    Every method raises StorageError, and ObjectNotFoundError where there is nothing to read.
    """

    def __init__(self, settings: StorageSettings, *, patience: float = PATIENCE) -> None:
        self._settings = settings
        self._patience = patience
        self._local = LocalFiles()
        self._remote: dict[bool, StorageEngine] = {}
        self.traffic = Traffic()

    def read(self, uri: str) -> bytes:
        """The whole object, for what fits memory: inputs.pb and the like."""
        data = self._engine(uri).read(uri)
        self.traffic.bytes_in += len(data)
        return data

    def write(self, uri: str, data: bytes) -> None:
        """All of `data`, or nothing."""
        self._engine(uri).write(uri, data)
        self.traffic.bytes_out += len(data)

    def download(self, uri: str, path: str) -> None:
        """The object as the local file `path`, whole or not at all, in bounded memory."""
        self.traffic.bytes_in += self._engine(uri).download(uri, path)

    def upload(self, path: str, uri: str) -> None:
        """The local file `path` as an object, whole or not at all, in bounded memory."""
        self.traffic.bytes_out += self._engine(uri).upload(path, uri)

    def exists(self, uri: str) -> bool:
        """Whether there is such an object."""
        return self._engine(uri).exists(uri)

    def files(self, uri: str) -> list[str]:
        """The paths, relative to the folder `uri`, of all files beneath it, sorted; none where there is no such folder."""
        return self._engine(uri).files(uri)

    def _engine(self, uri: str) -> StorageEngine:
        if is_local(uri):
            return self._local
        objects = self._settings.engine is Engine.OBSTORE and split(uri)[0] in _OBJECT_SCHEMES
        if objects not in self._remote:
            self._remote[objects] = self._open(objects=objects)
        return self._remote[objects]

    def _open(self, *, objects: bool) -> StorageEngine:
        if objects:
            try:
                from glider.storage.objects import Objects

                return Objects(self._settings, patience=self._patience)
            except ImportError as problem:  # no wheel of obstore for this platform or Python
                _LOGGER.warning("obstore can't be imported, so data moves through fsspec: %s", problem)
        from glider.storage.filesystems import Filesystems

        return Filesystems(self._settings)
