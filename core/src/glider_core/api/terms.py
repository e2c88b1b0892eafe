"""What an attempt was started with, by its pod's annotation: its outcome depends on that.

By then its template may be gone or replaced, the configuration's prefixes may be others, and the operator that made the pod may
have been restarted or upgraded. So the pod carries it, in one small annotation.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import Any

from glider.wire.durations import format_duration
from glider_core.api.fields import Fields
from glider_core.api.pod_settings import ExecutorMode
from glider_core.api.retrying import Timeouts
from glider_core.api.settings import parse_section
from glider_core.api.task import Storage

#: Two prefixes and three durations of the longest that the API server lets pass are less. What was parsed is remembered, so it is bounded.
_LONGEST = 4_096


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """Whose executor runs the task, whether its interface promises outputs, where its files are, and how long it may take.

    `memory_field` is what somebody would change to give it more memory.
    """

    executor: ExecutorMode = ExecutorMode.INJECTED
    outputs: bool = False
    storage: Storage = field(default_factory=Storage)
    timeouts: Timeouts = field(default_factory=Timeouts)
    memory_field: str = ""


def format_terms(terms: Terms) -> str:
    """The annotation."""
    storage, timeouts = terms.storage, terms.timeouts
    document = {
        "executor": terms.executor.value,
        "outputs": terms.outputs,
        "storage": _given(metadataPrefix=storage.metadata_prefix, rawOutputDataPrefix=storage.raw_output_data_prefix),
        "memoryField": terms.memory_field,
        "timeouts": _given(queued=_text(timeouts.queued), attempt=_text(timeouts.attempt), total=_text(timeouts.total)),
    }
    return json.dumps({name: value for name, value in document.items() if value}, separators=(",", ":"))


def parse_terms(annotation: str | None) -> Terms | None:
    """The terms in `annotation`, the same object for the same text; None where there is none, or where somebody edited it."""
    return _parsed(annotation) if annotation and len(annotation) <= _LONGEST else None


@lru_cache(maxsize=1_000)
def _parsed(annotation: str) -> Terms | None:
    try:
        fields = Fields(json.loads(annotation), path="")
        terms = Terms(
            executor=ExecutorMode(fields.required_text("executor")),
            outputs=fields.flag("outputs"),
            storage=parse_section(Storage, fields.object("storage")),
            timeouts=parse_section(Timeouts, fields.object("timeouts")),
            memory_field=fields.text("memoryField") or "",
        )
    except (ValueError, RecursionError):
        return None
    return terms


def _given(**fields: str | None) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _text(duration: timedelta | None) -> str | None:
    return None if duration is None else format_duration(duration)
