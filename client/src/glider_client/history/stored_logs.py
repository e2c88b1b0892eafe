"""The log of an attempt in the store, of an execution that was found, wherever it is."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import chain

from glider.settings.reading import read_settings
from glider.storage.store import Storage
from glider.wire.logparts import LogLine
from glider_client.cluster.errors import ClusterError
from glider_client.history.finding import Found
from glider_core.api.pod_template import PRIMARY, TASK
from glider_core.archive.logs import ArchivedLogs


def stored_log(found: Found, attempt: int, *, report: Callable[[str], None]) -> Iterator[LogLine] | None:
    """The lines; None where there are none in the store, or there is no store. `report` gets a sentence for each part that can't be read.

    Raises:
        StorageError: the store doesn't answer, or refuses.
        ClusterError: it can't be found out where the execution keeps its files.
    """
    logs = ArchivedLogs(Storage(read_settings(os.environ).storage), report=report)
    for folder in found.folders():
        lines = logs.lines(folder, attempt)
        if (first := next(lines, None)) is not None:
            return chain([first], lines)
    return None


def container_of(found: Found) -> str:
    """The name of the task's container, by its task; empty where that isn't known."""
    try:
        task = found.task()
    except ClusterError:
        return ""
    if "podTemplate" in task:
        return str(task.get("primaryContainerName") or PRIMARY)
    return str((task.get("container") or {}).get("name") or TASK)
