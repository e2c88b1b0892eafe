"""What kind of content an object has, by its own bytes, and the headers that it is served with. Its name and whatever the store reports
as its type are its author's: only a few kinds of pictures are shown as such, and everything else is a download. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import quote

from glider.storage.uris import basename

#: How many of the first bytes decide.
SNIFFED = 4096
#: Of a picture that is shown; what is larger is a download.
MOST_PICTURE_BYTES = 20 << 20
_SHOWN_CHARACTERS = 2_000
_LONGEST_NAME = 150
_NOT_IN_A_NAME = re.compile(r'[/\\:*?"<>|\x00-\x1f\x7f-\x9f]')

_PICTURES = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp"),
)

#: Of what is served from the store: even as a page of its own it could do nothing.
HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Media:
    """What an object is.

    Attributes:
        kind: picture, parquet, csv, text or other.
        type: the content type of a picture.
        text: how a text begins.
    """

    kind: str
    type: str = "application/octet-stream"
    text: str = ""


def media_of(data: bytes, *, name: str, size: int) -> Media:
    """What begins with `data`, has `size` bytes and is called `name`."""
    picture = next((kind for pattern, kind in _PICTURES if pattern.match(data)), None)
    if picture is not None and size <= MOST_PICTURE_BYTES:
        return Media(kind="picture", type=picture)
    if data.startswith(b"PAR1") and size > len(b"PAR1") * 2:
        return Media(kind="parquet")
    text = _as_text(data[:SNIFFED], cut=size > SNIFFED)
    if text is None or not text:
        return Media(kind="other")
    kind = "csv" if name.lower().endswith((".csv", ".tsv")) else "text"
    return Media(kind=kind, text=text[:_SHOWN_CHARACTERS])


def _as_text(data: bytes, *, cut: bool) -> str | None:
    for missing in range(4 if cut else 1):  # the last character may be cut
        try:
            text = data[: len(data) - missing].decode()
        except UnicodeDecodeError:
            continue
        odd = any(unicodedata.category(character) == "Cc" and character not in "\t\n\r\f\x1b" for character in text)
        return None if odd else text
    return None


def disposition(uri: str, *, inline: bool = False, suffix: str = "") -> str:
    """The header Content-Disposition for the object at `uri` (RFC 6266): a name without a path, and without what turns text around."""
    name = _file_name(basename(uri)) + suffix
    ascii_name = name.encode("ascii", "replace").decode().replace("?", "_").replace("%", "_").replace(";", "_")
    return f"{'inline' if inline else 'attachment'}; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name, safe='')}"


def _file_name(name: str) -> str:
    visible = "".join(character for character in name if unicodedata.category(character) not in ("Cf", "Cc", "Cs", "Zl", "Zp"))
    safe = _NOT_IN_A_NAME.sub("_", visible).strip(". ")
    stem, dot, ending = safe.rpartition(".")
    if len(safe) > _LONGEST_NAME:
        safe = f"{stem[: _LONGEST_NAME - 20]}{dot}{ending[:15]}" if dot else safe[:_LONGEST_NAME]
    return safe or "file"


def range_of(header: str | None, size: int) -> tuple[int, int] | None:
    """The one range of bytes that the header Range asks for, from its start to before its end; None for all of them.

    Raises:
        ValueError: the object has no such range.
    """
    found = re.fullmatch(r"bytes=(\d{0,18})-(\d{0,18})", header or "")
    if found is None or found[1] == found[2] == "":
        return None
    if not found[1]:
        start, end = max(0, size - int(found[2])), size
    else:
        start, end = int(found[1]), min(size, int(found[2]) + 1 if found[2] else size)
    if start >= end:
        raise ValueError(f"bytes */{size}")
    return start, end
