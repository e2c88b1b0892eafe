"""S3, Google Cloud Storage and Azure through obstore, which starts in a tenth of s3fs' time.

Small objects move in one request. Large ones move in parts, a few at once however many objects are under way, so that
memory stays bounded: a download's ranges are pinned to one version of the object by its ETag, and an upload's part size
grows with the file. Every request is repeated by the rule in `retrying`, a download range by range.
"""

from __future__ import annotations

import contextlib
import copy
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import IO, TYPE_CHECKING, Any, TypeVar

import obstore

from glider.settings.model import StorageSettings
from glider.storage import parts
from glider.storage.clients import Pace, credentials_of, endpoint_of, open_store
from glider.storage.credentials import azure_names
from glider.storage.errors import AccessDeniedError, ChangedError, ObjectNotFoundError, SlowError, StorageError, TimedOutError, check_size
from glider.storage.local import check_space, unchanged, write_new, written_whole
from glider.storage.problems import is_answer, is_panic, is_throttled, storage_error
from glider.storage.retrying import retrying_of
from glider.storage.traffic import Transfer
from glider.storage.uris import split

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

    from obstore.store import ObjectStore

T = TypeVar("T")
#: What the quick client uploads: its time limit is made for answers, and runs while a body is sent too.
_SMALL_BYTES = 1 << 20
#: What of a large object is in Python's hands at a time.
_PIECE_BYTES = 1 << 18
#: Uploads in parts that run at the same time; each has a handful of parts in memory.
_LARGE_UPLOADS = 2


