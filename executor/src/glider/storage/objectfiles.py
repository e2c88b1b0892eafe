"""fsspec's view of our Storage, for libraries that want an fsspec filesystem: flytekit, and pandas and pyarrow through it.

flytekit would take s3fs, which takes a quarter of a second to import, retries by rules of its own and can't be made to
address buckets by path. Through this class the same calls have Storage's endpoint, credentials, retries and counters.
Every object is moved by a synchronous call in a thread, so that one implementation serves tasks with and without flytekit;
fsspec bounds how many are under way.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, TypeVar

import obstore
from fsspec.asyn import AsyncFileSystem
from fsspec.spec import AbstractBufferedFile

from glider.storage.clients import Pace
from glider.storage.errors import AccessDeniedError, ObjectNotFoundError, StorageError
from glider.storage.folders import download_folder, upload_folder
from glider.storage.objects import Objects
from glider.storage.store import Storage
from glider.storage.traffic import Direction

T = TypeVar("T")
#: S3 takes 10 000 parts: a stream may get as large as 156 GiB.
_PART_BYTES = 16 << 20
_CONCURRENCY = 4
#: From here on reading ahead gains nothing.
_LARGE_READ = 1 << 20
#: boto's and gcsfs' words for what an object may carry, and HTTP's.
_ATTRIBUTES = {
    "contenttype": "Content-Type",
    "contentencoding": "Content-Encoding",
    "contentdisposition": "Content-Disposition",
    "contentlanguage": "Content-Language",
    "cachecontrol": "Cache-Control",
}


class ObjectFiles(AsyncFileSystem):  # type: ignore[misc]  # fsspec has no types
    """One protocol's buckets; `CLASSES` has them all."""

    cachable: ClassVar[bool] = False
    protocol: ClassVar[tuple[str, ...]]

    def __init__(self, *, storage: Storage, objects: Objects, **options: Any) -> None:
        super().__init__(**options)
        self._storage = storage
        self._objects = objects

    def uri(self, path: str) -> str:
        """`path`, which fsspec has stripped of its scheme, with it again."""
        return f"{self.protocol[0]}://{self._strip_protocol(path)}"

    async def _call(self, function: Callable[..., T], *arguments: Any, **options: Any) -> T:
        return await asyncio.to_thread(_translated, function, *arguments, **options)

    async def _info(self, path: str, **_: Any) -> dict[str, Any]:
        return await self._call(self._info_now, self._strip_protocol(path))

    def _info_now(self, path: str) -> dict[str, Any]:
        if "/" in path:
            with contextlib.suppress(ObjectNotFoundError):
                return _file(path, self._objects.head(self.uri(path)))
        if "/" in path and not self._holds_any(path):
            raise FileNotFoundError(self.uri(path))
        return _folder(path)

    def _listed(self, path: str) -> list[dict[str, Any]]:
        """All objects below `path`."""
        store, prefix = self._objects.locate_prefix(self.uri(path))
        bucket, beneath = path.partition("/")[0], f"{prefix.rstrip('/')}/" if prefix else None
        return self._objects.repeated(
            self.uri(path), lambda: [_file(f"{bucket}/{meta['path']}", meta) for page in obstore.list(store, beneath) for meta in page]
        )

    def _holds_any(self, path: str) -> bool:
        store, prefix = self._objects.locate_prefix(self.uri(path))
        pages = obstore.list
        return self._objects.repeated(self.uri(path), lambda: any(True for page in pages(store, f"{prefix.rstrip('/')}/") for _ in page))

    async def _ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:
        entries = await self._call(self._ls_now, self._strip_protocol(path))
        return entries if detail else [entry["name"] for entry in entries]

    def _ls_now(self, path: str) -> list[dict[str, Any]]:
        store, prefix = self._objects.locate_prefix(self.uri(path))
        bucket = path.partition("/")[0]
        beneath = f"{prefix.rstrip('/')}/" if prefix else None
        found = self._objects.repeated(self.uri(path), lambda: obstore.list_with_delimiter(store, beneath))
        folders = [_folder(f"{bucket}/{prefix}".rstrip("/")) for prefix in found["common_prefixes"]]
        files = [_file(f"{bucket}/{meta['path']}", meta) for meta in found["objects"] if f"{meta['path']}/" != beneath]
        entries = folders + files
        if not entries and prefix:
            entries = [self._info_now(path)]
        return sorted(entries, key=lambda entry: str(entry["name"]))

    async def _find(self, path: str, maxdepth: int | None = None, withdirs: bool = False, **options: Any) -> Any:
        """One listing for the whole tree, where fsspec would list folder by folder."""
        if maxdepth is not None or withdirs:
            return await super()._find(path, maxdepth=maxdepth, withdirs=withdirs, **options)
        found = await self._call(self._find_now, self._strip_protocol(path))
        return found if options.get("detail") else sorted(found)

    def _find_now(self, path: str) -> dict[str, dict[str, Any]]:
        found = {entry["name"]: entry for entry in self._listed(path)}
        folders = {parent for name in found for parent in _parents(name)}
        files = {name: entry for name, entry in found.items() if entry["size"] or (name not in folders and name != path)}  # empty: markers
        if not files and "/" in path:
            try:
                entry = self._info_now(path)
            except FileNotFoundError:
                return {}
            return {path: entry} if entry["type"] == "file" else {}
        return files

    async def _cat_file(self, path: str, start: int | None = None, end: int | None = None, **_: Any) -> bytes:
        if start is None and end is None:
            return await self._call(self._storage.read, self.uri(path))
        return await self._call(self.read_range, path, start, end)

    def read_range(self, path: str, start: int | None, end: int | None, *, etag: str | None = None) -> bytes:
        """Some bytes of an object; negative positions count from its end. With an ETag, of that version only."""
        uri = self.uri(path)
        with self._storage.traffic.moving(Direction.IN, uri) as transfer:
            size = self._objects.head(uri)["size"] if min(start or 0, end or 0) < 0 or end is None else None
            first, last, _ = slice(start, end).indices(size) if size is not None else (start or 0, end or 0, 1)
            data = bytes(self._objects.read_range(uri, first, last, etag=etag)) if last > first else b""
            transfer.advance(len(data))
        return data

    async def _pipe_file(self, path: str, value: bytes, mode: str = "overwrite", **options: Any) -> None:
        await self._call(self._storage.write, self.uri(path), bytes(value), attributes=attributes_of(options))

    async def _get(self, rpath: Any, lpath: Any, recursive: bool = False, **options: Any) -> Any:
        """A single file is taken by its name, with no question to the store what it is; a folder's content is listed once."""
        if recursive and isinstance(rpath, str) and rpath.endswith("/"):
            return await self._get_tree(rpath, lpath)
        if recursive or not isinstance(rpath, str):
            return await super()._get(rpath, lpath, recursive=recursive, **options)
        target = os.path.join(lpath, os.path.basename(rpath)) if _is_folder(lpath) else lpath  # noqa: PTH118, PTH119
        return await self._get_file(rpath, target)

    async def _get_tree(self, rpath: str, lpath: str) -> None:
        """The whole folder in one call: a step of the event loop for each of many small files costs more than the file."""
        found = await self._call(download_folder, self._storage, self.uri(rpath), lpath)
        if not found and not await self._call(self._holds_any, self._strip_protocol(rpath)):
            raise FileNotFoundError(self.uri(rpath))

    async def _get_file(self, rpath: str, lpath: str, **_: Any) -> None:
        if _is_folder(lpath):  # fsspec asks for a folder too, which it has made
            return
        await self._call(self._storage.download, self.uri(rpath), lpath)

    async def _put(self, lpath: Any, rpath: Any, recursive: bool = False, **options: Any) -> Any:
        """A single file gets the name that is asked for, with no question to the store what is there."""
        if recursive and isinstance(lpath, str) and lpath.endswith("/") and _is_folder(lpath):
            return await self._put_tree(lpath, rpath, **options)
        if recursive or not isinstance(lpath, str) or _is_folder(lpath) or rpath.endswith("/"):
            return await super()._put(lpath, rpath, recursive=recursive, **options)
        return await self._put_file(lpath, rpath, **options)

    async def _put_tree(self, lpath: str, rpath: str, batch_size: int | None = None, **options: Any) -> None:
        own = attributes_of(options)
        await self._call(
            upload_folder,
            self._storage,
            lpath,
            self.uri(rpath),
            at_once=batch_size,
            attributes=lambda name: {**_guessed(name), **own},
        )

    async def _put_file(self, lpath: str, rpath: str, **options: Any) -> None:
        if _is_folder(lpath):  # stores have no empty folders
            return
        attributes = {**_guessed(rpath), **attributes_of(options)}
        await self._call(self._storage.upload, lpath, self.uri(rpath), attributes=attributes)

    async def _cp_file(self, path1: str, path2: str, **_: Any) -> None:
        await self._call(self._copy_now, self._strip_protocol(path1), self._strip_protocol(path2))

    def _copy_now(self, source: str, target: str) -> None:
        self._storage.copy(self.uri(source), self.uri(target))

    async def _rm_file(self, path: str, **_: Any) -> None:
        await self._call(self._remove_now, self._strip_protocol(path))

    def _remove_now(self, path: str) -> None:
        if "/" not in path:
            raise PermissionError(f"{self.uri(path)}: buckets aren't removed")
        self._objects.delete(self.uri(path))

    async def _mkdir(self, path: str, create_parents: bool = True, **_: Any) -> None:
        """Stores have no empty folders."""

    async def _makedirs(self, path: str, exist_ok: bool = False) -> None:
        """Stores have no empty folders."""

    def modified(self, path: str) -> Any:
        """When the object was last written."""
        return self.info(path)["LastModified"]

    def _open(self, path: str, mode: str = "rb", block_size: int | None = None, cache_options: Any = None, **options: Any) -> Any:
        if mode == "rb":
            known = {name: value for name, value in options.items() if name in ("cache_type", "size") and value is not None}
            return _Reader(self, path, mode, block_size=block_size or "default", cache_options=cache_options, **known)
        if mode == "wb":
            return _Writer(self._storage, self._objects, self.uri(path), attributes=attributes_of(options))
        raise ValueError(f"{self.uri(path)}: expected the mode r or w, found {mode!r}; objects can't be changed")


