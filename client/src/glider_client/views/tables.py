"""Rows of cells as aligned lines, as kubectl prints them: three spaces between columns, a header in capitals."""

from __future__ import annotations

from collections.abc import Callable, Sequence

Row = Sequence[str]
#: A cell's text, aligned, and which column it is in -> the text as it is shown, such as in colour.
Style = Callable[[str, int], str]

_GAP = "   "


def aligned(rows: Sequence[Row], *, widths: Sequence[int] = (), style: Style | None = None, gap: str = _GAP) -> list[str]:
    """The lines of `rows`, each column as wide as its longest cell, or as `widths` asks for. The last column has no padding."""
    widths = widths_of(rows, least=widths)
    return [_line(row, widths, style, gap) for row in rows]


def widths_of(rows: Sequence[Row], *, least: Sequence[int] = ()) -> list[int]:
    """How wide the columns are."""
    count = max((len(row) for row in rows), default=0)
    floors = [*least, *[0] * (count - len(least))]
    return [max([floors[i], *(len(row[i]) for row in rows if i < len(row))]) for i in range(max(count, len(least)))]


def _line(row: Row, widths: Sequence[int], style: Style | None, gap: str) -> str:
    last = max((place for place, cell in enumerate(row) if cell), default=-1)
    cells = []
    for place, cell in enumerate(row[: last + 1]):
        shown = style(cell, place) if style else cell
        cells.append(shown + " " * (widths[place] - len(cell) if place < last else 0))
    return gap.join(cells)


def one_line(text: str, *, most: int = 200) -> str:
    """`text` without line breaks, cut to `most` characters."""
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 1]}…"
