"""Lists the files in a folder, with when they were modified, and removes them: for whoever deletes an execution's data.

Pods may write to a volume of files, and may put a link in the place of a folder, also while it is looked through. So each folder is
opened from the one above it and no link is followed: of a link only the link itself is removed.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from typing import NamedTuple

from glider.storage.errors import ObjectNotFoundError, OddKeyError, StorageError

#: As many as S3 lists, and deletes, at once.
PAGE = 1000
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
#: A link, or something else that is no folder, where one is expected.
_ODD = frozenset({errno.ELOOP, errno.ENOTDIR})


class Listed(NamedTuple):
    """An object by its path, relative to the folder that is listed, with its bytes. `modified` is None where its store doesn't know."""

    path: str
    size: int
    modified: datetime | None


def file_pages(base: str, parts: Sequence[str]) -> Iterator[list[Listed]]:
    """The files, links and the like beneath the folder `parts` of `base`, page by page; none where there is no such folder.

    Args:
        base: a path. Links in it are followed.
        parts: the names of the folders from there on, of which none may be a link.

    Raises:
        StorageError: a link is in the place of one, or a folder can't be read.
    """
    with _explained(base, parts):
        try:
            with _opened(base, parts) as folder:
                page: list[Listed] = []
                for one in _walk(folder, ""):
                    page.append(one)
                    if len(page) == PAGE:
                        yield page
                        page = []
        except FileNotFoundError:
            return
    if page:
        yield page


def remove_files(base: str, parts: Sequence[str], paths: Sequence[str]) -> None:
    """Removes what `file_pages` listed, if it is still there."""
    with _explained(base, parts):
        for path in paths:
            *folders, name = path.split("/")
            with contextlib.suppress(FileNotFoundError), _opened(base, (*parts, *folders)) as folder:
                os.unlink(name, dir_fd=folder)


def remove_empty_folders(base: str, parts: Sequence[str]) -> None:
    """Removes the folder `parts` of `base`, and those in it, as far as nothing else is in them."""
    with _explained(base, parts), contextlib.suppress(FileNotFoundError):
        with _opened(base, parts) as folder:
            _prune(folder)
        with _opened(base, parts[:-1]) as above, _unless_full():
            os.rmdir(parts[-1], dir_fd=above)


@contextlib.contextmanager
def _opened(base: str, parts: Sequence[str]) -> Iterator[int]:
    folder = os.open(base, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in parts:
            inner = os.open(part, _FOLDER, dir_fd=folder)
            os.close(folder)
            folder = inner
        yield folder
    finally:
        os.close(folder)


def _walk(folder: int, beneath: str) -> Iterator[Listed]:
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        with contextlib.suppress(FileNotFoundError):  # somebody removed it meanwhile
            if entry.is_dir(follow_symlinks=False):
                inner = os.open(entry.name, _FOLDER, dir_fd=folder)
                try:
                    yield from _walk(inner, f"{beneath}{entry.name}/")
                finally:
                    os.close(inner)
            else:
                known = os.stat(entry.name, dir_fd=folder, follow_symlinks=False)
                # the time of the inode, since that of the content can be set to anything
                changed = datetime.fromtimestamp(max(known.st_mtime, known.st_ctime), timezone.utc)
                yield Listed(f"{beneath}{entry.name}", known.st_size, changed)


def _prune(folder: int) -> None:
    with os.scandir(folder) as entries:
        inner = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    for name in inner:
        with contextlib.suppress(FileNotFoundError):
            descriptor = os.open(name, _FOLDER, dir_fd=folder)
            try:
                _prune(descriptor)
            finally:
                os.close(descriptor)
            with _unless_full():
                os.rmdir(name, dir_fd=folder)


@contextlib.contextmanager
def _unless_full() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise


@contextlib.contextmanager
def _explained(base: str, parts: Sequence[str]) -> Iterator[None]:
    uri = "/".join((base.rstrip("/"), *parts))
    try:
        yield
    except FileNotFoundError as error:
        raise ObjectNotFoundError(uri, "there is no such folder") from error
    except OSError as error:
        if error.errno in _ODD:
            raise OddKeyError(uri, "expected folders, found a link or something else in the place of one", lasting=True) from error
        raise StorageError(uri, f"{type(error).__name__}: {error}", lasting=error.errno in (errno.EACCES, errno.EPERM)) from error
