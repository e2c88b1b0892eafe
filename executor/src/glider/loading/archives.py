"""Unpacks an archive whole or not at all, and nowhere else than where it should.

The standard library's filter would do most of this, but not every Python 3.10 and 3.11 has it, and it sets no limits. All is
unpacked into a folder of its own first and moved from there, so that a broken archive leaves its destination untouched.
"""

from __future__ import annotations

import contextlib
import gzip
import importlib
import io
import os
import shutil
import sys
import tarfile
import zlib
from collections.abc import Iterator
from typing import Any

MOST_BYTES = 8 << 30
MOST_MEMBERS = 200_000
_MOST_PADDING = 64 << 20
#: Names of members are read at once. What is compressed can make a name of gigabytes out of nothing.
_MOST_AT_ONCE = 8 << 20
#: How what is compressed begins, by tarfile's names; a plain tar begins with a file's name.
_MODULES = {"gz": "gzip", "bz2": "bz2", "xz": "lzma", "zst": "compression.zstd"}
_MAGIC = {"gz": b"\x1f\x8b", "bz2": b"BZh", "xz": b"\xfd7zXZ\x00", "zst": b"\x28\xb5\x2f\xfd", "zip": b"PK\x03\x04"}


class ArchiveError(Exception):
    """The archive is broken, or holds something that must not be unpacked; the message names it."""


def unpack(archive: str, destination: str, *, staging: str, most_bytes: int = MOST_BYTES, most_members: int = MOST_MEMBERS) -> None:
    """Puts the members of the tar `archive`, however it is compressed, into the folder `destination`, over what is there.

    Args:
        archive: path of the archive.
        destination: an existing folder.
        staging: where to unpack first: a path on the same file system, at which there is nothing yet.
        most_bytes: how much may come out of the archive.
        most_members: how many files, folders and links.

    Raises:
        ArchiveError: nothing was put into `destination`.
        OSError: `destination` can't be written.
    """
    os.mkdir(staging)  # noqa: PTH102
    root = os.path.realpath(staging)
    try:
        with _opened(archive) as tar:
            for member in _checked(tar, most_bytes=most_bytes, most_members=most_members):
                _extract(tar, member, root)
            _check_end(tar)
    except (tarfile.TarError, zlib.error, EOFError, ValueError, gzip.BadGzipFile) as error:
        raise _broken(error) from error
    except (FileExistsError, IsADirectoryError, NotADirectoryError) as error:
        raise ArchiveError(f"expected a file or a folder of one name, found both: {os.path.relpath(error.filename, root)}") from error
    except Exception as error:
        if type(error).__module__ == "_lzma" or (isinstance(error, OSError) and error.errno is None):  # bzip2's
            raise _broken(error) from error
        raise
    _check_links(root)
    _merge(root, destination)


def _checked(tar: tarfile.TarFile, *, most_bytes: int, most_members: int) -> Iterator[tarfile.TarInfo]:
    size = 0
    for number, member in enumerate(tar, start=1):
        size += member.size
        if number > most_members:
            raise ArchiveError(f"expected at most {most_members} members, found more")
        if size > most_bytes:
            raise ArchiveError(f"expected at most {most_bytes} bytes to unpack, found more, at {member.name}")
        if not (member.isreg() or member.isdir() or member.issym() or member.islnk()):
            raise ArchiveError(f"{member.name}: expected files, folders and links, found a device or a pipe")
        yield member


@contextlib.contextmanager
def _opened(archive: str) -> Iterator[tarfile.TarFile]:
    """By content, as tar does it: flytectl uploads plain tars by the name code.tar.gz."""
    with open(archive, "rb") as file:  # noqa: PTH123
        start = file.read(8)
    kind = next((kind for kind, magic in _MAGIC.items() if start.startswith(magic)), "")
    if kind == "zip":
        raise ArchiveError("expected a whole gzipped tar archive, found a zip archive")
    if kind == "zst" and sys.version_info < (3, 14):
        raise ArchiveError("expected a whole gzipped tar archive, found one of zstd, which Python knows from 3.14 on")
    if not kind:
        with tarfile.open(archive, "r:") as tar:
            yield tar
        return
    with importlib.import_module(_MODULES[kind]).open(archive, "rb") as stream, open_bounded(stream) as tar:
        yield tar


def open_bounded(stream: Any) -> tarfile.TarFile:
    """The tar that is in `stream`, out of which what is compressed comes.

    Raises:
        ArchiveError: now or while it is read, if a lot of it would be read into memory at once.
    """
    bounded: Any = _Bounded(stream)
    return tarfile.open(fileobj=bounded, mode="r:")


