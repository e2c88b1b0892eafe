"""The examples in a command's help: at its end, under a heading, each line as it is typed."""

from __future__ import annotations


def examples(*lines: str) -> str:
    """The epilog of a command: `lines` as they are typed, which click doesn't wrap."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)
