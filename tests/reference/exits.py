"""The table in docs/exits.md, from the executor's own."""

from __future__ import annotations

from glider.outcome.exits import EXITS, Exit


def exits_table() -> str:
    """One row an end."""
    return "\n".join(["| what happened | code | kind | origin | exit code |", "|---|---|---|---|---|", *map(row, EXITS)])


def row(found: Exit) -> str:
    """One end in a row."""
    return f"| {found.situation} | `{found.code}` | {found.kind.value} | {found.origin.value} | {int(found.exit_code)} |"
