"""Runs a plain typed function."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from glider.loading.target import NativeTask
from glider.runtime.failures import InvalidInputError, InvalidOutputError, InvalidTaskError, TaskRaisedError
from glider.storage.errors import StorageError, StorageNotConfiguredError
from glider.telemetry import stopwatch
from glider.telemetry.stopwatch import Stopwatch
from glider.types.errors import ConversionError, InterfaceError
from glider.types.interface import signature_of, to_arguments, to_literals
from glider.wire.jsonform import LiteralMap


def run_native(task: NativeTask, inputs: LiteralMap, *, watch: Stopwatch) -> LiteralMap:
    """The outputs of one call of the task's function.

    Raises:
        InvalidTaskError: its signature can't be a task's.
        InvalidInputError: the inputs don't fit it.
        TaskRaisedError: it raised something.
        InvalidOutputError: what it returned doesn't fit its type.
        StorageError, StorageNotConfiguredError: a returned file can't be uploaded.
    """
    watch.enter(stopwatch.CONVERT)
    try:
        signature = signature_of(task.function)
    except InterfaceError as error:
        raise InvalidTaskError(f"{task.name} can't run as a task: {error}") from error
    try:
        arguments = to_arguments(inputs, signature)
    except ConversionError as error:
        raise InvalidInputError(f"the input {error}") from error
    watch.enter(stopwatch.EXECUTE)
    result = _call(task.function, arguments)
    watch.enter(stopwatch.UPLOAD)
    try:
        return to_literals(result, signature)
    except (StorageError, StorageNotConfiguredError):
        raise
    except ConversionError as error:
        raise InvalidOutputError(f"the output {error}") from error


def _call(function: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    try:
        result = function(**arguments)
        if inspect.iscoroutine(result):
            import asyncio  # 30 ms, and few tasks are async

            return asyncio.run(result)
    except BaseException as error:
        raise TaskRaisedError from error
    return result
