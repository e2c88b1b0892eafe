"""What to look for, and what was found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, kw_only=True, slots=True)
class Reference:
    """A task by its resolver (a dotted path; None for the default one) and the resolver's arguments."""

    resolver: str | None
    arguments: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class FlytekitTask:
    """An object with flytekit's `dispatch_execute`."""

    name: str
    task: Any


@dataclass(frozen=True, kw_only=True, slots=True)
class NativeTask:
    """A plain typed function."""

    name: str
    function: Callable[..., Any]


Target: TypeAlias = FlytekitTask | NativeTask
