"""Reads and writes small objects through the executor's storage, with the operator's own credentials.

Storage blocks, so calls run in threads of their own, a few at once, and fewer for one bucket or server and for one namespace: a
store that doesn't answer keeps its threads for long, and must not have all of them. A limit for each bucket alone isn't enough, since
a namespace may name any number of them. The operator distinguishes two kinds of errors: those that last until something is changed
(StoreDenied; the message states what), and those that may pass (StoreUnavailable).
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, TypeVar
from weakref import WeakValueDictionary

from glider.settings.model import SettingsError, StorageSettings
from glider.settings.reading import read_settings
from glider.storage.errors import AccessDeniedError, ObjectNotFoundError, OddKeyError, StorageError, TooLargeError
from glider.storage.store import Storage
from glider.storage.uris import is_local
from glider.wire.jsonform import FieldError
from glider_core.fairness.turns import Turns
from glider_core.store.files import SharedFiles
from glider_core.store.grants import Grants
from glider_core.store.identity import has_identity

T = TypeVar("T")

#: Of either, a namespace that is alone may have half.
_AT_ONCE = 32
_AT_ONE_PLACE = 16
#: How long Storage itself retries. The work queue retries for longer, and a worker must not be blocked meanwhile.
_PATIENCE = 5.0
_TIMEOUT = 30.0
#: A folder of an attempt has a handful of files; more are an error.
_MOST_FILES = 2_000
_FILES_HINT = "The volume at storageAccess.filesRoot has to be mounted in the operator's pod too, where its user may read and write."
HINT = (
    "Give the operator credentials that may read, write and list there: in the chart, storage.secretRef names a Secret with "
    "FLYTE_AWS_ACCESS_KEY_ID and the like, or serviceAccount.annotations a cloud identity; one that comes from the node's metadata "
    "service needs storageAccess.nodeIdentity."
)


class StoreError(Exception):
    """The store could not be used. The message names the URI."""


class StoreDenied(StoreError):
    """The store refuses the operator, or the operator has no way to it, until something is changed."""


class StoreUnfit(StoreError):
    """An object is larger than the operator reads, or has a name that can't be requested."""


class StoreUnavailable(StoreError):
    """The store doesn't answer, or not in time; later it may."""


class Reader(Protocol):
    """Reads small objects."""

    async def sizes(self, folder: str) -> dict[str, int]:
        """The files beneath `folder` by their relative paths, each with its size."""

    async def read(self, uri: str, decode: Callable[[bytes], T], *, most: int) -> T | None:
        """What `decode` makes of the object, which has at most `most` bytes; None where there is none."""


class Opened(Protocol):
    """What moves the bytes: Storage, or files that the operator shares with pods."""

    def read(self, uri: str, *, most: int | None = None) -> bytes:
        """The whole object."""

    def write(self, uri: str, data: bytes) -> None:
        """All of `data`, or nothing."""

    def sizes(self, uri: str, *, most: int | None = None) -> dict[str, int]:
        """The files beneath the folder `uri`, with their sizes."""