class _Reader(AbstractBufferedFile):  # type: ignore[misc]  # fsspec has no types
    """Reads ahead by fsspec's caches, but for reads that are large already: a parquet file's columns, of which that fetched
    twice the bytes.
    """

    def read(self, length: int | None = -1) -> bytes:
        """The next bytes, all of them where the caller gives no `length`."""
        wanted = min(self.size - self.loc, length if length is not None and length >= 0 else self.size)
        if self.closed or wanted < _LARGE_READ:
            data: bytes = super().read(-1 if length is None else length)
            return data
        data = self._fetch_range(self.loc, self.loc + wanted)
        self.loc += len(data)
        return data

    def _fetch_range(self, start: int, end: int) -> bytes:
        data: bytes = _translated(self.fs.read_range, self.path, start, min(end, self.size), etag=self.details.get("ETag"))
        return data


class _Writer(io.RawIOBase):
    """Sends parts as they come; the store shows the object once all of it has arrived, and nothing after an error."""

    def __init__(self, storage: Storage, objects: Objects, uri: str, *, attributes: Mapping[str, str]) -> None:
        self._traffic, self._objects, self._uri = storage.traffic, objects, uri
        store, key = objects.locate(uri, pace=Pace.SLOW)  # what was written can't be sent again with more time
        carried = objects.attributes(uri, attributes)
        limits: Any = {"buffer_size": _PART_BYTES, "max_concurrency": _CONCURRENCY}
        with _as_os_errors(), objects.explained(uri):
            self._file: Any = obstore.open_writer(store, key, attributes=carried, **limits)
        self._position = 0

    def writable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """How much was written."""
        return self._position

    def write(self, data: Any) -> int:
        """All of `data`."""
        view = memoryview(data).cast("B")
        with self._traffic.moving(Direction.OUT, self._uri) as transfer, _as_os_errors(), self._objects.explained(self._uri):
            self._file.write(data if isinstance(data, bytes) else bytes(view))
            transfer.advance(len(view))
        self._position += len(view)
        return len(view)

    def close(self) -> None:
        """Makes the object whole."""
        if self.closed:
            return
        file, self._file = self._file, None
        super().close()
        if file is not None:
            with self._traffic.moving(Direction.OUT, self._uri), _as_os_errors(), self._objects.explained(self._uri):
                file.close()

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if error is not None:
            self._file = None
        self.close()


