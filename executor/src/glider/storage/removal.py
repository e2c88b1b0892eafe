"""What is in a folder and since when, page by page, and its removal: for whoever deletes the data of executions.

A folder has two parts: the base, and from there on its name. On a disk links are followed in the base alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from glider.storage.errors import MissingPackageError, ObjectNotFoundError, OddKeyError, StorageError
from glider.storage.localremoval import PAGE, Listed, file_pages, remove_empty_folders, remove_files
from glider.storage.uris import OBJECT_SCHEMES, WEB_SCHEMES, is_local, is_odd_key, join, local_path, split

if TYPE_CHECKING:
    from glider.storage.filesystems import Filesystems
    from glider.storage.objects import Objects


class Removal:
    """Lists and removes, by obstore or by fsspec. Every method raises StorageError."""

    def __init__(self, *, objects: Callable[[], Objects | None], filesystems: Callable[[], Filesystems]) -> None:
        self._objects, self._filesystems = objects, filesystems

    def pages(self, base: str, folder: str) -> Iterator[list[Listed]]:
        """All that is beneath the folder `folder` of `base`, page by page; none where there is no such folder. On a disk a link is listed
        as itself.
        """
        if is_local(base):
            yield from file_pages(local_path(base), folder.split("/"))
            return
        uri, last = join(base, folder), ""
        objects = self._objects_of(uri)
        if objects is None:
            yield from self._filesystems().pages(uri)
            return
        try:
            for page in object_pages(objects, uri):
                yield page
                last = page[-1].path if page else last
        except OddKeyError as error:
            yield from self._after(last, uri, error)

    def remove(self, base: str, folder: str, paths: Sequence[str]) -> None:
        """Removes what is still there of `paths`, which `pages` listed, in as few requests as the store allows."""
        if is_local(base):
            remove_files(local_path(base), folder.split("/"), paths)
            return
        uri = join(base, folder)
        objects = self._objects_of(uri)
        odd = [path for path in paths if objects is None or is_odd_key(f"/{path}")]
        if odd:
            self._filesystems().remove(uri, odd)
        if objects is not None and len(odd) < len(paths):
            remove_objects(objects, uri, [path for path in paths if path not in odd] if odd else paths)

    def remove_empty_folders(self, base: str, folder: str) -> None:
        """Removes what is left of the folder on a disk once no file is in it. Object stores have no folders."""
        if is_local(base):
            remove_empty_folders(local_path(base), folder.split("/"))

    def _objects_of(self, uri: str) -> Objects | None:
        scheme = split(uri)[0]
        if scheme in WEB_SCHEMES:
            raise StorageError(uri, "expected a store with folders, found a web server", lasting=True)
        return self._objects() if scheme in OBJECT_SCHEMES else None

    def _after(self, last: str, uri: str, error: OddKeyError) -> Iterator[list[Listed]]:
        """What comes after the path `last` in a folder with a key that obstore can't express."""
        try:
            for page in self._filesystems().pages(uri):
                yield [one for one in page if one.path > last]
        except MissingPackageError as missing:
            raise StorageError(uri, f"{error.problem}: {missing.problem}", endpoint=error.endpoint) from error


def object_pages(objects: Objects, uri: str) -> Iterator[list[Listed]]:
    """All objects beneath the folder `uri`, sorted. One that only stands for the folder itself is left out."""
    import obstore

    store, key = objects.locate_prefix(uri)
    prefix = f"{key.rstrip('/')}/"
    stream: Any = None
    after: str | None = None

    def page() -> Any:
        nonlocal stream
        if stream is None:
            stream = iter(obstore.list(store, prefix, offset=after, chunk_size=PAGE))
        try:
            return next(stream, None)
        except BaseException:
            stream = None  # the next try goes on after what was listed
            raise

    while batch := objects.repeated(uri, page):
        after = batch[-1]["path"]
        yield [Listed(one["path"].removeprefix(prefix), one["size"], one["last_modified"]) for one in batch if f"{one['path']}/" != prefix]


def remove_objects(objects: Objects, uri: str, paths: Sequence[str]) -> None:
    """Removes objects beneath the folder, as many in one request as the store takes."""
    import obstore

    store, key = objects.locate_prefix(uri)
    keys = [f"{key.rstrip('/')}/{path}" for path in paths]
    try:
        objects.repeated(uri, lambda: obstore.delete(store, keys))
    except ObjectNotFoundError:  # of a store that deletes one by one, and has stopped at one that is gone
        for path in paths:
            objects.delete(f"{uri.rstrip('/')}/{path}")