class Objects:
    """The remote stores that obstore knows.

    Args:
        settings: endpoints and credentials.
        patience: how long a failing request is tried again, in seconds.
        metadata: what every object that is written carries as its metadata.
    """

    def __init__(self, settings: StorageSettings, *, patience: float, metadata: Mapping[str, str] | None = None) -> None:
        self._settings = settings
        self._patience = patience
        self._retrying = retrying_of(settings, patience=patience)
        self._metadata = {name: value for name, value in (metadata or {}).items() if value and value.isascii() and value.isprintable()}
        self._stores: dict[tuple[str, Pace], ObjectStore] = {}
        self._large_uploads = threading.BoundedSemaphore(_LARGE_UPLOADS)

    def hurried(self, patience: float) -> Objects:
        """The same, with the same clients, for requests that are tried for no longer than `patience` seconds."""
        other = copy.copy(self)
        other._retrying = retrying_of(self._settings, patience=patience)
        return other

    def read(self, uri: str, *, most: int | None = None) -> bytes:
        """The whole object. The answer has its size before its bytes are read."""
        store, key = self.locate(uri)

        def fetch() -> bytes:
            answer = obstore.get(store, key)
            check_size(uri, answer.meta["size"], most=most)
            return bytes(answer.bytes())

        return self.repeated(uri, fetch)

    def read_range(self, uri: str, start: int, end: int, *, etag: str | None = None) -> Any:
        """The bytes from `start` to before `end`, as something like bytes; of that very version, where an ETag is given."""
        store, key = self.locate(uri)
        options: Any = {"range": (start, end), "if_match": etag} if etag else {"range": (start, end)}

        def fetch() -> Any:
            data = obstore.get(store, key, options=options).bytes()
            if len(data) != end - start:
                raise StorageError(uri, f"expected {end - start} bytes, found {len(data)}", endpoint=self._endpoint(uri), transient=True)
            return data

        return self.repeated(uri, fetch)

    def first_block(self, uri: str, count: int) -> tuple[bytes, int, str | None]:
        """The first `count` bytes, the size and the ETag. Of a large object's whole answer no more is read than its beginning."""
        store, key = self.locate(uri)

        def fetch() -> tuple[bytes, int, str | None]:
            answer = obstore.get(store, key)
            size, etag = answer.meta["size"], answer.meta["e_tag"]
            data = bytes(answer.bytes()) if size <= count else bytes(self.read_range(uri, 0, count, etag=etag))
            return data, size, etag

        return self.repeated(uri, fetch)

    def write(self, uri: str, data: bytes, *, attributes: Mapping[str, str] | None = None) -> None:
        """All of `data`; the store shows nothing before the end."""
        self._put(uri, lambda: data, size=len(data), attributes=attributes)

    def download(self, uri: str, path: str, *, transfer: Transfer) -> None:
        """The object as the file `path`, in bounded memory."""
        self.repeated(uri, lambda: self._download(uri, path, transfer), again=(ChangedError,))

    def upload(self, path: str, uri: str, *, transfer: Transfer, attributes: Mapping[str, str] | None = None) -> None:
        """The file `path` as an object, in bounded memory."""
        with unchanged(path, uri) as (file, size):
            transfer.total = size
            if size <= _SMALL_BYTES:
                data = b"".join(_pieces(file, size, transfer))
                self._put(uri, lambda: data, size=size, attributes=attributes)
                return

            def content() -> Any:
                file.seek(0)
                transfer.restart()
                return _pieces(file, size, transfer)  # obstore itself reads a file in costlier ways

            self._put(uri, content, size=size, attributes=attributes)

    def copy(self, source: str, target: str) -> int | None:
        """One object as another: by the store itself within a bucket, through this machine's memory from bucket to bucket.

        The number of bytes that came through here; None where none did.
        """
        (store, key), (other, name) = self.locate(source), self.locate(target)
        if store is other:
            self.repeated(source, lambda: obstore.copy(store, key, name))
            return None
        meta = self.head(source)
        self._put(target, lambda: self._streamed(source, size=meta["size"], etag=meta["e_tag"]), size=meta["size"])
        return int(meta["size"])

    def delete(self, uri: str) -> None:
        """Removes the object, if there is one."""
        store, key = self.locate(uri)
        with contextlib.suppress(ObjectNotFoundError):
            self.repeated(uri, lambda: obstore.delete(store, key))

    def head(self, uri: str) -> Any:
        """What the store knows about an object: size, e_tag, last_modified."""
        store, key = self.locate(uri)
        return self.repeated(uri, lambda: obstore.head(store, key))

    def exists(self, uri: str) -> bool:
        """Whether there is such an object."""
        try:
            self.head(uri)
        except ObjectNotFoundError:
            return False
        return True

    def sizes(self, uri: str, *, most: int | None = None) -> dict[str, int]:
        """All objects beneath the folder, by relative key; one that stands for the folder itself is none of them."""
        store, key = self.locate_prefix(uri)
        prefix = f"{key.rstrip('/')}/" if key else ""

        def listed() -> dict[str, int]:
            found: dict[str, int] = {}
            for batch in obstore.list(store, prefix or None):
                found |= {meta["path"].removeprefix(prefix): meta["size"] for meta in batch if f"{meta['path']}/" != prefix}
                check_size(uri, len(found), most=most, what="files")  # page by page, so that a folder without end is left in time
            return found

        return dict(sorted(self.repeated(uri, listed).items()))

    def folders(self, uri: str) -> list[str]:
        """The names of the folders directly beneath, which S3 calls common prefixes."""
        store, key = self.locate_prefix(uri)
        prefix = f"{key.rstrip('/')}/" if key else ""
        found = self.repeated(uri, lambda: obstore.list_with_delimiter(store, prefix or None)["common_prefixes"])
        return sorted(path.removeprefix(prefix).rstrip("/") for path in found)

    def attributes(self, uri: str, own: Mapping[str, str] | None = None) -> dict[str, str]:
        """What an object is to carry: `own` (Content-Type and the like), and everybody's metadata."""
        attributes = {**self._metadata, **(own or {})}
        return attributes if uri.startswith(("s3", "gs:")) else azure_names(attributes)

    def locate(self, uri: str, *, pace: Pace = Pace.QUICK) -> tuple[ObjectStore, str]:
        """The store and the key of an object."""
        store, key = self.locate_prefix(uri, pace=pace)
        if not key:
            raise StorageError(uri, "expected a bucket and a key", lasting=True)
        return store, key

    def locate_prefix(self, uri: str, *, pace: Pace = Pace.QUICK) -> tuple[ObjectStore, str]:
        """The store, and a prefix of keys, which is empty for the whole bucket."""
        scheme, rest = split(uri)
        bucket, _, key = rest.partition("/")
        if not bucket:
            raise StorageError(uri, "expected a bucket and a key", lasting=True)
        root = f"{'s3' if scheme == 's3a' else scheme}://{bucket}"
        if (root, pace) not in self._stores:
            with self.explained(uri):
                self._stores[root, pace] = open_store(root, self._settings, patience=self._patience, pace=pace)
        return self._stores[root, pace], key

    def repeated(self, uri: str, action: Callable[[], T], *, again: tuple[type[StorageError], ...] = ()) -> T:
        """What `action` returns, tried again by the rule; what it raises as StorageError. Of `again` one more try is worth it."""

        def once() -> T:
            with self.explained(uri):
                return action()

        try:
            return self._retrying.run(once)
        except again:
            return self._retrying.run(once)

    @contextlib.contextmanager
    def explained(self, uri: str) -> Iterator[None]:
        """Turns what obstore raises into StorageError."""
        try:
            yield
        except StorageError:
            raise
        except (OSError, ValueError, obstore.exceptions.BaseError) as error:
            failure = storage_error(error, uri, endpoint=self._endpoint(uri))
            if failure.transient:
                failure.retry_after = self._asked_to_wait(uri, str(error))
            raise self._hinted(failure) from None
        except BaseException as error:
            if is_panic(error):
                raise storage_error(error, uri, endpoint=self._endpoint(uri)) from None
            raise

    def _hinted(self, error: StorageError) -> StorageError:
        return error.with_hint(credentials_of(error.uri, self._settings)) if isinstance(error, AccessDeniedError) else error

    def _endpoint(self, uri: str) -> str | None:
        return endpoint_of(uri, self._settings)

    def _asked_to_wait(self, uri: str, text: str) -> float | None:
        if not is_throttled(text):
            return None
        from glider.storage.problems import asked_to_wait

        store, key = self.locate_prefix(uri)
        return asked_to_wait(store, key)

    def _download(self, uri: str, path: str, transfer: Transfer) -> None:
        """The answer to a plain request has the size; that of a large object is dropped, and ranges are asked for instead."""
        store, key = self.locate(uri)
        answer = obstore.get(store, key)
        meta = answer.meta
        size = transfer.total = meta["size"]
        transfer.restart()
        if size <= _SMALL_BYTES:
            write_new(path, self._whole(answer, size, uri))
            transfer.advance(size)
            return
        check_space(path, size, uri)
        with written_whole(path) as file:
            if size <= parts.PART_BYTES:
                file.write(self._whole(answer, size, uri))
                transfer.advance(size)
                return
            del answer
            os.truncate(file.fileno(), size)
            self._download_parts(uri, size=size, etag=meta["e_tag"], descriptor=file.fileno(), transfer=transfer)

    def _whole(self, answer: Any, size: int, uri: str) -> Any:
        data = answer.bytes()
        if len(data) != size:
            raise StorageError(uri, f"expected {size} bytes, found {len(data)}", endpoint=self._endpoint(uri), transient=True)
        return data

    def _download_parts(self, uri: str, *, size: int, etag: str | None, descriptor: int, transfer: Transfer) -> None:
        store, key = self.locate(uri)

        def fetch(limits: tuple[int, int]) -> None:
            self.repeated(uri, lambda: self._write_range(store, key, uri, limits, etag=etag, descriptor=descriptor))
            transfer.advance(limits[1] - limits[0])

        waiting = [self._pool.submit(fetch, limits) for limits in parts.ranges(size)]
        try:
            for part in waiting:
                part.result()
        finally:
            for part in waiting:
                part.cancel()
            for part in waiting:  # the descriptor must not be closed, and given to somebody else, under a part that still writes
                if not part.cancelled():
                    part.exception()

    def _streamed(self, uri: str, *, size: int, etag: str | None) -> Iterator[bytes]:
        """The object, part by part, a few ahead. Fetched by the pool: obstore calls this from a thread where it can't be called."""
        ahead: deque[Future[Any]] = deque()
        for limits in parts.ranges(size):
            ahead.append(self._pool.submit(self.read_range, uri, *limits, etag=etag))
            if len(ahead) == parts.AT_ONCE:
                yield bytes(ahead.popleft().result())
        while ahead:
            yield bytes(ahead.popleft().result())

    def _write_range(self, store: ObjectStore, key: str, uri: str, limits: tuple[int, int], *, etag: str | None, descriptor: int) -> None:
        """The bytes go to the disk as they come: a whole part in memory, eight times over, was most of what a download held."""
        position, end = limits
        options: Any = {"range": limits, "if_match": etag} if etag else {"range": limits}
        for piece in obstore.get(store, key, options=options).stream(min_chunk_size=_PIECE_BYTES):
            if position + len(piece) > end:
                break
            while piece:
                written = os.pwrite(descriptor, piece, position)
                position, piece = position + written, piece[written:]
        if position != end:
            found = position - limits[0]
            raise StorageError(uri, f"expected {end - limits[0]} bytes, found {found}", endpoint=self._endpoint(uri), transient=True)

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        """Shared by all downloads in parts, so that their memory is bounded together."""
        from concurrent.futures import ThreadPoolExecutor  # only large objects need it

        return ThreadPoolExecutor(parts.AT_ONCE, thread_name_prefix="glider-part")

    def _put(self, uri: str, content: Callable[[], Any], *, size: int, attributes: Mapping[str, str] | None = None) -> None:
        if size > parts.MOST_BYTES:
            raise StorageError(uri, f"expected at most {parts.MOST_BYTES} bytes, found {size}", endpoint=self._endpoint(uri))
        plan = parts.plan_upload(size)
        options: Any = {"attributes": self.attributes(uri, attributes), "use_multipart": plan.multipart, "chunk_size": plan.part_bytes}

        def send(pace: Pace, at_once: int) -> None:
            store, key = self.locate(uri, pace=pace)

            def put() -> None:
                with self._in_time(uri, pace):
                    obstore.put(store, key, content(), max_concurrency=at_once, **options)

            self.repeated(uri, put)

        with self._large_uploads if plan.multipart else contextlib.nullcontext():
            if size <= _SMALL_BYTES:
                send(Pace.QUICK, plan.at_once)
                return
            try:
                send(Pace.STEADY if plan.part_bytes == parts.PART_BYTES else Pace.SLOW, plan.at_once)
            except SlowError:
                send(Pace.SLOW, 1)

    @contextlib.contextmanager
    def _in_time(self, uri: str, pace: Pace) -> Iterator[None]:
        """What took all the time of a large body isn't simply tried again, for as long: the store is asked whether it is there."""
        try:
            with self.explained(uri):
                yield
        except TimedOutError as error:
            if pace is Pace.QUICK:
                raise
            if pace is Pace.STEADY and self._answers(uri):
                raise SlowError(uri, error.problem, endpoint=error.endpoint) from error
            why = "the way to the store is too slow" if pace is Pace.SLOW else "nor does the store answer a small question"
            raise StorageError(uri, f"{error.problem}; {why}", endpoint=error.endpoint) from error

    def _answers(self, uri: str) -> bool:
        store, key = self.locate(uri)
        try:
            obstore.head(store, key)
        except (OSError, ValueError, obstore.exceptions.BaseError) as error:
            return is_answer(error)
        except BaseException as error:
            if is_panic(error):
                return False
            raise
        return True


def _pieces(file: IO[bytes], size: int, transfer: Transfer) -> Iterator[bytes]:
    """The file up to where it ended when the upload began: a log that grows faster than it is sent would have no end."""
    while size and (piece := file.read(min(size, _PIECE_BYTES))):
        yield piece
        size -= len(piece)
        transfer.advance(len(piece))
