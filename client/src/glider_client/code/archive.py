"""The archive of a working tree: the same bytes for the same files, whoever makes it, where and when.

Files are sorted, times and owners are left out, and of the permissions only whether a file can be executed is kept. The gzip header
is written here, since Python's versions differ in it; the compressed bytes are those of the same zlib.
"""

from __future__ import annotations

import hashlib
import io
import struct
import tarfile
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from glider_client.code.ignoring import IGNORE_FILES
from glider_client.code.tree import ArchiveError, Entry, entries_of

#: What all files together may have: the archive is made in memory.
MOST_BYTES = 1 << 30

_GZIP_HEADER = b"\x1f\x8b\x08" + bytes(6) + b"\xff"
_LEVEL = 6
_LARGEST_NAMED = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Archive:
    """A .tar.gz, and what is in it."""

    data: bytes
    sha256: str
    files: tuple[Entry, ...]
    root: Path

    @property
    def size(self) -> int:
        """In bytes, compressed."""
        return len(self.data)


def make_archive(root: Path, *, only: Collection[Path] | None = None, most_bytes: int = MOST_BYTES) -> Archive:
    """The archive of the folder `root`.

    Args:
        root: the folder.
        only: these files of it alone.
        most_bytes: what all files together may have, before they are compressed.

    Raises:
        ArchiveError: it has too much, or something that can't be in an archive; the message is for the user.
    """
    root = root.resolve()
    entries = entries_of(root, only=only)
    if sum(entry.size for entry in entries) > most_bytes:
        raise too_large(root, entries, expected=f"files of at most {megabytes(most_bytes)}", found=sum(entry.size for entry in entries))
    data = _compressed(_tar(entries, root))
    return Archive(data=data, sha256=hashlib.sha256(data).hexdigest(), files=tuple(entries), root=root)


def too_large(root: Path, entries: Collection[Entry], *, expected: str, found: int, instead: str = "") -> ArchiveError:
    """The error for too much code, with the largest files."""
    largest = sorted(entries, key=lambda entry: (-entry.size, entry.path))[:_LARGEST_NAMED]
    named = ", ".join(f"{entry.path} ({megabytes(entry.size)})" for entry in largest)
    return ArchiveError(
        f"the code in {root} is too large: expected {expected}, found {megabytes(found)}. The largest files are {named}. "
        f"Leave out what isn't code with {IGNORE_FILES}{instead}"
    )


def megabytes(size: int) -> str:
    """A number of bytes for people."""
    for unit, factor in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} bytes"


def _tar(entries: Collection[Entry], root: Path) -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for entry in entries:
            member = tarfile.TarInfo(entry.path)
            if entry.link:
                member.type, member.linkname, member.mode = tarfile.SYMTYPE, entry.link, 0o777
                tar.addfile(member)
                continue
            try:
                content = entry.source.read_bytes()
            except OSError as error:
                raise ArchiveError(f"{entry.source.relative_to(root)}: it can't be read: {error.strerror or error}; try again") from error
            member.size, member.mode = len(content), 0o755 if entry.executable else 0o644
            tar.addfile(member, io.BytesIO(content))
    return written.getvalue()


def _compressed(data: bytes) -> bytes:
    deflate = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = deflate.compress(data) + deflate.flush()
    return _GZIP_HEADER + body + struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)
