"""Files of this machine by the standard library, written to a temporary name and renamed: a full disk or a kill in the
middle leaves nothing half-written under the real name (flytekit's leaves half an outputs.pb).
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator, Mapping
from typing import IO

from glider.storage.errors import (
    ChangedError,
    NoSpaceError,
    ObjectNotFoundError,
    StorageError,
    UnfitSourceError,
    causes,
    check_size,
)
from glider.storage.traffic import Transfer
from glider.storage.uris import local_path

_CHUNK_BYTES = 1 << 20
_LASTING = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.ENAMETOOLONG, errno.ELOOP})
#: What another try in a moment doesn't change either, though another attempt may.
_SAME = _LASTING | {errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENOSPC, errno.EDQUOT}
#: Bytes from which on the disk is asked before a download.
_WORTH_CHECKING = 1 << 20


class LocalFiles:
    """Local paths and `file://`."""

    def read(self, uri: str, *, most: int | None = None) -> bytes:
        """The whole file. A device has no size, so never more is read than `most` and one byte."""
        with _explained(uri), open(local_path(uri), "rb") as file:  # noqa: PTH123 - pathlib is 5 ms of start-up
            data = file.read() if most is None else file.read(most + 1)
            check_size(uri, len(data), most=most)
            return data

    def write(self, uri: str, data: bytes, *, attributes: Mapping[str, str] | None = None) -> None:
        """All of `data`, or nothing. Files have no attributes."""
        with _explained(uri), written_whole(local_path(uri)) as file:
            file.write(data)

    def download(self, uri: str, path: str, *, transfer: Transfer) -> None:
        """Copies to `path`."""
        source = local_path(uri)
        if not os.path.exists(source):  # noqa: PTH110
            raise ObjectNotFoundError(uri, f"there is no such file: {source}")
        self._copy(uri, source=source, target=path, transfer=transfer)

    def upload(self, path: str, uri: str, *, transfer: Transfer, attributes: Mapping[str, str] | None = None) -> None:
        """Copies from `path`."""
        self._copy(uri, source=path, target=local_path(uri), transfer=transfer)

    def exists(self, uri: str) -> bool:
        """Whether there is such a file."""
        return os.path.exists(local_path(uri))  # noqa: PTH110

    def delete(self, uri: str) -> None:
        """Removes the file, if there is one."""
        with _explained(uri), contextlib.suppress(FileNotFoundError):
            os.unlink(local_path(uri))  # noqa: PTH108

    def sizes(self, uri: str, *, most: int | None = None) -> dict[str, int]:
        """All files beneath the folder, by relative path. Links count as what they point at."""
        root = local_path(uri)
        with _explained(uri):
            found = {name: entry.stat().st_size for name, entry in _sorted(root)}
        check_size(uri, len(found), most=most, what="files")
        return found

    def folders(self, uri: str) -> list[str]:
        """The names of the folders directly beneath."""
        with _explained(uri), contextlib.suppress(FileNotFoundError), os.scandir(local_path(uri)) as entries:
            return sorted(entry.name for entry in entries if entry.is_dir())
        return []

    def _copy(self, uri: str, *, source: str, target: str, transfer: Transfer) -> None:
        with _explained(uri), unchanged(source, uri) as (reader, size):
            transfer.total = size
            check_space(target, size, uri)
            with written_whole(target) as writer:
                while data := reader.read(_CHUNK_BYTES):
                    writer.write(data)
                    transfer.advance(len(data))


def names_beneath(path: str) -> list[str]:
    """The paths, relative to the folder `path`, of all files beneath it, sorted; none where there is no such folder.

    Raises:
        StorageError: a link points at nothing or at a folder above it, or a folder can't be read.
    """
    with _explained(path):
        return [name for name, _ in _sorted(path)]


def make_folder(uri: str) -> None:
    """The folder `uri`, for one without files, which nothing else would make."""
    with _explained(uri):
        os.makedirs(local_path(uri), exist_ok=True)  # noqa: PTH103


@contextlib.contextmanager
def unchanged(path: str, uri: str) -> Iterator[tuple[IO[bytes], int]]:
    """The file `path`, open for reading, and its size, for an upload to `uri`.

    Raises:
        StorageError: it isn't there, is no regular file (a pipe would never end), or isn't at the end what it was at first.
    """
    before = _stat(path, uri)
    if not stat.S_ISREG(before.st_mode):
        raise UnfitSourceError(uri, f"expected a regular file to upload, found {path}, which is {_kind(before.st_mode)}")
    try:
        file = open(path, "rb", buffering=0)  # noqa: PTH123, SIM115 - what isn't buffered costs three system calls less
    except OSError as error:
        raise _unreadable(path, error, uri) from error
    with file:
        yield file, before.st_size
    after = _stat(path, uri)
    if (after.st_size, after.st_mtime_ns, after.st_ino) != (before.st_size, before.st_mtime_ns, before.st_ino):
        sizes = f"{before.st_size} bytes at first, {after.st_size} at the end"
        raise ChangedError(uri, f"{path} changed while it was being uploaded ({sizes}): upload files when nobody writes them any more")


def check_space(path: str, size: int, uri: str) -> None:
    """Whether `size` more bytes at `uri` fit the disk of `path`, whose folder may not exist yet; small files find out by themselves.

    Raises:
        NoSpaceError: they don't.
    """
    if size < _WORTH_CHECKING:
        return
    folder = os.path.dirname(os.path.abspath(path))  # noqa: PTH100, PTH120
    while not os.path.isdir(folder):  # noqa: PTH112
        folder = os.path.dirname(folder)  # noqa: PTH120
    disk = os.statvfs(folder)
    free = disk.f_bavail * disk.f_frsize
    if size > free:
        raise NoSpaceError(uri, f"the disk is full: expected {size} bytes of free disk space in {folder}, found {free}")


def write_new(path: str, data: bytes | memoryview) -> None:
    """All of `data` as the file `path`. A third of what `written_whole` costs, for small files: where there is no such file yet,
    it is written in one go, and removed if that fails.
    """
    try:
        descriptor = _created(path)
    except FileExistsError:
        with written_whole(path) as file:
            file.write(data)
        return
    try:
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
        finally:
            os.close(descriptor)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(path)  # noqa: PTH108
        raise


def _created(path: str) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    try:
        return os.open(path, flags, 0o666)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)  # noqa: PTH103, PTH120
        return os.open(path, flags, 0o666)


def _sorted(root: str) -> list[tuple[str, os.DirEntry[str]]]:
    if not os.path.isdir(root):  # noqa: PTH112
        return []
    return sorted(_walk(root, "", above=(os.path.realpath(root),)), key=lambda found: found[0])


def _walk(root: str, beneath: str, *, above: tuple[str, ...]) -> Iterator[tuple[str, os.DirEntry[str]]]:
    with os.scandir(os.path.join(root, beneath)) as entries:  # noqa: PTH118
        for entry in entries:
            name = f"{beneath}{entry.name}"
            if entry.is_symlink() and not os.path.exists(entry.path):  # noqa: PTH110
                raise UnfitSourceError(root, f'the link "{name}" points at {os.readlink(entry.path)}, which is not there')  # noqa: PTH115
            elif entry.is_dir():
                real = os.path.realpath(entry.path) if entry.is_symlink() else os.path.join(above[-1], entry.name)  # noqa: PTH118
                if real in above:
                    problem = f'the link "{name}" leads back to {real}, which is above it: expected folders that end'
                    raise UnfitSourceError(root, problem)
                yield from _walk(root, f"{name}/", above=(*above, real))
            else:
                yield name, entry


def _stat(path: str, uri: str) -> os.stat_result:
    try:
        return os.stat(path)  # noqa: PTH116
    except FileNotFoundError as error:
        missing = f"the link {path} points at nothing" if os.path.islink(path) else f"there is no file {path}"  # noqa: PTH114
        raise UnfitSourceError(uri, f"expected a file to upload, but {missing}") from error
    except (OSError, ValueError) as error:
        raise _unreadable(path, error, uri) from error


def _unreadable(path: str, error: OSError | ValueError, uri: str) -> StorageError:
    """A file that can't be uploaded: for the task to mend, unless this machine has no handles or memory left."""
    kind = UnfitSourceError if isinstance(error, ValueError) or is_lasting(error) else StorageError
    return kind(uri, f"{path!r} can't be read: {error}")


