"""`glider get --history`: a list of the history by its index, and documents by the records of those that are listed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import click

from glider.storage.errors import StorageError
from glider_client.cli.listing import TABLES, Columns, show_named
from glider_client.cli.places import Places
from glider_client.cli.printing import list_of, print_table, printer
from glider_client.history.finding import Found, unreadable
from glider_client.history.source import History
from glider_client.views.archived import table_of
from glider_core.api.labels import API_VERSION, EXECUTION_KIND
from glider_core.api.phases import Phase
from glider_core.history.queries import Query
from glider_core.history.records import Record, RecordError
from glider_core.history.rows import row_of
from glider_core.history.segments import Document, document_of, row_in

Json = Mapping[str, Any]
#: Records that are read at once.
_AT_ONCE = 16
_FINAL = tuple(phase.value for phase in Phase if phase.terminal)
_OF_PHASE = re.compile(r"status\.phase\s*(?P<operator>==|=|!=)\s*(?P<phase>[A-Za-z]+)")


def show_past(places: Places, query: Query, *, output: str, headers: bool) -> None:
    """Print executions of the history: those with the query's names, or all that are asked for, the newest first. Exits with 1 where
    one of the names isn't there, or some of the history can't be read, which is reported.

    Args:
        places: where the history is.
        query: which executions.
        output: the form, as `-o` has it.
        headers: whether a table has a header.

    Raises:
        HistoryError: the store doesn't answer, or refuses.
    """
    if query.names:
        show_named(query.names, lambda name: shown(places.find(name), output=output), output=output, headers=headers)
    else:
        _show_all(places, query, output=output, headers=headers)


def shown(found: Found, *, output: str) -> Json:
    """One execution as `show_named` wants it: as a table, or as a document."""
    if output not in TABLES:
        return found.execution
    now = datetime.now(UTC)
    row = row_of(Record(execution=found.execution, archived=now))
    return table_of([document_of(row)], now=now)


def past_query(
    *, names: Sequence[str], namespace: str, phases: Sequence[Phase], fields: str, labels: str, created_after: datetime | None
) -> Query:
    """What is asked for by the options of `glider get`; no namespace is all of them.

    Raises:
        UsageError: one of them asks for what the history's index doesn't have.
    """
    for phase in phases:
        if not phase.terminal:
            raise click.UsageError(f"--phase: expected {_words(_FINAL)}, since the history has what has ended, found {phase.value}.")
    wanted = [phase.value for phase in phases] or list(_FINAL)
    for requirement in filter(None, fields.split(",")):
        found = _OF_PHASE.fullmatch(requirement.strip())
        if found is None:
            expected = "status.phase=PHASE or status.phase!=PHASE, since the index of the history has no other fields"
            raise click.UsageError(f"--field-selector: expected {expected}, found {requirement.strip()!r}.")
        wanted = [phase for phase in wanted if (phase == found["phase"]) is (found["operator"] != "!=")]
    return Query(
        names=tuple(names),
        namespaces=(namespace,) if namespace else None,
        phases=(tuple(wanted) or ("",)) if phases or fields else (),
        labels=labels,
        created_after=created_after,
    )


def _show_all(places: Places, query: Query, *, output: str, headers: bool) -> None:
    history, problems = places.history(), list[str]()
    try:
        rows = list(history.index.documents(query))
    except StorageError as error:
        raise unreadable(history, error) from error
    if output in TABLES:
        _print_table(rows, wide=output == "wide", with_namespace=query.namespaces is None, headers=headers)
        if not rows:
            _report_none(history, query)
    elif output == "name":
        printer(output)(list_of({"apiVersion": API_VERSION, "kind": EXECUTION_KIND, "metadata": row} for row in rows))
    else:
        printer(output)(list_of(executions_of(history, rows, problems)))
    places.end_with_problems(problems)


def executions_of(history: History, rows: Iterable[Document], problems: list[str]) -> Iterator[dict[str, Any]]:
    """The executions of `rows`, by their records; what is wrong with those that can't be read goes into `problems`."""

    def read(row: Document) -> dict[str, Any] | str:
        try:
            record = history.records.read(row_in(row))
        except (StorageError, RecordError) as error:
            return f"{row['namespace']}/{row['name']}: {error}"
        return {"apiVersion": API_VERSION, "kind": EXECUTION_KIND, **record.execution}

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for found in pool.map(read, rows):
            if isinstance(found, str):
                problems.append(found)
            else:
                yield found


def _print_table(rows: Sequence[Document], *, wide: bool, with_namespace: bool, headers: bool) -> None:
    if rows:
        table = table_of(rows, now=datetime.now(UTC))
        columns = Columns.of(table, wide=wide, with_namespace=with_namespace)
        print_table(columns.names, list(map(columns.row, table["rows"])), coloured=columns.phase, with_header=headers)


def _report_none(history: History, query: Query) -> None:
    where = "any namespace" if query.namespaces is None else f"the namespace {query.namespaces[0]!r}"
    chosen = " that are selected" if query.phases or query.labels or query.created_after else ""
    click.echo(f"There are no executions{chosen} in {where} of the history at {history.prefix}.", err=True)


def _words(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"
