"""Runs a plain typed function."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from glider.loading.target import NativeTask
from glider.outcome.failures import InvalidInputError, InvalidOutputError, InvalidTaskError, TaskRaisedError
from glider.outcome.results import check_outputs
from glider.runtime.context import current_context
from glider.storage.errors import UnfitSourceError
from glider.storage.local import behind
from glider.telemetry import stopwatch
from glider.telemetry.logs import LOGGER
from glider.telemetry.stopwatch import Stopwatch
from glider.types.errors import ConversionError, InterfaceError, ValueRaisedError
from glider.types.interface import Signature, signature_of, to_arguments, to_literals
from glider.wire.jsonform import LiteralMap


def run_native(task: NativeTask, inputs: LiteralMap, *, watch: Stopwatch, promised: Collection[str] = ()) -> LiteralMap:
    """The outputs of one call of the task's function, which are those that are `promised`, if any are.

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
    check_outputs(signature.outputs, promised=promised, task=task.name)
    try:
        with _timed("Convert the inputs"):
            arguments = to_arguments(inputs, signature)
    except ConversionError as error:
        if (failure := behind(error)) is not None:
            raise failure from None
        raise InvalidInputError(f"the input {error}") from error
    watch.enter(stopwatch.EXECUTE)
    with _timed("Execute user level code"):
        result = _call(task.function, arguments)
    if result is not None and not signature.outputs:
        LOGGER.warning("%s returned a %s, which goes nowhere: it has no return type", task.name, type(result).__qualname__)
    watch.enter(stopwatch.UPLOAD)
    try:
        with _timed("Convert the outputs"):
            outputs = to_literals(result, signature)
    except ConversionError as error:
        if (failure := behind(error)) is not None and not isinstance(failure, UnfitSourceError):
            raise failure from None
        raise InvalidOutputError(f"the output {error}") from error
    except ValueRaisedError as error:
        raise TaskRaisedError from error.__cause__
    if current_context().enable_deck:
        values = result if signature.several else [result]
        _add_decks(task, signature, inputs=arguments, outputs=dict(zip(signature.outputs, values, strict=False)))
    return outputs


def _timed(name: str) -> AbstractContextManager[None]:
    if not current_context().enable_deck:
        return nullcontext()
    from glider.runtime.decks import timed

    return timed(name)


def _add_decks(task: NativeTask, signature: Signature, *, inputs: dict[str, Any], outputs: dict[str, Any]) -> None:
    """A value that can't be shown never fails a task."""
    from glider.runtime.decks import add_default_decks

    hints = {**signature.inputs, **signature.outputs}
    if not signature.several and outputs:
        hints |= dict.fromkeys(outputs, typing.get_type_hints(task.function, include_extras=True)["return"])
    try:
        add_default_decks(current_context().deck_fields, task.function, inputs=inputs, outputs=outputs, hints=hints)
    except Exception as problem:
        LOGGER.warning("the task's default decks can't be made: %s: %s", type(problem).__name__, problem)


def _call(function: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    try:
        result = function(**arguments)
        if inspect.iscoroutine(result):
            import asyncio  # 30 ms, and few tasks are async

            return asyncio.run(result)
    except BaseException as error:
        raise TaskRaisedError from error
    return result
