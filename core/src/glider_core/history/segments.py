"""Segments of the index: rows as lines of JSON, compressed. Segments are never changed; many small ones are merged into a larger one.

Of several rows with one UID one counts, whichever segments they are in: a tombstone before all others, then the one that was archived
last. So it does no harm where two writers write the same, or where what was merged is still there.

Rows are merged as the lines that they are, so that what a newer release writes isn't lost by an older one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import orjson

from glider.wire import zstd
from glider_core.history.layout import Segment, segment_of
from glider_core.history.rows import Row

Document = dict[str, Any]
#: Which of several rows with one UID counts: the one with the highest.
Rank = tuple[bool, str]
T = TypeVar("T")

#: How many segments of one level are merged.
MERGED_AT_ONCE = 8
#: How much is merged, compressed: what is larger stays as it is, so that a merge takes little memory.
MOST_MERGED = 8 << 20
#: How often a folder is listed whose segments others merge while they are read, until it is given up.
LISTINGS = 10
#: What a segment may hold.
_MOST_BYTES = 1 << 30
#: Names of a higher level come later in listings, so that one in pages has what was merged, or what it became.
_HIGHEST = 9


class SegmentError(ValueError):
    """No segment, or not all of it."""


@dataclass(frozen=True, slots=True)
class Merge:
    """Segments to merge, by their names, and the level of what they become."""

    names: tuple[str, ...]
    level: int


def camel(name: str) -> str:
    """The key of a field in JSON: memory_limit is memoryLimit."""
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


#: The keys, by the names of the fields.
KEYS = {one.name: camel(one.name) for one in fields(Row)}
_FIELDS = {key: name for name, key in KEYS.items()}
_NEEDED = ("uid", "namespace", "name", "completed")


def document_of(row: Row) -> Document:
    """The row's JSON form, without what is empty; of a tombstone only that, and what identifies it."""
    keys = KEYS if not row.deleted else {name: KEYS[name] for name in (*_NEEDED, "deleted")}
    given = ((key, getattr(row, name)) for name, key in keys.items())
    return {key: value for key, value in given if value is not None and value != "" and value != () and value != {}}


def row_in(document: Mapping[str, Any]) -> Row:
    """The row with this JSON form. What a newer release has besides is left out."""
    given: dict[str, Any] = {_FIELDS[key]: value for key, value in document.items() if key in _FIELDS}
    if "uses" in given:
        given["uses"] = tuple(given["uses"])
    return Row(**given)


def encode_rows(rows: Iterable[Row]) -> bytes:
    """A segment with these rows."""
    return _compressed(orjson.dumps(document_of(row)) for row in rows)


def decode_rows(data: bytes) -> list[Row]:
    """The rows of a segment, as they are in it: `latest` makes one of each UID's.

    Raises:
        SegmentError: it is none, or isn't whole.
    """
    return list(map(row_in, decode_documents(data)))


def decode_documents(data: bytes, *, with_any: Sequence[str] = ()) -> list[Document]:
    """The rows of a segment in their JSON form. Of `with_any`, where it isn't empty, each has one somewhere in its text: plain words
    such as names, so that most rows needn't be parsed where few are looked for.

    Raises:
        SegmentError: it is none, or isn't whole.
    """
    return [document for document, _ in _decoded(data, tuple(word.encode() for word in with_any))]


def documents_in(data: bytes, *, having: bytes = b"", most: int = _MOST_BYTES) -> Iterator[Document]:
    """The rows of a segment in their JSON form, one after the other, so that they needn't all be in memory.

    Args:
        data: the segment.
        having: only rows in whose JSON this is found are read.
        most: how many bytes the segment may hold.

    Raises:
        SegmentError: it is none, or isn't whole.
    """
    try:
        for line in zstd.decompress(data, most=most).splitlines():
            if having in line:
                if not _is_row(document := orjson.loads(line)):
                    raise SegmentError(f"expected rows with {', '.join(_NEEDED)}, found something else")
                yield document
    except (zstd.ZstdError, orjson.JSONDecodeError) as error:
        raise SegmentError(f"expected a whole segment of the index, found something else: {error}") from error


