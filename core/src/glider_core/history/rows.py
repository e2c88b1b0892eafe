"""What the index has of each execution: one flat row, so that DuckDB, pandas and polars open it as a table.

A row is made of a record and of nothing else, so that an index can be made anew. Amounts are in CPUs, bytes and seconds, times are RFC
3339 in UTC; `labels` are the execution's own. A row with `deleted` alone, beside what identifies it, takes the place of the others with
its UID: the execution's data and record were deleted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One execution. Names are those of the JSON, in snake case; what isn't known is None, or empty.

    Attributes:
        uid, namespace, name: which execution it is.
        phase: how it ended.
        reason, code, message: why, where it failed; of the message the first line, cut.
        task, version: the task's full name and version.
        template: the TaskTemplate's name; empty where the task was written out.
        labels: the execution's labels.
        created, started, completed, archived: times.
        attempts: how many there were.
        user_retries, system_retries: how many of the further attempts followed a failure of either origin.
        wait_seconds: from the creation to the first attempt's start.
        run_seconds: of all attempts together, from their starts to their ends.
        cpu_request, cpu_limit: of the task's container, in CPUs.
        memory_request, memory_limit: of the task's container, in bytes.
        gpus: how many it asks for.
        cpu_seconds: used by all attempts.
        peak_memory: the most that an attempt had, in bytes.
        bytes_in, bytes_out: read from the store, and written there.
        image: the task's image.
        code_sha256: of its code, where that isn't in the image.
        rerun_of, parent: UIDs of executions.
        folder: the execution's own folder of metadata in the store.
        uses: the folders of other executions that its inputs refer to.
        deleted: when its data and its record were deleted.
    """

    uid: str
    namespace: str
    name: str
    completed: str
    phase: str = ""
    reason: str = ""
    code: str = ""
    message: str = ""
    task: str = ""
    version: str = ""
    template: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    created: str = ""
    started: str = ""
    archived: str = ""
    attempts: int = 0
    user_retries: int = 0
    system_retries: int = 0
    wait_seconds: float | None = None
    run_seconds: float | None = None
    cpu_request: float | None = None
    cpu_limit: float | None = None
    memory_request: int | None = None
    memory_limit: int | None = None
    gpus: float | None = None
    cpu_seconds: float | None = None
    peak_memory: int | None = None
    bytes_in: int | None = None
    bytes_out: int | None = None
    image: str = ""
    code_sha256: str = ""
    rerun_of: str = ""
    parent: str = ""
    folder: str = ""
    uses: tuple[str, ...] = ()
    deleted: str = ""
