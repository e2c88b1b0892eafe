"""Writes records, and rows of the index, in threads of their own: a store that doesn't answer holds up nothing else, and nothing else it.

An error is either the store's, so that there is no use in trying others, or one record's, which must not keep others from being
archived. A record is stored before its row is in the index: what the index has can be read.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from glider.settings.model import SettingsError
from glider.settings.reading import read_settings
from glider.storage.errors import OddKeyError, StorageError, TooLargeError
from glider.storage.store import Storage
from glider_core.archive.index import Index
from glider_core.archive.records import Records
from glider_core.history.records import Record
from glider_core.history.rows import Row, row_of
from glider_core.history.segments import encode_rows
from glider_core.store.identity import has_identity

logger = logging.getLogger(__name__)

T = TypeVar("T")

#: Records are small, and a store answers within tens of milliseconds: so many at once are hundreds a second.
_AT_ONCE = 16
#: For how long a failing request is tried again within a thread; after that, the batch is.
_PATIENCE = 3.0
HINT = (
    "Give the operator credentials that may read, write, list and delete there: in the chart, storage.secretRef names a Secret with "
    "FLYTE_AWS_ACCESS_KEY_ID and the like, or serviceAccount.annotations a cloud identity; one that comes from the node's metadata "
    "service needs storageAccess.nodeIdentity."
)


class StoreFailsError(Exception):
    """The store fails, whatever is written to it or read from it."""


@dataclass(frozen=True, slots=True)
class Unfit:
    """Why one record can't be made or stored, although the store is well."""

    problem: str


class HistoryWriter:
    """The history below `prefix` in `storage`."""

    def __init__(self, storage: Storage, prefix: str) -> None:
        self.prefix = prefix
        self._records = Records(storage, prefix)
        self._index = Index(storage, prefix)
        self._pool = ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="history")
        self._merging = ThreadPoolExecutor(max_workers=1, thread_name_prefix="history-merge")

    async def store(self, makers: Sequence[Sequence[Callable[[], Record]]]) -> list[Row | Unfit | StoreFailsError]:
        """Store one record for each of `makers`, made by the first function that can. The outcome of each, in their order."""
        return await asyncio.gather(*(self._run(self._pool, self._store, one) for one in makers))

    async def append(self, rows: Iterable[Row]) -> list[tuple[list[Row], StoreFailsError | None]]:
        """Add `rows` to the index: those of each namespace and day together, with why that failed, if it did."""
        folders: dict[tuple[str, str], list[Row]] = {}
        for row in rows:
            folders.setdefault((row.namespace, row.completed[:10]), []).append(row)
        together = list(folders.values())
        return list(zip(together, await asyncio.gather(*(self._run(self._pool, self._append, one) for one in together)), strict=True))

    async def uids(self, namespace: str, day: date) -> frozenset[str]:
        """The UIDs of a day in the index.

        Raises:
            StoreFailsError: it can't be read.
        """
        return await self._run(self._pool, _raising, lambda: self._index.uids(namespace, day))

    async def compact(self, namespace: str, day: date, *, whole: bool) -> bool:
        """Whether segments of that day were merged. One day at a time.

        Raises:
            StoreFailsError: they can't be.
        """
        return await self._run(self._merging, _raising, lambda: self._index.compact(namespace, day, whole=whole))

    def problems(self) -> list[str]:
        """What the index has that can't be read."""
        return list(self._index.problems)

    def close(self) -> None:
        """Let go of the threads."""
        for pool in (self._pool, self._merging):
            pool.shutdown(wait=False, cancel_futures=True)

    async def _run(self, pool: ThreadPoolExecutor, action: Callable[..., T], *args: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(pool, action, *args)

    def _store(self, makers: Sequence[Callable[[], Record]]) -> Row | Unfit | StoreFailsError:
        problem = ""
        for make in makers:
            try:
                record = make()
                row = row_of(record)
                encode_rows([row])  # what the index can't have must not fail with the rows of others
                self._records.write(record)
                return row
            except (OddKeyError, TooLargeError) as error:
                problem = problem or str(error)
            except StorageError as error:
                return StoreFailsError(str(error))
            except Exception as error:
                if not problem:
                    logger.debug("a record can't be made", exc_info=True)
                problem = problem or f"{type(error).__name__}: {error}"
        return Unfit(problem)

    def _append(self, rows: list[Row]) -> StoreFailsError | None:
        try:
            self._index.append(rows)
        except StorageError as error:
            return StoreFailsError(str(error))
        except Exception as error:
            logger.exception("%s: an unexpected error while rows were added", rows[0].namespace)
            return StoreFailsError(f"{type(error).__name__}: {error}")
        return None


def open_writer(prefix: str, *, environment: Mapping[str, str], node_identity: bool) -> HistoryWriter:
    """The history below `prefix`, with the credentials in `environment`, or with the node's where that is allowed.

    Raises:
        StoreFailsError: there are none, or the environment makes no sense.
    """
    return HistoryWriter(open_storage(prefix, environment=environment, node_identity=node_identity), prefix)


def open_storage(uri: str, *, environment: Mapping[str, str], node_identity: bool) -> Storage:
    """The store of `uri`; arguments and errors as those of `open_writer`."""
    try:
        settings = read_settings(environment).storage
        if not (node_identity or has_identity(uri, settings, environment)):
            raise StoreFailsError(f"{uri}: the operator has no credentials for this store. {HINT}")
        return Storage(settings, patience=_PATIENCE)
    except SettingsError as error:
        raise StoreFailsError(f"the operator's own environment doesn't configure how to reach {uri}: {error}") from error


def _raising(action: Callable[[], T]) -> T:
    try:
        return action()
    except StorageError as error:
        raise StoreFailsError(str(error)) from error
