"""Files of a volume that the operator shares with tasks' pods, below the folder that its administrator named, and nowhere else.

Tasks write there, and may put links, pipes and endless files in place of what the operator expects, also while it looks. So each folder
is opened from the one above it, links are never followed, what isn't a regular file is never opened for long, and reads are bounded.
The executor's own `LocalFiles` does none of that: it has the pod's rights.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator

from glider.storage.errors import AccessDeniedError, NoSpaceError, ObjectNotFoundError, OddKeyError, StorageError, check_size
from glider.storage.local import is_full
from glider_core.api.places import Place, parse_place

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
#: A pipe without a writer would block; what is opened is asked for its kind at once.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
#: An attempt's folder has no more levels.
_DEEPEST = 8
_DENIED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
#: A link, or a socket, or something else that is no folder where one is expected.
_ODD = frozenset({errno.ELOOP, errno.ENOTDIR, errno.ENXIO, errno.EISDIR})


class SharedFiles:
    """Small files at `file://` below the folder `root`. Its methods are those of Storage that the operator uses."""

    def __init__(self, root: Place) -> None:
        self._root = root

    def read(self, uri: str, *, most: int | None = None) -> bytes:
        """The whole file.

        Raises:
            TooLargeError: it has more than `most` bytes.
        """
        with _explained(uri), self._parent(uri) as (folder, name):
            descriptor = os.open(name, _FILE, dir_fd=folder)
            try:
                found = os.fstat(descriptor)
                if not stat.S_ISREG(found.st_mode):
                    raise OddKeyError(uri, f"expected a regular file, found {_kind(found.st_mode)}")
                check_size(uri, found.st_size, most=most)
                data = _read_at_most(descriptor, found.st_size if most is None else most + 1)
            finally:
                os.close(descriptor)
            check_size(uri, len(data), most=most)  # it may have grown meanwhile
            return data

    def write(self, uri: str, data: bytes) -> None:
        """All of `data`, or nothing. What has the name already is replaced, also a link, and not followed."""
        with _explained(uri), self._parent(uri, make=True) as (folder, name):
            temporary = f".{os.getpid()}.{os.urandom(8).hex()}.tmp"
            descriptor = os.open(temporary, _NEW, 0o666, dir_fd=folder)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(data)
                os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
            except BaseException:
                with contextlib.suppress(OSError):
                    os.unlink(temporary, dir_fd=folder)
                raise

    def sizes(self, uri: str, *, most: int | None = None) -> dict[str, int]:
        """The regular files beneath the folder `uri` by their relative paths, sorted, with their sizes; none where there is no such folder.

        Raises:
            TooLargeError: there are more than `most` entries.
        """
        found: dict[str, int] = {}
        seen = 0
        with _explained(uri):
            try:
                with self._folder(uri, _parts(uri)) as folder:
                    for name, size in _walk(folder, "", depth=_DEEPEST):
                        check_size(uri, seen := seen + 1, most=most, what="files")
                        if size is not None:
                            found[name] = size
            except FileNotFoundError:
                return {}
        return dict(sorted(found.items()))

    @contextlib.contextmanager
    def _parent(self, uri: str, *, make: bool = False) -> Iterator[tuple[int, str]]:
        """The folder that the file is in, open, and the file's name there."""
        *parts, name = _parts(uri)
        with self._folder(uri, tuple(parts), make=make) as folder:
            yield folder, name

    @contextlib.contextmanager
    def _folder(self, uri: str, parts: tuple[str, ...], *, make: bool = False) -> Iterator[int]:
        above = self._root.parts
        if parts[: len(above)] != above:
            raise AccessDeniedError(uri, f"expected a file below {self._root}")
        folder = self._open_root(uri)
        try:
            for part in parts[len(above) :]:
                if make:
                    with contextlib.suppress(FileExistsError):
                        os.mkdir(part, 0o777, dir_fd=folder)
                inner = os.open(part, _FOLDER, dir_fd=folder)
                os.close(folder)
                folder = inner
            yield folder
        finally:
            os.close(folder)

    def _open_root(self, uri: str) -> int:
        path = f"/{'/'.join(self._root.parts)}"
        try:
            return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)  # links in it are the administrator's
        except (FileNotFoundError, NotADirectoryError) as error:
            raise AccessDeniedError(uri, f"expected the volume at {path}, storageAccess.filesRoot, found no such folder") from error


def _parts(uri: str) -> tuple[str, ...]:
    return parse_place(uri, files=True).parts


def _read_at_most(descriptor: int, most: int) -> bytes:
    found = bytearray()
    while len(found) < most and (data := os.read(descriptor, most - len(found))):
        found += data
    return bytes(found)


def _walk(folder: int, beneath: str, *, depth: int) -> Iterator[tuple[str, int | None]]:
    """Each entry by its path, with its size if it is a regular file."""
    with os.scandir(folder) as entries:
        for entry in entries:
            name = f"{beneath}{entry.name}"
            if entry.is_dir(follow_symlinks=False) and depth:
                yield name, None
                try:
                    inner = os.open(entry.name, _FOLDER, dir_fd=folder)
                except OSError as error:  # it was replaced, or removed, meanwhile
                    if error.errno in _ODD or error.errno == errno.ENOENT:
                        continue
                    raise
                try:
                    yield from _walk(inner, f"{name}/", depth=depth - 1)
                finally:
                    os.close(inner)
            else:
                try:
                    size = entry.stat(follow_symlinks=False).st_size if entry.is_file(follow_symlinks=False) else None
                except FileNotFoundError:  # the same; the others are there
                    continue
                yield name, size


def _kind(mode: int) -> str:
    return {stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket", stat.S_IFDIR: "a folder"}.get(stat.S_IFMT(mode), "a device")


@contextlib.contextmanager
def _explained(uri: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise ObjectNotFoundError(uri, "there is no such file") from error
    except OSError as error:
        if error.errno in _ODD:
            raise OddKeyError(uri, "expected folders and a regular file, found a link or something else in their place") from error
        if error.errno in _DENIED:
            raise AccessDeniedError(uri, f"{error.strerror}") from error
        if is_full(error):
            raise NoSpaceError(uri, f"the volume is full: {error.strerror}") from error
        raise StorageError(uri, f"{type(error).__name__}: {error.strerror}") from error
