"""What to look for, and what was found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, kw_only=True, slots=True)
class Mapped:
    """That one element of a map task is to run. flytekit takes `max_concurrency` and does nothing with it."""

    max_concurrency: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Reference:
    """A task by its resolver (a dotted path; None for the default one) and the resolver's arguments."""

    resolver: str | None
    arguments: tuple[str, ...]
    mapped: Mapped | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Distribution:
    """Code at `uri` (none: it is there already) that belongs into the folder `destination`."""

    uri: str | None
    destination: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FlytekitTask:
    """An object with flytekit's `dispatch_execute`."""

    name: str
    task: Any


@dataclass(frozen=True, kw_only=True, slots=True)
class NativeTask:
    """A plain typed function. `bound` is None unless it is mapped: then all inputs but those are lists, of which each run gets
    one element.
    """

    name: str
    function: Callable[..., Any]
    bound: frozenset[str] | None = None


Target: TypeAlias = FlytekitTask | NativeTask


def is_unrendered(value: str, *, variable: str) -> bool:
    """Whether `value` is still the template variable that somebody should have replaced: `{{.variable}}`, with spaces or without."""
    return value.startswith("{{") and value.endswith("}}") and value[2:-2].strip().lstrip(".$") == variable
