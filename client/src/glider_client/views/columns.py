"""Custom columns, as kubectl has them: `NAME:.metadata.name,PHASE:.status.phase`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from glider.wire.jsonform import FieldError, words
from glider_client.views.jsonpath import Step, parse_path, text_of

#: What kubectl shows where there is nothing.
NOTHING = "<none>"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its header, and where its cells come from."""

    header: str
    path: Step


def parse_columns(text: str) -> list[Column]:
    """Read `HEADER:path,…`.

    Raises:
        FieldError: it is something else.
    """
    columns = []
    for part in _parts(text):
        header, found, path = part.partition(":")
        if not found or not header.strip() or not path.strip():
            raise FieldError("custom-columns", expected="HEADER:path,… such as NAME:.metadata.name", found=words(part or "nothing"))
        columns.append(Column(header.strip(), parse_path(path)))
    return columns


def _parts(text: str) -> Iterator[str]:
    """The columns: a comma within brackets or quotes separates none."""
    depth, quote, start = 0, "", 0
    for place, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign == "," and depth == 0:
            yield text[start:place]
            start = place + 1
        else:
            depth += (sign in "([{") - (sign in ")]}")
    yield text[start:]


def rows_of(columns: Sequence[Column], documents: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """A row for each document."""
    return [[",".join(map(text_of, column.path([document]))) or NOTHING for column in columns] for document in documents]
