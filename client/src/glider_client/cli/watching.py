"""`-w`: a list, then a line or a document for each change, until Ctrl-C. A broken connection neither ends it nor repeats a line."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import click

from glider_client.cli.listing import Columns, Listing
from glider_client.cli.printing import print_table, printer
from glider_client.cluster.client import JSON, TABLE
from glider_client.cluster.errors import ExpiredError, UnavailableError, UnreachableError
from glider_client.views.documents import without_managed_fields
from glider_client.views.tables import widths_of

Json = Mapping[str, Any]

#: Seconds until a server is asked again that didn't answer.
_PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0)


def watch_listing(listing: Listing) -> None:
    """Print `listing`, and every change. Ends with an error, or by Ctrl-C."""
    shown, failures = _Shown(listing), 0
    while True:
        try:
            version = shown.list_all()
            failures = 0
            while True:
                version = shown.follow(version)
        except ExpiredError:
            continue
        except (UnreachableError, UnavailableError) as error:
            if not shown.began:
                raise
            click.echo(f"{error} Trying again.", err=True) if not failures else None
            time.sleep(_PAUSES[min(failures, len(_PAUSES) - 1)])
            failures += 1


class _Shown:
    """What has been printed: an object is printed again only if it has changed."""

    def __init__(self, listing: Listing) -> None:
        self._listing = listing
        self._versions: dict[str, str] = {}
        self._columns: Columns | None = None
        self._widths: list[int] = []
        self._print = None if listing.is_table else printer(listing.output)
        self._query = listing.parameters | ({"includeObject": "Metadata"} if listing.is_table else {})
        self._accept = TABLE if listing.is_table else JSON
        self.began = False

    def list_all(self) -> str:
        """Print what is there and hasn't been printed yet; return the version to go on from."""
        page = self._listing.cluster.get(self._listing.path, query=self._query, accept=self._accept)
        if self._listing.is_table:
            self._show_rows(page, only_recent=True)
        else:
            for item in page["items"]:
                self._show_document(
                    {"apiVersion": page["apiVersion"], "kind": str(page["kind"]).removesuffix("List"), **item}, only_recent=True
                )
        self.began = True
        return str(page["metadata"]["resourceVersion"])

    def follow(self, version: str) -> str:
        """Print changes until the API server ends the watch; return the version to go on from."""
        for event in self._listing.cluster.watch(self._listing.path, resource_version=version, query=self._query, accept=self._accept):
            if event.type == "BOOKMARK":
                version = str(_metadata(event.object).get("resourceVersion") or version)
            elif self._listing.is_table:
                version = self._show_rows(event.object) or version
            else:
                version = self._show_document(event.object)
        return version

    def _show_rows(self, table: Json, *, only_recent: bool = False) -> str:
        wide, with_namespace = self._listing.output == "wide", not self._listing.namespace
        fresh = [row for row in table["rows"] if self._is_fresh(row["object"]["metadata"], only_recent=only_recent)]
        first = self._columns is None
        if table.get("columnDefinitions"):
            self._columns = Columns.of(table, wide=wide, with_namespace=with_namespace)
        if self._columns is None or not fresh:
            self._columns = None if first and not fresh else self._columns
            return _version(table)
        rows = [self._columns.row(row) for row in fresh]
        names = [name.upper() for name in self._columns.names]
        self._widths = widths_of([names, *rows], least=self._widths)
        print_table(names, rows, coloured=self._columns.phase, widths=self._widths, with_header=first and self._listing.headers)
        return _version(table)

    def _show_document(self, document: Json, *, only_recent: bool = False) -> str:
        if self._is_fresh(document["metadata"], only_recent=only_recent) and self._print is not None:
            self._print(without_managed_fields(document))
        return str(document["metadata"]["resourceVersion"])

    def _is_fresh(self, metadata: Json, *, only_recent: bool) -> bool:
        """Whether it has changed since it was printed; `only_recent`: whether `--since` counts, which is about the first list."""
        if self._versions.get(metadata["uid"]) == metadata["resourceVersion"]:
            return False
        self._versions[metadata["uid"]] = metadata["resourceVersion"]
        return not only_recent or self._listing.query.takes(metadata)


def _metadata(document: Json) -> Json:
    """A bookmark of a table has the version in its only row, or in the table."""
    rows = document.get("rows") or ()
    return rows[0]["object"]["metadata"] if rows else document.get("metadata") or {}


def _version(table: Json) -> str:
    rows = table.get("rows") or ()
    return str(rows[-1]["object"]["metadata"]["resourceVersion"]) if rows else ""
