"""Where the history is, below its prefix.

    v1/<namespace>/<yyyy>/<mm>/<dd>/<uid>.json.zst                        a record: one execution
    v1/_index/<namespace>/<yyyy>/<mm>/<dd>/<level>-<unique>.jsonl.zst     a segment of the index: rows

The day is that of the execution's completion, in UTC, by the clock of the API server. No namespace begins with an underscore.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import NamedTuple

VERSION = "v1"
INDEX = "_index"
_DAY = re.compile(r"[0-9]{4}/[0-9]{2}/[0-9]{2}")
_RECORD = re.compile(r"([A-Za-z0-9-]{8,64})\.json\.zst")
_SEGMENT = re.compile(r"([0-9]{1,2})-([a-z0-9-]{1,64})\.jsonl\.zst")


class Segment(NamedTuple):
    """A segment's file name: its level, which grows as segments are merged, and what makes it unique."""

    level: int
    unique: str

    @property
    def name(self) -> str:
        """The file name."""
        return f"{self.level}-{self.unique}.jsonl.zst"


def day_of(completed: datetime) -> date:
    """The day under which an execution that ended at `completed` is kept."""
    return completed.astimezone(UTC).date()


def record_uri(prefix: str, *, namespace: str, day: date, uid: str) -> str:
    """Where the record of an execution is."""
    return f"{_trimmed(prefix)}/{VERSION}/{namespace}/{day:%Y/%m/%d}/{uid}.json.zst"


def records_uri(prefix: str, namespace: str | None = None) -> str:
    """The folder of the records of one namespace; without one the folder of all of them, beside which the index is."""
    return "/".join(filter(None, (_trimmed(prefix), VERSION, namespace)))


def uid_of(name: str) -> str | None:
    """The UID in the file name of a record; None where it is something else's."""
    found = _RECORD.fullmatch(name)
    return None if found is None else found[1]


def index_uri(prefix: str, namespace: str | None = None) -> str:
    """The folder of the index: of one namespace, or of all."""
    return "/".join(filter(None, (_trimmed(prefix), VERSION, INDEX, namespace)))


def index_day_uri(prefix: str, *, namespace: str, day: date) -> str:
    """The folder with the index's segments of one day."""
    return f"{index_uri(prefix, namespace)}/{day:%Y/%m/%d}"


def segment_of(name: str) -> Segment | None:
    """What the file name of a segment means; None where it is something else's."""
    found = _SEGMENT.fullmatch(name)
    return None if found is None else Segment(int(found[1]), found[2])


def segment_day(path: str) -> date | None:
    """The day of a segment, by its path below the index's folder of its namespace; None where it is something else's."""
    day, _, name = path.rpartition("/")
    try:
        return date(*map(int, day.split("/"))) if _DAY.fullmatch(day) and segment_of(name) else None
    except ValueError:  # the 31st of February
        return None


def _trimmed(prefix: str) -> str:
    return prefix.rstrip("/")