class _Bounded:
    """A stream that refuses to be read into memory: tarfile trusts the length that an archive gives for a name."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def tell(self) -> int:
        return int(self._stream.tell())

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return int(self._stream.seek(offset, whence))

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= _MOST_AT_ONCE:
            raise ArchiveError(f"expected names of at most {_MOST_AT_ONCE} bytes in the archive, found more")
        return bytes(self._stream.read(size))


def _broken(error: Exception) -> ArchiveError:
    return ArchiveError(f"expected a whole gzipped tar archive, or another tar archive: {type(error).__name__}: {error}")


def _check_end(tar: tarfile.TarFile) -> None:
    """What follows the last member is padding; after it comes the checksum, which gzip compares only when it gets there. A tar that
    isn't compressed has none: what is cut off between two members lacks the block of zeros.
    """
    rest: Any = tar.fileobj
    if isinstance(rest, io.BufferedReader):
        rest.seek(tar.offset)  # where the last header was looked for
        if rest.read(tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE):
            raise EOFError("the archive is cut off after a member")
    for _ in range(_MOST_PADDING >> 20):
        if not rest.read(1 << 20):
            return
    raise ArchiveError(f"expected at most {_MOST_PADDING} bytes after the last member, found more")


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, root: str) -> None:
    path = _inside(root, member.name)
    if member.isdir():
        os.makedirs(path, exist_ok=True)  # noqa: PTH103
        return
    os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120
    if os.path.lexists(path):  # the last of two members with one name is the one that counts
        os.unlink(path)  # noqa: PTH108
    if member.issym():
        os.symlink(member.linkname, path)  # noqa: PTH211
    elif member.islnk():
        target = _inside(root, member.linkname)
        if os.path.islink(target) or not os.path.isfile(target):  # noqa: PTH113, PTH114
            raise ArchiveError(f'{member.name}: expected a link to an earlier file of the archive, found one to "{member.linkname}"')
        os.link(target, path)
    else:
        _write(tar, member, path)


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, path: str) -> None:
    source = tar.extractfile(member)
    if source is None:
        raise ArchiveError(f"{member.name}: expected a file, found none")
    with source, open(path, "xb") as file:  # noqa: PTH123
        shutil.copyfileobj(source, file, 1 << 20)
        os.fchmod(file.fileno(), 0o600 | (member.mode & 0o777))


def _inside(root: str, name: str) -> str:
    """The path of the member `name`, with the links in its folder followed.

    Raises:
        ArchiveError: it isn't below `root`.
    """
    path = os.path.normpath(name)
    folder, last = os.path.split(path)
    found = os.path.realpath(os.path.join(root, folder))  # noqa: PTH118
    if os.path.isabs(name) or ".." in name.split("/") or not _is_below(found, root):  # noqa: PTH117
        raise ArchiveError(f"{name}: expected a name below the archive's own folder, found one that leads out of it")
    return root if path == "." else os.path.join(found, last)  # noqa: PTH118


def _check_links(root: str) -> None:
    """After all is there, since what a link leads to may come after it."""
    for folder, folders, files in os.walk(root):
        for path in (os.path.join(folder, name) for name in [*folders, *files]):  # noqa: PTH118
            if os.path.islink(path) and (os.path.isabs(os.readlink(path)) or not _is_below(os.path.realpath(path), root)):  # noqa: PTH114, PTH115, PTH117
                name = os.path.relpath(path, root)
                raise ArchiveError(f'{name}: expected links below the archive\'s own folder, found one to "{os.readlink(path)}"')  # noqa: PTH115


def _is_below(path: str, root: str) -> bool:
    return path == root or path.startswith(root + os.sep)


def _merge(source: str, target: str) -> None:
    """Moves what is in `source` into `target`. A link that stands where a folder belongs gives way, as with tar."""
    with os.scandir(source) as entries:
        for entry in entries:
            place = os.path.join(target, entry.name)  # noqa: PTH118
            is_folder = entry.is_dir(follow_symlinks=False)
            if is_folder and os.path.islink(place):  # noqa: PTH114
                os.unlink(place)  # noqa: PTH108
            try:
                os.replace(entry.path, place)  # noqa: PTH105
            except OSError:  # a folder that isn't empty, or that a volume is mounted at
                if not is_folder or not os.path.isdir(place):  # noqa: PTH112
                    raise
                _merge(entry.path, place)
