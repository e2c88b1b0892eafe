"""@task without flytekit: it declares that a function is a task, and changes nothing about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, overload

Function = TypeVar("Function", bound=Callable[..., Any])


@overload
def task(function: Function, /) -> Function: ...
@overload
def task(**options: Any) -> Callable[[Function], Function]: ...
def task(function: Function | None = None, /, **options: Any) -> Function | Callable[[Function], Function]:
    """Marks a function as a task; it stays the plain function, and is called as one.

    flytekit's options (`retries`, `cache`, `container_image`, …) are taken, so that moving a task is a change of import,
    and kept as `function.__glider_task__`. `glider register` writes them into the TaskTemplate, whose settings are those
    that count.
    """

    def mark(marked: Function) -> Function:
        marked.__glider_task__ = dict(options)  # type: ignore[attr-defined]
        return marked

    return mark if function is None else mark(function)
