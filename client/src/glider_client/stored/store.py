"""Reads the object store for others: small pieces, in good time. What blocks runs in threads of its own, so that a store that doesn't
answer holds up nothing else of the server.

Only object stores are read, through obstore: fsspec knows protocols that reach much further.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import anyio
from anyio import CapacityLimiter, to_thread

from glider.settings.model import SettingsError, StorageSettings
from glider.settings.reading import read_settings
from glider.storage.errors import ObjectNotFoundError, StorageError
from glider.storage.objects import Objects
from glider.storage.store import Storage
from glider_client.stored.rule import CONSOLE
from glider_core.api.places import Place
from glider_core.store.identity import has_identity

T = TypeVar("T")

#: How long a failing request is tried again, and all of one call may take, in seconds.
PATIENCE = 3.0
TIMEOUT = 10.0
_AT_ONCE = 16
#: What of a large object is in memory at a time, for one viewer.
PIECE = 1 << 20
_HINT = "Give {reader} the store's keys: in the chart, storage.secretRef; on your own machine, the environment that `glider outputs` reads."


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """The beginning of an object, its size, and what identifies this version of it."""

    data: bytes
    size: int
    etag: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """The first objects beneath a folder: paths relative to it, with sizes. `more`: whether there are others."""

    sizes: Mapping[str, int]
    more: bool = False


class Store:
    """The object store.

    Args:
        environment: where endpoints and keys are, in Flyte's variables.
        patience: for how many seconds a failing request is tried again.
        timeout: after how many seconds a call is given up.
        reader: who reads, in messages.
    """

    def __init__(
        self,
        environment: Mapping[str, str] = os.environ,
        *,
        patience: float = PATIENCE,
        timeout: float = TIMEOUT,
        reader: str = CONSOLE,
    ) -> None:
        self._environment = environment
        self._reader = reader
        self._patience = patience
        self._timeout = timeout

    async def head(self, place: Place, *, count: int, node_identity: bool) -> Head:
        """The first `count` bytes of an object.

        Raises:
            StorageError: there is no such object, or the store refuses or doesn't answer.
        """
        data, size, etag = await self._call(place, lambda objects: objects.first_block(str(place), count), node_identity=node_identity)
        return Head(data=data, size=size, etag=etag)

    async def read(self, place: Place, *, most: int, node_identity: bool) -> bytes:
        """All of an object that has at most `most` bytes.

        Raises:
            StorageError: it is larger, or as above.
        """
        return await self._call(place, lambda objects: objects.read(str(place), most=most), node_identity=node_identity)

    async def piece(self, place: Place, start: int, end: int, *, etag: str | None, node_identity: bool) -> bytes:
        """The bytes from `start` to before `end`, of that version.

        Raises:
            StorageError: the object was replaced, or as above.
        """
        return await self._call(
            place, lambda objects: bytes(objects.read_range(str(place), start, end, etag=etag)), node_identity=node_identity
        )

    async def pieces(self, place: Place, start: int, end: int, *, etag: str | None, node_identity: bool) -> AsyncIterator[bytes]:
        """The same piece by piece.

        Raises:
            StorageError: as above.
        """
        for position in range(start, end, PIECE):
            yield await self.piece(place, position, min(position + PIECE, end), etag=etag, node_identity=node_identity)

    async def listing(self, place: Place, *, most: int, node_identity: bool) -> Listing:
        """The first `most` objects beneath the folder `place`, sorted; none where there is no such folder.

        Raises:
            StorageError: it can't be listed.
        """

        def listed(objects: Objects) -> Listing:
            return objects.repeated(str(place), lambda: _listed(objects, str(place), most))

        return await self._call(place, listed, node_identity=node_identity)

    async def folders(self, place: Place, *, most: int, node_identity: bool) -> list[str]:
        """The names of the first `most` folders directly below the folder `place`, sorted; none where there is no such folder.

        Raises:
            StorageError: it can't be listed.
        """

        def listed(objects: Objects) -> list[str]:
            return objects.repeated(str(place), lambda: _folders(objects, str(place)))[:most]

        return await self._call(place, listed, node_identity=node_identity)

    def knows(self, place: Place) -> bool:
        """Whether there are credentials for the store of `place`, without the node's identity."""
        try:
            return has_identity(str(place), self._settings, self._environment)
        except SettingsError:
            return False

    async def _call(self, place: Place, action: Callable[[Objects], T], *, node_identity: bool) -> T:
        uri, hint = str(place), ""
        try:
            if not has_identity(uri, self._settings, self._environment):
                hint = ". Its environment has no keys for this store, so that the machine's own identity was asked for"
            if hint and not node_identity:
                raise StorageError(uri, f"{self._reader} has no credentials for this store. {_HINT.format(reader=self._reader)}")
            with anyio.fail_after(self._timeout):
                return await to_thread.run_sync(lambda: action(self._objects), limiter=self._limiter, abandon_on_cancel=True)
        except SettingsError as error:
            raise StorageError(uri, f"{self._reader}'s own environment doesn't configure how to reach it: {error}") from error
        except TimeoutError as error:
            raise StorageError(uri, f"no answer within {self._timeout:g} s{hint}") from error

    @cached_property
    def _limiter(self) -> CapacityLimiter:
        return CapacityLimiter(_AT_ONCE)

    @cached_property
    def _settings(self) -> StorageSettings:
        return read_settings(self._environment).storage

    @cached_property
    def _objects(self) -> Objects:
        objects = Storage(self._settings, patience=self._patience).objects
        if objects is None:
            raise SettingsError(
                f"GLIDER_STORAGE_ENGINE: expected obstore, which is all that {self._reader} reads with, found another engine"
            )
        return objects


def _listed(objects: Objects, uri: str, most: int) -> Listing:
    import obstore

    store, key = objects.locate_prefix(uri)
    prefix = f"{key.rstrip('/')}/" if key else ""
    found: dict[str, int] = {}
    for batch in obstore.list(store, prefix or None):
        found |= {meta["path"].removeprefix(prefix): meta["size"] for meta in batch if f"{meta['path']}/" != prefix}
        if len(found) > most:
            break
    names = sorted(found)
    return Listing(sizes={name: found[name] for name in names[:most]}, more=len(names) > most)


def _folders(objects: Objects, uri: str) -> list[str]:
    import obstore

    store, key = objects.locate_prefix(uri)
    prefix = f"{key.rstrip('/')}/" if key else ""
    found = obstore.list_with_delimiter(store, prefix or None)["common_prefixes"]
    return sorted(one.removeprefix(prefix).strip("/") for one in found)


def sentence_of(error: StorageError) -> str:
    """`error` for people, with a next step."""
    if isinstance(error, ObjectNotFoundError):
        return f"There is no {error.uri} in the store. It may have been deleted by a rule of the bucket, or never written."
    return f"The store can't be read: {str(error).rstrip('.')}. The rest of the page doesn't need it."
