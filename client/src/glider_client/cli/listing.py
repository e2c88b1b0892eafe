"""Lists of objects on a command line: which ones, and how they are printed. `get` and `templates` share it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import click

from glider_client.cli.options import Decorator
from glider_client.cli.printing import list_of, print_table, printer
from glider_client.cluster.client import JSON, TABLE, Cluster
from glider_client.cluster.errors import ClusterError, NotFoundError
from glider_client.cluster.paths import namespaces
from glider_client.views.documents import without_managed_fields
from glider_core.api.moments import parse_time

Json = Mapping[str, Any]

#: The forms of `-o` for lists; of these two a table comes of it.
TABLES = ("", "wide")
FORMATS = ("wide", "json", "yaml", "name", "jsonpath=", "custom-columns=")
_MISSING = 1

_SELECTOR = click.option("-l", "--selector", metavar="LABELS", default="", help="Only with these labels, as kubectl's -l.")
_FIELDS = click.option("--field-selector", metavar="FIELDS", default="", help="Only with these fields, such as status.phase=Failed.")


def selection_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`-l` and `--field-selector`, as the arguments `selector` and `field_selector`."""
    decorators: Sequence[Decorator] = (_SELECTOR, _FIELDS)
    for decorator in reversed(decorators):
        command = decorator(command)
    return command


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """Which objects: those of these names, or all that are selected."""

    names: tuple[str, ...] = ()
    labels: str = ""
    fields: str = ""
    created_after: datetime | None = None

    @property
    def parameters(self) -> dict[str, str]:
        """What asks the API server for them."""
        fields = f"metadata.name={self.names[0]}" if self.names else self.fields
        return {key: value for key, value in (("labelSelector", self.labels), ("fieldSelector", fields)) if value}

    def takes(self, metadata: Json) -> bool:
        """Whether an object is one of them, by what no selector can express."""
        created = parse_time(metadata.get("creationTimestamp"))
        return self.created_after is None or created is None or created >= self.created_after


@dataclass(frozen=True, slots=True)
class Columns:
    """Which cells of the API server's table are shown."""

    names: tuple[str, ...]
    places: tuple[int, ...]
    with_namespace: bool

    @classmethod
    def of(cls, table: Json, *, wide: bool, with_namespace: bool) -> Columns:
        """Those with priority 0, or all."""
        shown = [(place, one["name"]) for place, one in enumerate(table["columnDefinitions"]) if wide or not one.get("priority")]
        names = (*(("Namespace",) if with_namespace else ()), *(name for _, name in shown))
        return cls(names, tuple(place for place, _ in shown), with_namespace)

    @property
    def phase(self) -> int:
        """Which of them is the phase; -1 for none."""
        return self.names.index("Phase") if "Phase" in self.names else -1

    def row(self, row: Json) -> list[str]:
        """The cells that are shown."""
        cells = ["" if row["cells"][place] is None else str(row["cells"][place]) for place in self.places]
        return [row["object"]["metadata"]["namespace"], *cells] if self.with_namespace else cells


class Listing:
    """A list that is asked for and printed.

    Args:
        cluster: where the objects are.
        path: from a namespace and a name to a path.
        namespace: theirs; empty for all.
        query: which ones.
        output: the form, as `-o` has it.
        headers: whether a table has a header.
        what: what they are called.
        elsewhere: looks for one of that name that isn't there. Returns it as a table or as a document, or raises a NotFoundError.
    """

    def __init__(
        self,
        cluster: Cluster,
        path: Callable[..., str],
        namespace: str,
        query: Query,
        *,
        output: str,
        headers: bool,
        what: str,
        elsewhere: Callable[[str], Json] | None = None,
    ) -> None:
        self.cluster, self.namespace, self.query, self.headers = cluster, namespace, query, headers
        self.output = output
        self.is_table = output in TABLES
        self._path = path
        self._elsewhere = elsewhere
        self._what = what

    @property
    def path(self) -> str:
        """The list's path."""
        return self._path(self.namespace)

    @property
    def parameters(self) -> dict[str, str]:
        """The list's query. A table without the objects' metadata is a third of the size."""
        needed = not self.namespace or self.query.created_after is not None
        return self.query.parameters | ({"includeObject": "Metadata" if needed else "None"} if self.is_table else {})

    def show(self) -> None:
        """Print it. Exits with 1 if one of the names isn't there."""
        if self.query.names:
            show_named(self.query.names, self._get, output=self.output, headers=self.headers)
        else:
            self._show_all()

    def _get(self, name: str) -> Json:
        try:
            return self.cluster.get(self._path(self.namespace, name), accept=TABLE if self.is_table else JSON)
        except NotFoundError:
            if self._elsewhere is None:
                raise
            return self._elsewhere(name)

    def _show_all(self) -> None:
        pages = self.cluster.pages(self.path, query=self.parameters, accept=TABLE if self.is_table else JSON)
        if self.is_table:
            if not self._print_table(list(pages)):
                self._report_none()
            return
        items = (item for page in pages for item in page["items"] if self.query.takes(item["metadata"]))
        printer(self.output)(list_of(without_managed_fields(item) for item in items))

    def _print_table(self, tables: Sequence[Json]) -> int:
        columns = Columns.of(tables[0], wide=self.output == "wide", with_namespace=not self.namespace)
        rows = [columns.row(row) for row in self._rows(tables)]
        if rows:
            print_table(columns.names, rows, coloured=columns.phase, with_header=self.headers)
        return len(rows)

    def _rows(self, tables: Sequence[Json]) -> Iterator[Json]:
        for table in tables:
            for row in table["rows"]:
                if self.query.created_after is None or self.query.takes(row["object"]["metadata"]):
                    yield row

    def _report_none(self) -> None:
        """On standard error, as kubectl does. An empty list of a namespace that isn't there is an error."""
        if self.namespace:
            try:
                self.cluster.get(namespaces(self.namespace))
            except NotFoundError:
                raise
            except ClusterError:  # no right to read it
                pass
        where = f"in the namespace {self.namespace!r}" if self.namespace else "in any namespace"
        chosen = " that are selected" if self.query.parameters or self.query.created_after else ""
        click.echo(f"There are no {self._what}{chosen} {where}.", err=True)


def show_named(names: Sequence[str], get: Callable[[str], Json], *, output: str, headers: bool) -> None:
    """Print the objects of these names. Exits with 1 if one of several isn't there.

    Args:
        names: the names.
        get: from a name to the object, or to a table of it, as `output` needs it.
        output: the form, as `-o` has it.
        headers: whether a table has a header.

    Raises:
        NotFoundError: the only one isn't there.
    """
    found, missing = [], False
    for name in names:
        try:
            found.append(get(name))
        except NotFoundError as error:
            if len(names) == 1:
                raise
            missing = True
            click.echo(f"Error: {error}", err=True)
    if found and output in TABLES:
        columns = [Columns.of(table, wide=output == "wide", with_namespace=False) for table in found]
        rows = [of.row(row) for of, table in zip(columns, found, strict=True) for row in table["rows"]]
        print_table(columns[0].names, rows, coloured=columns[0].phase, with_header=headers)
    elif found:
        documents = [without_managed_fields(one) for one in found]
        printer(output)(documents[0] if len(names) == 1 else list_of(documents))
    if missing:
        raise SystemExit(_MISSING)
