"""What a viewer's window shows, as JSON: first as a whole, then only what has changed. Each row is encoded once for all viewers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from glider_console.live.rows import Row
from glider_core.kube.jsonbytes import encoded


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """What one viewer sees: the rows of the window, how many there are of the query, and of each phase."""

    rows: Sequence[Row]
    total: int
    counts: Mapping[str, int]


def whole(shown: Shown, *, offset: int, encode: Callable[[Row], bytes]) -> bytes:
    """All of it: `offset`, `total`, `counts`, `rows`."""
    head = encoded({"offset": offset, "total": shown.total, "counts": dict(shown.counts)})
    return head[:-1] + b',"rows":' + _list(shown.rows, encode) + b"}"


def difference(before: Shown, after: Shown, *, encode: Callable[[Row], bytes]) -> bytes | None:
    """What makes `after` of `before`; None where they are the same.

    `rows` are those that are new or have changed, `order` the UIDs of all that are shown; either is left out where nothing is to be done.
    """
    known = {row.uid: row for row in before.rows}
    changed = [row for row in after.rows if known.get(row.uid) is not row]
    order = [row.uid for row in after.rows]
    is_moved = order != list(known)
    if not changed and not is_moved and (before.total, before.counts) == (after.total, after.counts):
        return None
    head = encoded({"total": after.total, "counts": dict(after.counts)} | ({"order": order} if is_moved else {}))
    return head[:-1] + b',"rows":' + _list(changed, encode) + b"}"


def _list(rows: Sequence[Row], encode: Callable[[Row], bytes]) -> bytes:
    return b"[" + b",".join(map(encode, rows)) + b"]"