def latest(documents: Iterable[Document]) -> dict[str, Document]:
    """By UID, the rows that count; tombstones among them."""
    return counting((document["uid"], rank_of(document), document) for document in documents)


def rank_of(document: Document) -> Rank:
    """The rank of a row: a tombstone's is above all others, then it is by the time of archiving."""
    return "deleted" in document, document.get("archived", "")


def counting(rows: Iterable[tuple[str, Rank, T]]) -> dict[str, T]:
    """By UID, what counts of rows in any form. Each comes with its UID and its rank; of equals the first one counts."""
    found: dict[str, tuple[Rank, T]] = {}
    for uid, rank, row in rows:
        if uid not in found or rank > found[uid][0]:
            found[uid] = rank, row
    return {uid: row for uid, (_, row) in found.items()}


def merged(segments: Iterable[bytes]) -> bytes:
    """One segment with the rows of all that count.

    Raises:
        SegmentError: one is none, or isn't whole.
    """
    rows = ((document["uid"], rank_of(document), line) for segment in segments for document, line in _decoded(segment))
    return _compressed(counting(rows).values())


def next_merge(sizes: Mapping[str, int], *, whole: bool = False) -> Merge | None:
    """Which segments of a day to merge now; None where there are few enough.

    Args:
        sizes: the names of the day's files, with their sizes in bytes.
        whole: whether no row is expected any more, so that all become one.
    """
    levels: dict[int, list[str]] = {}
    for name in sorted(sizes):
        if (segment := segment_of(name)) is not None and sizes[name] < MOST_MERGED:
            levels.setdefault(segment.level, []).append(name)
    if whole:
        everything = _fitting([name for level in sorted(levels) for name in levels[level]], sizes)
        return Merge(everything, max(map(_level, everything)) + 1) if len(everything) > 1 else None
    for level in sorted(levels):
        if len(levels[level]) >= MERGED_AT_ONCE and len(names := _fitting(levels[level], sizes)) > 1:
            return Merge(names, level + 1)
    return None


def merged_name(merge: Merge, *, unique: str) -> str:
    """What the segment that comes of a merge is called."""
    return Segment(min(merge.level, _HIGHEST), unique).name


def _fitting(names: Sequence[str], sizes: Mapping[str, int]) -> tuple[str, ...]:
    """As many of `names`, the first ones, as are merged in one go."""
    chosen, total = [], 0
    for name in names:
        total += sizes[name]
        if total > MOST_MERGED:
            break
        chosen.append(name)
    return tuple(chosen)


def _level(name: str) -> int:
    segment = segment_of(name)
    assert segment is not None
    return segment.level


def _decoded(data: bytes, words: tuple[bytes, ...] = ()) -> list[tuple[Document, bytes]]:
    try:
        text = zstd.decompress(data, most=_MOST_BYTES)
        if words and not any(word in text for word in words):
            return []
        lines = [line for line in text.splitlines() if not words or any(word in line for word in words)]
        documents = orjson.loads(b"[" + b",".join(lines) + b"]")
    except (zstd.ZstdError, orjson.JSONDecodeError) as error:
        raise SegmentError(f"expected a whole segment of the index, found something else: {error}") from error
    if len(documents) != len(lines) or not all(map(_is_row, documents)):
        raise SegmentError(f"expected rows with {', '.join(_NEEDED)}, found something else")
    return list(zip(documents, lines, strict=True))


def _is_row(document: Any) -> bool:
    return (
        isinstance(document, dict)
        and all(isinstance(document.get(key), str) for key in _NEEDED)
        and isinstance(document.get("archived", ""), str)  # rows are compared by it
    )


def _compressed(lines: Iterable[bytes]) -> bytes:
    return zstd.compress(b"".join(line + b"\n" for line in lines), level=3)
