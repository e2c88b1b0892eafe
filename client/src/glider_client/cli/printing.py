"""How commands print: documents as JSON or YAML, tables with phases in colour. `click.echo` drops colours where they aren't wanted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import click

from glider_client.views.tables import Row, aligned

Json = Mapping[str, Any]

_COLOURS = {
    "Succeeded": "green",
    "Failed": "red",
    "TimedOut": "red",
    "Aborted": "magenta",
    "Running": "cyan",
    "Retrying": "yellow",
    "Suspended": "yellow",
    "Warning": "yellow",
}


def in_colour(text: str) -> str:
    """A phase, or the type of an Event, in its colour; any other text as it is."""
    colour = _COLOURS.get(text)
    return click.style(text, fg=colour) if colour else text


def print_table(header: Row, rows: Sequence[Row], *, coloured: int = -1, widths: Sequence[int] = (), with_header: bool = True) -> None:
    """A table. `coloured`: which column has phases."""
    all_rows = [[cell.upper() for cell in header], *rows] if with_header else list(rows)
    lines = aligned(all_rows, widths=widths, style=lambda cell, column: in_colour(cell) if column == coloured else cell)
    if lines:
        click.echo("\n".join(lines))


def print_document(document: Any, output: str) -> None:
    """A document as `json` or `yaml`."""
    if output == "yaml":
        from glider_core.api.yaml_form import to_yaml

        click.echo(to_yaml(document), nl=False)
        return
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))


def list_of(documents: Iterable[Json]) -> dict[str, Any]:
    """Several objects as kubectl lists them."""
    return {"apiVersion": "v1", "kind": "List", "metadata": {}, "items": list(documents)}


def printer(output: str) -> Callable[[Json], None]:
    """What prints one object, or a list of objects, in this form."""
    kind, _, argument = output.partition("=")
    match kind:
        case "json" | "yaml":
            return lambda document: print_document(document, output)
        case "name":
            return _print_names
        case "jsonpath":
            from glider_client.views.jsonpath import parse_template

            template = parse_template(argument)
            return lambda document: click.echo(template.render(document))
        case _:
            from glider_client.views.columns import parse_columns, rows_of

            columns = parse_columns(argument)
            return lambda document: print_table([column.header for column in columns], rows_of(columns, _objects(document)))


def _objects(document: Json) -> Sequence[Json]:
    return document["items"] if document.get("kind") == "List" else [document]


def _print_names(document: Json) -> None:
    for one in _objects(document):
        kind, group = str(one["kind"]).lower(), str(one["apiVersion"]).rpartition("/")[0]
        click.echo(f"{kind}.{group}/{one['metadata']['name']}" if group else f"{kind}/{one['metadata']['name']}")
