"""Storage: one small API whatever the URI; it picks the engine and counts what moves.

`problem_of` reports which URIs no store can have, before a task waits for one.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from glider.settings.model import Engine, StorageSettings
from glider.storage.errors import MissingPackageError, OddKeyError, StorageError
from glider.storage.local import LocalFiles
from glider.storage.traffic import Direction, Traffic, Transfer
from glider.storage.uris import AZURE_SCHEMES, LOCAL_SCHEMES, OBJECT_SCHEMES, WEB_SCHEMES, is_local, is_odd_key, split

if TYPE_CHECKING:
    from io import RawIOBase

    from glider.storage.filesystems import Filesystems
    from glider.storage.objects import Objects
    from glider.storage.removal import Removal


#: Seconds for which a failing store is tried again: an outage of a few seconds is survived, a dead store fails in good time.
PATIENCE = 20.0

_LOGGER = logging.getLogger("glider")

#: The process in which obstore's threads run, once they do.
_obstores_process: int | None = None


class StorageEngine(Protocol):
    """What moves the bytes of one kind of store. Every method raises StorageError."""

    def read(self, uri: str, *, most: int | None = None) -> bytes:
        """The whole object; TooLargeError where it has more than `most` bytes, before they are read."""

    def write(self, uri: str, data: bytes, *, attributes: Mapping[str, str] | None = None) -> None:
        """All of `data`, or nothing."""

    def download(self, uri: str, path: str, *, transfer: Transfer) -> None:
        """The object as a local file; its bytes are counted by `transfer`."""

    def upload(self, path: str, uri: str, *, transfer: Transfer, attributes: Mapping[str, str] | None = None) -> None:
        """A local file as an object; its bytes are counted by `transfer`."""

    def exists(self, uri: str) -> bool:
        """Whether there is such an object."""

    def delete(self, uri: str) -> None:
        """Removes the object, if there is one."""

    def sizes(self, uri: str, *, most: int | None = None) -> dict[str, int]:
        """The paths, relative to the folder `uri`, of all files beneath it, sorted, with their sizes; TooLargeError where there are
        more than `most`.
        """

    def folders(self, uri: str) -> list[str]:
        """The names of the folders directly in the folder `uri`, sorted."""


@runtime_checkable
class BlockEngine(Protocol):
    """One that can fetch parts."""

    def first_block(self, uri: str, count: int) -> tuple[bytes, int, str | None] | None:
        """The first `count` bytes, the size and the ETag; None where the rest can't be had in parts."""

    def read_range(self, uri: str, start: int, end: int, *, etag: str | None = None) -> Any:
        """The bytes from `start` to before `end`; with an ETag, of that version only."""


