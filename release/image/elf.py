"""Which shared libraries an ELF file needs: read from the file and not by running it, so that a build for another architecture needs
no emulator.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_MAGIC = b"\x7fELF\x02\x01"  # 64 bits, little-endian
_LOAD, _DYNAMIC, _INTERPRETER = 1, 2, 3
_NEEDED, _STRING_TABLE, _RPATH, _RUNPATH = 1, 5, 15, 29


@dataclass(frozen=True, kw_only=True, slots=True)
class Elf:
    """What the dynamic loader reads of a file: the loader's own path, the names of libraries, and where they are searched first."""

    interpreter: str | None
    needed: tuple[str, ...]
    search: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Segment:
    kind: int
    offset: int
    address: int
    size: int


def read(path: Path) -> Elf | None:
    """The file's dynamic section; None where it is no 64-bit little-endian ELF file, which is all that we build for."""
    with path.open("rb") as file:
        if file.read(6) != _MAGIC:
            return None
    data = path.read_bytes()
    segments = list(_segments(data))
    interpreter = next((_text(data, one.offset) for one in segments if one.kind == _INTERPRETER), None)
    dynamic = next((one for one in segments if one.kind == _DYNAMIC), None)
    if dynamic is None:
        return Elf(interpreter=interpreter, needed=(), search=())
    entries = list(struct.iter_unpack("<qQ", data[dynamic.offset : dynamic.offset + dynamic.size]))
    table = next((value for tag, value in entries if tag == _STRING_TABLE), 0)
    strings = next(
        one.offset + table - one.address for one in segments if one.kind == _LOAD and one.address <= table < one.address + one.size
    )
    names = {tag: [_text(data, strings + value) for found, value in entries if found == tag] for tag in (_NEEDED, _RPATH, _RUNPATH)}
    search = [folder for text in names[_RUNPATH] or names[_RPATH] for folder in text.split(":")]
    return Elf(interpreter=interpreter, needed=tuple(names[_NEEDED]), search=tuple(search))


def _segments(data: bytes) -> Iterator[_Segment]:
    """The program headers."""
    (start,) = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    for number in range(count):
        kind, _, offset, address, _, length = struct.unpack_from("<IIQQQQ", data, start + number * size)
        yield _Segment(kind=kind, offset=offset, address=address, size=length)


def _text(data: bytes, offset: int) -> str:
    return data[offset : data.index(b"\0", offset)].decode()
