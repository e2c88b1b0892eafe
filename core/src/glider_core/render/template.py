"""Fills in Flyte's variables in command lines, by propeller's rules (flyteplugins core/template).

Two things are better than there: all variables are filled in at one go, so that a value that looks like a variable is left
alone, and `$(NAME)` in a value is escaped, since the kubelet would expand it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from glider_core.resolve.variables import VARIABLE


def fill_in(arguments: Iterable[str], value_of: Callable[[str], str | None]) -> list[str]:
    """`arguments` with each variable replaced that `value_of` knows; one argument stays one argument."""

    def value(match: re.Match[str]) -> str:
        known = value_of(match.group(1))
        return match.group(0) if known is None else escape(known)

    return [VARIABLE.sub(value, argument) for argument in arguments]


def escape(text: str) -> str:
    """`text` so that the kubelet makes `text` of it again: `$(HOME)` becomes `$$(HOME)`, for it makes one `$` of two."""
    return text.replace("$", "$$")