class Storage:
    """All stores behind one API.

    Args:
        settings: the engine of choice, endpoints, credentials.
        patience: how long a failing request is tried again, in seconds.
        metadata: what every object that is written carries as its metadata, where the settings want that.

    Every method raises StorageError, and ObjectNotFoundError where there is nothing to read.
    """

    def __init__(self, settings: StorageSettings, *, patience: float = PATIENCE, metadata: Mapping[str, str] | None = None) -> None:
        self._settings = settings
        self._patience = patience
        self._metadata = metadata if settings.attach_metadata else None
        self._local = LocalFiles()
        self.traffic = Traffic()

    def read(self, uri: str, *, most: int | None = None) -> bytes:
        """The whole object, for what fits memory: inputs.pb and the like.

        Raises:
            TooLargeError: it has more than `most` bytes, which is known before they are read.
        """
        with self.traffic.moving(Direction.IN, uri) as transfer:
            data = self._engine(uri).read(uri, most=most)
            transfer.advance(len(data))
            return data

    def write(self, uri: str, data: bytes, *, attributes: Mapping[str, str] | None = None) -> None:
        """All of `data`, or nothing. `attributes` such as Content-Type are for stores that keep them."""
        with self.traffic.moving(Direction.OUT, uri, total=len(data)) as transfer:
            self._engine(uri).write(uri, data, attributes=attributes)
            transfer.advance(len(data))

    def download(self, uri: str, path: str) -> None:
        """The object as the local file `path`, whole or not at all, in bounded memory."""
        with self.traffic.moving(Direction.IN, uri) as transfer:
            self._engine(uri).download(uri, path, transfer=transfer)

    def upload(self, path: str, uri: str, *, attributes: Mapping[str, str] | None = None) -> None:
        """The local file `path` as an object, whole or not at all, in bounded memory."""
        with self.traffic.moving(Direction.OUT, uri) as transfer:
            self._engine(uri).upload(path, uri, transfer=transfer, attributes=attributes)

    def open(self, uri: str) -> RawIOBase | None:
        """The object as a file to read from, which comes while it is read; None where its store can't do that."""
        engine = self._engine(uri)
        if not isinstance(engine, BlockEngine):
            return None
        from glider.storage.streams import BLOCK_BYTES, RemoteReader

        with self.traffic.moving(Direction.IN, uri) as transfer:
            if (found := engine.first_block(uri, BLOCK_BYTES)) is None:
                return None
            first, size, etag = found
            transfer.advance(len(first))

        def fetch(start: int, end: int) -> bytes:
            with self.traffic.moving(Direction.IN, uri) as transfer:
                data = bytes(engine.read_range(uri, start, end, etag=etag))
                transfer.advance(len(data))
                return data

        return RemoteReader(first=first, size=size, fetch=fetch)

    def exists(self, uri: str) -> bool:
        """Whether there is such an object."""
        return self._engine(uri).exists(uri)

    def delete(self, uri: str) -> None:
        """Removes the object, if there is one."""
        self._engine(uri).delete(uri)

    def copy(self, source: str, target: str) -> None:
        """One object as another, without a local file in between: by the store itself where it can, else through memory."""
        objects = self.objects
        if objects is None or not {split(source)[0], split(target)[0]} <= OBJECT_SCHEMES:
            raise StorageError(target, f"expected a source that obstore can copy, found {source}")
        if moved := objects.copy(source, target):
            self.traffic.count(received=moved, sent=moved)

    def files(self, uri: str) -> list[str]:
        """The paths, relative to the folder `uri`, of all files beneath it, sorted; none where there is no such folder."""
        return list(self.sizes(uri))

    def sizes(self, uri: str, *, most: int | None = None) -> dict[str, int]:
        """The same with their sizes. An empty one may be none, but stand for a folder: `is_folder_marker` knows.

        Raises:
            TooLargeError: there are more than `most` files.
            OddKeyError: one has a key that obstore can't express, and there is a limit: fsspec lists all before it reports how much.
        """
        try:
            return self._engine(uri).sizes(uri, most=most)
        except OddKeyError as error:
            if most is not None:
                raise
            return self._with_odd_keys(uri, error)

    def folders(self, uri: str) -> list[str]:
        """The names of the folders directly in the folder `uri`, sorted, without a listing of what is in them."""
        return self._engine(uri).folders(uri)

    def is_folder_marker(self, uri: str, *, has_files: bool) -> bool:
        """Whether the empty object that is listed as `uri` only stands for a folder, in which there are files or not. Consoles and
        Spark make `d/`, of which obstore shows `d`; on Azure it is called `d`, and is no file where there are others beneath it.
        """
        if split(uri)[0] not in OBJECT_SCHEMES or uri.endswith("/"):
            return uri.endswith("/")
        return (has_files and split(uri)[0] in AZURE_SCHEMES) or not self.exists(uri)

    def _with_odd_keys(self, uri: str, error: OddKeyError) -> dict[str, int]:
        """What lies in a folder of which obstore can't express a key."""
        try:
            return self._filesystems.sizes(uri)
        except MissingPackageError as missing:
            raise StorageError(uri, f"{error.problem}: {missing.problem}", endpoint=error.endpoint) from error

    @property
    def objects(self) -> Objects | None:
        """The engine that knows more of object stores than files do; None where fsspec moves everything.

        A child that was forked after obstore had work to do has fsspec only: obstore's threads are the parent's, and a call
        would wait for them forever.
        """
        global _obstores_process
        if _obstores_process is None and self._objects is not None:
            _obstores_process = os.getpid()
        return self._objects if _obstores_process == os.getpid() else None

    @cached_property
    def _objects(self) -> Objects | None:
        if self._settings.engine is not Engine.OBSTORE:
            return None
        try:
            from glider.storage.objects import Objects
        except ImportError as problem:  # no wheel of obstore for this platform or Python
            _LOGGER.warning("obstore can't be imported, so data moves through fsspec: %s", problem)
            return None
        return Objects(self._settings, patience=self._patience, metadata=self._metadata)

    @cached_property
    def anonymous(self) -> Storage:
        """The same, without credentials: for public data that those which we have may not read."""
        other = Storage(replace(self._settings, anonymous=True), patience=self._patience, metadata=self._metadata)
        other.traffic = self.traffic
        return other

    @cached_property
    def persistent(self) -> Storage:
        """The same, which tries for as long as there is time, whatever FLYTE_AWS_RETRIES is: for how an attempt ends."""
        settings = replace(self._settings, s3=replace(self._settings.s3, retries=None))
        other = Storage(settings, patience=self._patience, metadata=self._metadata)
        other.traffic = self.traffic
        return other

    @cached_property
    def removal(self) -> Removal:
        """Lists folders with when things were modified, and removes many."""
        from glider.storage.removal import Removal

        return Removal(objects=lambda: self.objects, filesystems=lambda: self._filesystems)

    def hurried(self, patience: float) -> Storage:
        """The same, which gives a request up after `patience` seconds, with the clients that there are."""
        other = Storage(self._settings, patience=patience, metadata=self._metadata)
        other.traffic = self.traffic
        if (objects := self.objects) is not None:
            other.__dict__["_objects"] = objects.hurried(patience)
        return other

    @cached_property
    def _filesystems(self) -> Filesystems:
        from glider.storage.filesystems import Filesystems

        return Filesystems(self._settings, patience=self._patience, metadata=self._metadata)

    @cached_property
    def _web(self) -> StorageEngine:
        from glider.storage.web import Web

        return Web(self._settings, patience=self._patience)

    def _engine(self, uri: str) -> StorageEngine:
        if is_local(uri):
            return self._local
        scheme, rest = split(uri)
        if self._settings.unusable:
            raise StorageError(uri, self._settings.unusable, lasting=True)
        if scheme in OBJECT_SCHEMES and not is_odd_key(rest) and (objects := self.objects) is not None:
            return objects
        if scheme in WEB_SCHEMES and self._settings.engine is Engine.OBSTORE:
            return self._web
        return self._filesystems


