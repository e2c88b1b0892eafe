"""Moments and durations in protobuf's form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from google.protobuf import duration_pb2, timestamp_pb2

from glider_core.api.moments import parse_time

Json = Mapping[str, Any]


def timestamp(moment: datetime | None) -> timestamp_pb2.Timestamp | None:
    """`moment` as a Timestamp; None for none."""
    if moment is None:
        return None
    made = timestamp_pb2.Timestamp()
    made.FromDatetime(moment)
    return made


def duration(start: datetime | None, end: datetime | None) -> duration_pb2.Duration | None:
    """From `start` to `end`; None where one of them isn't known."""
    if start is None or end is None:
        return None
    made = duration_pb2.Duration()
    made.FromTimedelta(max(end - start, end - end))
    return made


def created(execution: Json) -> datetime:
    """When an object was created."""
    moment = parse_time(execution["metadata"]["creationTimestamp"])
    assert moment is not None, "the API server sets it"
    return moment
