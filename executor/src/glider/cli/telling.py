"""Tells an end that came before there was a task to run: of a command line that makes no sense, or that can't be filled in."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from glider.wire.errors import TaskError


def invalid_command(message: str) -> TaskError:
    """What is told of a command line that makes no sense."""
    from glider.outcome.exits import INVALID_COMMAND as FOUND
    from glider.settings.reading import read_reporting
    from glider.wire.errors import TaskError

    worker = read_reporting(os.environ).worker
    return TaskError(code=FOUND.code, kind=FOUND.kind, origin=FOUND.origin, message=message, worker=worker)


def tell(told: TaskError, arguments: Sequence[str]) -> int:
    """Tells it, in an error document too if `arguments` name an output prefix; the exit code."""
    from glider.outcome.outcomes import exit_code
    from glider.outcome.report import Stored, store_error, write_summary
    from glider.settings.reading import read_reporting, settings_or_default
    from glider.wire.summary import Summary

    reporting = read_reporting(os.environ)
    prefix = _output_prefix(arguments)
    settings = settings_or_default(os.environ).storage
    stored = store_error(told, output_prefix=prefix, settings=settings, metadata={}, reporting=reporting) if prefix else Stored.NOT_WANTED
    write_summary(Summary(error=told), reporting)
    return exit_code(told, reporting, stored=stored is Stored.YES)


def _output_prefix(arguments: Sequence[str]) -> str:
    name = "--output-prefix"
    for word, following in zip(arguments, [*arguments[1:], ""], strict=True):
        if word == name or word.startswith(f"{name}="):
            return following if word == name else word.removeprefix(f"{name}=")
    return ""
