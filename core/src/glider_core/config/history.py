"""What stays in the store of executions that have ended: their logs and their history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from glider.wire.contract import DEFAULT_LOGS_INTERVAL, DEFAULT_LOGS_MOST_BYTES
from glider_core.api.fields import Fields
from glider_core.api.places import PLACE
from glider_core.api.settings import DURATION, FLAG, LIMIT, Kind, setting


def _read_place(fields: Fields, name: str) -> str | None:
    return fields.matching(name, PLACE, expected="a URI in an object store, such as s3://bucket/prefix")


_PLACE = Kind(words="URI", read=_read_place)


@dataclass(frozen=True, kw_only=True, slots=True)
class Logs:
    """Whether tasks' logs are kept in the store, beside their outputs."""

    archive: bool = setting(
        "Whether the executor keeps what a task writes to standard output and standard error in the store, beside its outputs "
        "(docs/history.md). Without a store it can't.",
        FLAG,
        default=True,
    )
    most_bytes: int = setting(
        "How much of an attempt's log is kept. Of more the beginning and the end are kept, and a line between has how much was cut.",
        LIMIT,
        default=DEFAULT_LOGS_MOST_BYTES,
    )
    interval: timedelta = setting(
        "How often what is new is stored while the task runs: as much is lost at most with a node.",
        DURATION,
        default=timedelta(seconds=DEFAULT_LOGS_INTERVAL),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """Whether finished executions are kept in the store."""

    enabled: bool = setting("Whether each execution that ends is kept in the store (docs/history.md).", FLAG, default=False, restart=True)
    prefix: str | None = setting(
        "The prefix below which the history is. The operator needs to read, write, list and delete there.",
        _PLACE,
        default_text="the folder .history below storage.metadataPrefix",
        restart=True,
    )
    pod_logs: bool = setting(
        "Whether the operator reads the log of a container that was killed with its executor, as one that is out of memory is, from its "
        "node, and adds to the archived log what the executor couldn't store any more, while `history.enabled` holds. It needs the right "
        "to get `pods/log`, which the chart gives unless this is false.",
        FLAG,
        default=True,
        restart=True,
    )
