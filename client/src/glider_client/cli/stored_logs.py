"""Prints the log of an attempt from the store, where the executor keeps it beside the outputs, since its pod may be gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from glider.storage.errors import StorageError
from glider.wire.logparts import LogLine
from glider_client.history.finding import Found
from glider_client.history.stored_logs import container_of, stored_log
from glider_client.views.logs import Line, Source, Wanted, archived_source, runs_still, selected

Json = Mapping[str, Any]

_CREDENTIALS = "Check the store's address and credentials in the environment"


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredLog:
    """The stored logs of one execution.

    Attributes:
        found: the execution, as it is now.
        pods: its pods, as far as they are known.
        show: prints a line.
    """

    found: Found
    pods: Sequence[Json]
    show: Callable[[Line], None]

    def show_attempt(self, number: int, wanted: Wanted, *, note: str = "") -> str:
        """Print an attempt's log, after a `note` on standard error; return why there is none in the store, or nothing."""
        source = archived_source(self.found.execution, self.pods, number)
        if not source.container:
            source = replace(source, container=container_of(self.found))
        if wanted.container and wanted.container != source.container:
            return f"only the log of the task's container{f' {source.container}' if source.container else ''} is in the store"
        try:
            if not (folders := self.found.folders()):
                return "its log with it"
            lines = stored_log(self.found, number, report=lambda problem: click.echo(f"Warning: {problem}", err=True))
            if lines is None:
                where = f"{folders[0]}/{number}/logs"
                return f"there is no log of it in the store at {where}: it printed nothing, or its log wasn't kept (docs/history.md)"
            if wanted.all_containers:
                note = f"{note} Only the log of the task's container is there.".strip()
            if note:
                click.echo(note, err=True)
            self._show(source, lines, wanted)
        except StorageError as error:
            return f"its log can't be read from the store: {str(error).rstrip('.')}. {_CREDENTIALS}"
        return ""

    def _show(self, source: Source, lines: Iterator[LogLine], wanted: Wanted) -> None:
        last = ""
        for line in selected(lines, since=_since(wanted), tail=_tail(wanted)):
            self.show(Line(source=source, time=line.time, text=line.text, stream=line.stream))
            last = max(last, line.time)
        if runs_still(self.found.execution, source.attempt):
            until = f" up to {last}" if last else ""
            click.echo(f"This is what the store has{until}; attempt {source.attempt} hasn't ended, and may have printed more.", err=True)


def _tail(wanted: Wanted) -> int | None:
    lines = wanted.begin.get("tailLines")
    return None if lines is None else int(lines)


def _since(wanted: Wanted) -> str:
    seconds = wanted.begin.get("sinceSeconds")
    return f"{datetime.now(UTC) - timedelta(seconds=int(seconds)):%Y-%m-%dT%H:%M:%S.%f}" if seconds else ""
