"""An attempt in this very process, for a debugger: the executor runs the task here, where breakpoints and `pdb` work.

It ends with the same outcome as in a process of its own, since the executor's own guard reports it. What only another process can do
isn't done: nothing limits its time, a cancel has to be Ctrl-C, and a task that ends the process ends this one.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, redirect_stdout
from functools import partial
from pathlib import Path
from threading import Event
from types import FrameType

import click

from glider.cli.commands import command_of
from glider.cli.filling import filled
from glider.cli.names import find
from glider.cli.running import invalid_command, report_failure
from glider.invocation import Invocation
from glider.outcome.outcomes import task_error
from glider.runtime.guard import run as run_guarded
from glider.wire.contract import ENV_ATTEMPT_TIMEOUT, ENV_INPUTS_URI
from glider_client.local.container import Container
from glider_core.api.observed_pod import Pod

#: Gets what ended the attempt, with its whole traceback, before it is reported.
OnError = Callable[[BaseException], None]


class InProcess:
    """An attempt that has ended once this is made. It stands for a pod as `process.Process` does.

    Args:
        container: the task's.
        line: isn't needed: the task prints to this process' own streams.
        ended: is called once it has ended.
        on_error: gets what ended a failed attempt.

    Raises:
        KeyboardInterrupt: Ctrl-C ended the task. One that the task raises itself is a failure like any other.
    """

    def __init__(
        self,
        container: Container,
        *,
        line: Callable[[str], None],
        ended: Callable[[], None],
        on_error: OnError | None = None,
    ) -> None:
        self._container = container
        if (program := find(container.arguments)) is None:
            name = container.arguments[0]
            container.cannot_start(f"expected a command line of Flyte's, such as pyflyte-execute, to run in this process, found {name}")
        else:
            with _as_in(container), _interrupts() as interrupted:
                container.ended(int(_run(*program, on_error=partial(_failed, interrupted=interrupted, on_error=on_error))))
        ended()

    def pod(self) -> Pod:
        """The pod that this stands for."""
        return self._container.pod()

    def delete(self) -> None:
        """It has ended."""

    def kill(self) -> None:
        """It has ended."""

    def close(self) -> None:
        """Leave nothing behind."""
        self._container.close()


@contextmanager
def _interrupts() -> Iterator[Event]:
    """Set by Ctrl-C, which raises KeyboardInterrupt as ever."""
    interrupted = Event()

    def interrupt(number: int, frame: FrameType | None) -> None:
        interrupted.set()
        signal.default_int_handler(number, frame)

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield interrupted
    finally:
        signal.signal(signal.SIGINT, before)


def _failed(error: BaseException, *, interrupted: Event, on_error: OnError | None) -> None:
    """What ended the attempt, before it is reported; Ctrl-C isn't the task's failure, but a cancel."""
    cancelled = interrupted.is_set()
    if on_error is not None:
        on_error(error)
    if cancelled:
        raise KeyboardInterrupt from error


def _run(name: str, arguments: Sequence[str], *, on_error: OnError) -> int:
    """What the executor's program of that name does with `arguments`; the exit code."""
    command = command_of(name)
    try:
        words = filled(arguments, os.environ) if ENV_INPUTS_URI in os.environ else list(arguments)
        asked = command.main(args=words, prog_name=command.name, standalone_mode=False)
    except click.ClickException as error:
        return report_failure(invalid_command(f"{command.name}: {error.format_message()}"), arguments)
    except Exception as error:
        return report_failure(task_error(error, worker=""), arguments)
    return run_guarded(asked, os.environ, on_error=on_error) if isinstance(asked, Invocation) else 0


@contextmanager
def _as_in(container: Container) -> Iterator[None]:
    """This process with the container's environment, folder and search path, until the end."""
    environment, folder, search_path = dict(os.environ), Path.cwd(), list(sys.path)
    handler, wakeup = signal.getsignal(signal.SIGTERM), signal.set_wakeup_fd(-1)
    with ExitStack() as restored:
        restored.callback(_set_environment, environment)
        restored.callback(os.chdir, folder)
        restored.callback(sys.path.__setitem__, slice(None), search_path)
        restored.callback(signal.set_wakeup_fd, wakeup)
        restored.callback(signal.signal, signal.SIGTERM, handler)
        if not sys.stdout.isatty():  # only results go there, as from a process of its own
            restored.enter_context(redirect_stdout(sys.stderr))
        _set_environment(container.variables)
        os.environ.pop(ENV_ATTEMPT_TIMEOUT, None)  # a person with a debugger takes the time that it takes
        os.chdir(container.workdir)
        sys.path[:0] = [part for entry in container.search_path for part in entry.split(os.pathsep)]
        yield


def _set_environment(variables: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(variables)
