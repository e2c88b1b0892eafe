"""An archive in memory, as the console's store reads one: what a test puts there, by URI."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from glider.storage.errors import ObjectNotFoundError
from glider_client.stored.store import Listing, Store
from glider_console.history.segments import Segments
from glider_core.api.places import Place
from glider_core.history.layout import Segment, index_day_uri
from glider_core.history.rows import Row
from glider_core.history.segments import encode_rows

PREFIX = "s3://bucket/.history"
DAY = date(2026, 11, 29)


def uid(number: int) -> str:
    return f"{number:08d}-0000-4000-8000-000000000000"


def kept(number: int, *, day: date = DAY, **fields: Any) -> Row:
    """A row of the index."""
    times = {"created": f"{day}T10:00:{number % 60:02d}Z", "completed": f"{day}T11:00:00Z"}
    return Row(**{"uid": uid(number), "namespace": "team-a", "name": f"run-{number}", "phase": "Succeeded", **times, **fields})


@dataclass(eq=False)
class Archive(Store):
    """Objects by URI. `reads` counts them; what is in `broken` fails."""

    objects: dict[str, bytes] = field(default_factory=dict)
    reads: list[str] = field(default_factory=list)
    broken: dict[str, Exception] = field(default_factory=dict)

    def put(self, rows: Iterable[Row], *, day: date = DAY, namespace: str = "team-a", unique: str = "a", level: int = 0) -> str:
        """A segment of the index; its URI."""
        uri = f"{index_day_uri(PREFIX, namespace=namespace, day=day)}/{Segment(level, unique).name}"
        self.objects[uri] = encode_rows(rows)
        return uri

    async def read(self, place: Place, *, most: int, node_identity: bool) -> bytes:
        self.reads.append(str(place))
        if (error := self.broken.get(str(place))) is not None:
            raise error
        if str(place) not in self.objects:
            raise ObjectNotFoundError(str(place), "no such object")
        return self.objects[str(place)]

    async def listing(self, place: Place, *, most: int, node_identity: bool) -> Listing:
        if (error := self.broken.get(str(place))) is not None:
            raise error
        before = f"{place}/"
        found = {uri.removeprefix(before): len(data) for uri, data in sorted(self.objects.items()) if uri.startswith(before)}
        return Listing(sizes=dict(list(found.items())[:most]), more=len(found) > most)

    async def folders(self, place: Place, *, most: int, node_identity: bool) -> list[str]:
        before = f"{place}/"
        return sorted({uri.removeprefix(before).partition("/")[0] for uri in self.objects if uri.startswith(before)})[:most]


class Merging(Archive):
    """Somebody does something after each listing."""

    after: Callable[[], None] = staticmethod(lambda: None)
    listings = 0

    async def listing(self, place: Place, *, most: int, node_identity: bool) -> Listing:
        found = await super().listing(place, most=most, node_identity=node_identity)
        self.listings += 1
        self.after()
        return found


def segments_of(archive: Archive, *, most: int = 100_000) -> Segments:
    return Segments(prefix=lambda: PREFIX, store=archive, most=most)