_OURS = ("s3", "gs", "az", "abfs", "abfss", "file")
#: A scheme and one slash, which would count as a path of this machine.
_ONE_SLASH = re.compile(r"([a-z][a-z0-9+.-]+):/(?!/)", re.IGNORECASE)


def problem_of(uri: str, *, writing: bool) -> str | None:
    """Why nothing can be read from `uri`, or written to it; None where that isn't known beforehand."""
    scheme, rest = split(uri)
    if (found := _ONE_SLASH.match(uri)) and found[1].lower() in (*OBJECT_SCHEMES, *WEB_SCHEMES, "file"):
        return f'expected {found[1]}://…, found "{uri}"'
    if scheme in LOCAL_SCHEMES:
        return None
    if scheme in OBJECT_SCHEMES:
        return None if rest.partition("/")[0].strip() else f'expected {scheme}:// and a bucket, found "{uri}"'
    if scheme in WEB_SCHEMES:
        return f'expected a store that can be written to, found a web server in "{uri}"' if writing else None
    others = _others()
    if scheme in others:
        return None
    known = f"a path, {', '.join(f'{name}://' for name in _OURS)}"
    return f'found the scheme "{scheme}" in "{uri}", expected {known} or a protocol of fsspec\'s: {", ".join(others)}'


def _others() -> list[str]:
    """fsspec's, those of installed packages among them. 50 ms, which only unusual schemes take."""
    from fsspec import available_protocols

    return sorted(available_protocols())