class StoreAccess:
    """The object store as the operator sees it, with the threads for it.

    Args:
        environment: where endpoints and credentials are, in Flyte's variables.
        patience: for how many seconds a failing request is tried again.
        timeout: after how many seconds a call is given up.
        open_storage: what moves the bytes.
    """

    def __init__(
        self,
        environment: Mapping[str, str] = os.environ,
        *,
        patience: float = _PATIENCE,
        timeout: float = _TIMEOUT,
        open_storage: Callable[..., Storage] = Storage,
    ) -> None:
        self._environment = environment
        self._open_storage = open_storage
        self._patience = patience
        self._timeout = timeout
        self._pool = ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="store")
        self._decoding = threading.Lock()
        self._threads = Turns(_AT_ONCE)
        self._places: WeakValueDictionary[str, Turns] = WeakValueDictionary()
        self._opened: Storage | None = None

    def of(self, namespace: str, grants: Grants) -> NamespaceAccess:
        """The store for the executions of `namespace`: within `grants`, and with a share of the threads."""
        return NamespaceAccess(self, namespace, grants)

    def close(self) -> None:
        """Release the threads."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def call(self, namespace: str, uri: str, action: Callable[[Opened], T], *, grants: Grants) -> T | None:
        """What `action` returns, which is about `uri`, or None where that isn't there.

        Raises:
            StoreError: it can't be done.
        """
        try:
            files = SharedFiles(grants.files) if grants.files and is_local(uri) else None
            if not (files or grants.node_identity or has_identity(uri, self._settings, self._environment)):
                raise StoreDenied(f"{uri}: the operator has no credentials for this store. {HINT}")
            async with asyncio.timeout(self._timeout):
                return await self._in_thread(namespace, _place(uri), lambda: action(files or self._storage()))
        except ObjectNotFoundError:
            return None
        except AccessDeniedError as error:
            raise StoreDenied(f"the operator has no access to {error}. {_FILES_HINT if is_local(uri) else HINT}") from error
        except SettingsError as error:
            raise StoreDenied(f"the operator's own environment doesn't configure how to reach {uri}: {error}") from error
        except (TooLargeError, OddKeyError) as error:
            raise StoreUnfit(str(error)) from error
        except StorageError as error:
            raise StoreUnavailable(str(error)) from error
        except TimeoutError as error:
            raise StoreUnavailable(f"{uri}: no answer within {self._timeout:g} s") from error

    def decoded(self, data: bytes, decode: Callable[[bytes], T]) -> T:
        """What `decode` makes of `data`, while nothing else is being decoded."""
        with self._decoding:
            return decode(data)

    async def _in_thread(self, namespace: str, place: str, action: Callable[[], T]) -> T:
        loop, turns = asyncio.get_running_loop(), self._places.setdefault(place, Turns(_AT_ONE_PLACE))
        await turns.take(namespace)
        try:
            await self._threads.take(namespace)
        except asyncio.CancelledError:
            turns.done(namespace)
            raise

        def release() -> None:
            self._threads.done(namespace)
            turns.done(namespace)

        def done(_: object) -> None:
            with suppress(RuntimeError):  # the loop is closed: the operator has ended
                loop.call_soon_threadsafe(release)

        call = self._pool.submit(action)
        call.add_done_callback(done)  # not when the caller stops waiting: the thread is in use until the call is done
        return await asyncio.wrap_future(call)

    @cached_property
    def _settings(self) -> StorageSettings:
        return read_settings(self._environment).storage

    def _storage(self) -> Storage:
        if self._opened is None:
            self._opened = self._open_storage(self._settings, patience=self._patience)
        return self._opened


@dataclass(frozen=True, slots=True)
class NamespaceAccess:
    """Reads and writes for the executions of one namespace, within its grants."""

    _access: StoreAccess
    _namespace: str
    grants: Grants

    async def sizes(self, folder: str) -> dict[str, int]:
        """The files beneath `folder` by their relative paths, each with its size; none where there is no such folder.

        A listing, since S3 answers 403 and not 404 for a missing object to a client that may not list.

        Raises:
            StoreError: it can't be listed.
        """
        _granted(self.grants.check_read, folder)
        return await self._call(folder, lambda storage: storage.sizes(folder, most=_MOST_FILES)) or {}

    async def read(self, uri: str, decode: Callable[[bytes], T], *, most: int) -> T | None:
        """What `decode` makes of the object, which has at most `most` bytes; None where there is none.

        Objects of others are decoded in the thread that read them, one at a time: that may take long, and more memory than their bytes.

        Raises:
            StoreError: it can't be read, or is larger.
        """
        _granted(self.grants.check_read, uri)
        return await self._call(uri, lambda storage: self._access.decoded(storage.read(uri, most=most), decode))

    async def write(self, uri: str, data: bytes) -> None:
        """Store `data`.

        Raises:
            StoreError: it can't be written.
        """
        _granted(self.grants.check_write, uri)
        await self._call(uri, lambda storage: storage.write(uri, data))

    async def _call(self, uri: str, action: Callable[[Opened], T]) -> T | None:
        return await self._access.call(self._namespace, uri, action, grants=self.grants)


def _granted(check: Callable[..., None], uri: str) -> None:
    try:
        check(uri, field="the store")
    except FieldError as error:
        raise StoreDenied(str(error)) from error


def _place(uri: str) -> str:
    """The bucket or server of `uri`."""
    return "/".join(uri.split("/", 3)[:3])
