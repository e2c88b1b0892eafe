"""Prints the log of an attempt from the store, where the executor keeps it beside the outputs, since its pod may be gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

import click

from glider.storage.errors import StorageError
from glider.wire.logparts import LogLine
from glider_client.views.logs import Line, Source, Wanted, archived_source, runs_still, selected
from glider_core.archive.logs import ArchivedLogs

Json = Mapping[str, Any]

_CREDENTIALS = "Check the store's address and credentials in the environment"


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredLog:
    """The stored logs of one execution.

    Attributes:
        execution: its document.
        pods: its pods, as far as they are known.
        folders: where its own folder may be.
        show: prints a line.
    """

    execution: Json
    pods: Sequence[Json]
    folders: Sequence[str]
    show: Callable[[Line], None]

    def show_attempt(self, number: int, wanted: Wanted, *, note: str = "") -> str:
        """Print an attempt's log, after a `note` on standard error; return why there is none in the store, or nothing."""
        source = archived_source(self.execution, self.pods, number)
        if wanted.container and wanted.container != source.container:
            return f"only the log of the task's container{f' {source.container}' if source.container else ''} is in the store"
        if not self.folders:
            return "its log with it"
        try:
            lines = self._lines(number)
            if lines is None:
                where = f"{self.folders[0]}/{number}/logs"
                return f"there is no log of it in the store at {where}: it printed nothing, or its log wasn't kept (docs/history.md)"
            if wanted.all_containers:
                note = f"{note} Only the log of the task's container is there.".strip()
            if note:
                click.echo(note, err=True)
            self._show(source, lines, wanted)
        except StorageError as error:
            return f"its log can't be read from the store: {str(error).rstrip('.')}. {_CREDENTIALS}"
        return ""

    def _lines(self, number: int) -> Iterator[LogLine] | None:
        """Those in the first folder that has some."""
        from glider_client.sdk.session import storage_of_environment

        logs = ArchivedLogs(storage_of_environment(), report=lambda problem: click.echo(f"Warning: {problem}", err=True))
        for folder in self.folders:
            lines = logs.lines(folder, number)
            if (first := next(lines, None)) is not None:
                return chain([first], lines)
        return None

    def _show(self, source: Source, lines: Iterator[LogLine], wanted: Wanted) -> None:
        last = ""
        for line in selected(lines, since=_since(wanted), tail=_tail(wanted)):
            self.show(Line(source=source, time=line.time, text=line.text, stream=line.stream))
            last = line.time or last
        if runs_still(self.execution, source.attempt):
            until = f" up to {last}" if last else ""
            click.echo(f"This is what the store has{until}; attempt {source.attempt} hasn't ended, and may have printed more.", err=True)


def _tail(wanted: Wanted) -> int | None:
    lines = wanted.begin.get("tailLines")
    return None if lines is None else int(lines)


def _since(wanted: Wanted) -> str:
    seconds = wanted.begin.get("sinceSeconds")
    return f"{datetime.now(UTC) - timedelta(seconds=int(seconds)):%Y-%m-%dT%H:%M:%S.%f}" if seconds else ""