def _kind(mode: int) -> str:
    kinds = {
        stat.S_IFDIR: "a folder",
        stat.S_IFIFO: "a pipe",
        stat.S_IFSOCK: "a socket",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
    }
    return kinds.get(stat.S_IFMT(mode), "something else")


@contextlib.contextmanager
def written_whole(path: str) -> Iterator[IO[bytes]]:
    """A file open for writing that gets its name `path` only when all went well."""
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)  # noqa: PTH103, PTH120
    temporary = temporary_beside(path)
    try:
        with open(temporary, "wb") as file:  # noqa: PTH123
            yield file
        os.replace(temporary, path)  # noqa: PTH105
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)  # noqa: PTH108
        raise


def temporary_beside(path: str) -> str:
    """A fresh path in the folder of `path`. Its name doesn't grow with that of `path`, which may be as long as names can be."""
    return os.path.join(os.path.dirname(path), f".{os.getpid()}.{os.urandom(4).hex()}.tmp")  # noqa: PTH118, PTH120


@contextlib.contextmanager
def _explained(uri: str) -> Iterator[None]:
    try:
        yield
    except StorageError:
        raise
    except FileNotFoundError as error:
        raise ObjectNotFoundError(uri, f"there is no such file: {error.filename}") from error
    except OSError as error:
        raise local_error(error, uri) from error


def local_error(error: OSError, uri: str) -> StorageError:
    """An error of this machine's file system."""
    if is_full(error):
        place = f" at {error.filename}" if error.filename else ""
        return NoSpaceError(uri, f"the disk is full{place}: {type(error).__name__}: {error}")
    return StorageError(uri, f"{type(error).__name__}: {error}", lasting=is_lasting(error))


def is_full(error: BaseException) -> bool:
    """Whether there is no more room on a disk. Libraries in Rust and C++ raise errors of their own, where only the text shows it."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    words_count = isinstance(error, (OSError, RuntimeError)) or type(error).__module__.partition(".")[0] in ("polars", "pyarrow")
    return words_count and any(sign in str(error) for sign in ("No space left on device", "Disk quota exceeded"))


def behind(error: BaseException, *, storing: str = "") -> StorageError | None:
    """The store's or the disk's failure behind `error`, which somebody made of it; None where there is none. `storing` names what is
    full where the error doesn't.
    """
    for cause in causes(error):
        if isinstance(cause, StorageError):
            return cause
        if is_full(cause):
            place = getattr(cause, "filename", None) or storing or "a file that was to be stored"
            return NoSpaceError(str(place), f"the disk is full: {type(cause).__name__}: {cause}")
    return None


def is_same_again(error: OSError) -> bool:
    """Whether the same call would fail in the same way in a moment."""
    return error.errno in _SAME


def is_lasting(error: OSError) -> bool:
    """Whether the same call would fail in the same way until somebody changes a path, a mode or a mount."""
    return error.errno in _LASTING