class _S3(ObjectFiles):
    protocol = ("s3", "s3a")


class _Google(ObjectFiles):
    protocol = ("gs", "gcs")


class _Azure(ObjectFiles):
    protocol = ("abfs", "abfss", "az")


CLASSES: Mapping[str, type[ObjectFiles]] = {name: kind for kind in (_S3, _Google, _Azure) for name in kind.protocol}


def attributes_of(options: Mapping[str, Any]) -> dict[str, str]:
    """What of a call's options describes the object: ContentType, content_type, …, and metadata."""
    metadata = options.get("metadata") or options.get("Metadata") or {}
    described = {_ATTRIBUTES.get(name.replace("_", "").replace("-", "").lower()): value for name, value in options.items()}
    named = {name: value for name, value in described.items() if name is not None and isinstance(value, str)}
    return {**{str(name): str(value) for name, value in metadata.items() if value}, **named}


def _is_folder(path: str) -> bool:
    return os.path.isdir(path)  # noqa: PTH112 - pathlib is 5 ms of start-up


def _guessed(path: str) -> dict[str, str]:
    import mimetypes

    kind, _ = mimetypes.guess_type(path)
    return {"Content-Type": kind} if kind else {}


def _translated(function: Callable[..., T], *arguments: Any, **options: Any) -> T:
    with _as_os_errors():
        return function(*arguments, **options)


@contextlib.contextmanager
def _as_os_errors() -> Iterator[None]:
    """What fsspec's callers expect."""
    try:
        yield
    except ObjectNotFoundError as error:
        raise FileNotFoundError(str(error)) from error
    except AccessDeniedError as error:
        raise PermissionError(str(error)) from error
    except StorageError as error:
        raise OSError(str(error)) from error


def _file(name: str, meta: Any) -> dict[str, Any]:
    return {"name": name, "Key": name, "size": meta["size"], "type": "file", "ETag": meta["e_tag"], "LastModified": meta["last_modified"]}


def _folder(name: str) -> dict[str, Any]:
    return {"name": name, "Key": name, "size": 0, "type": "directory"}


def _parents(name: str) -> list[str]:
    parts = name.split("/")
    return ["/".join(parts[:length]) for length in range(1, len(parts))]
