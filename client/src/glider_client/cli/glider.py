"""`glider`: the command line for users. A subcommand's module is imported once the subcommand is used."""

from __future__ import annotations

import os
import sys
import traceback
from importlib import import_module
from typing import Any

import click

from glider_client.cli.interrupts import is_interrupt

_HERE = "glider_client.cli"
#: What a shell sets that asks for completions.
_COMPLETE = "_GLIDER_COMPLETE"
#: Each subcommand's module in this package, which has a function of the command's name, and its line in `glider --help`.
SUBCOMMANDS = {
    "run": ("run", "Run a task, and follow it to its end."),
    "submit": ("submit", "Apply executions from files, and follow them."),
    "follow": ("follow", "Follow executions to their end: phases, logs, outputs."),
    "register": ("register", "Publish the tasks in files and modules, with their code."),
    "template": ("template", "Print the TaskTemplate of one task."),
    "rerun": ("rerun", "Run an execution again."),
    "replay": ("replay", "Run an execution of the cluster again on this machine."),
    "render": ("render", "Print the pods that the operator would create."),
    "validate": ("validate", "Check files as the operator would, without a cluster."),
    "diff": ("diff", "Show what an apply of files would change."),
    "convert": ("convert", "Convert tasks that flytekit serialized into TaskTemplates, and back."),
    "get": ("get", "Show executions."),
    "describe": ("describe", "Show one execution: conditions, attempts, error, Events."),
    "logs": ("logs", "Print what an execution's attempts print."),
    "inputs": ("values", "Show the inputs of an execution."),
    "outputs": ("values", "Show the outputs of an execution, and download its files."),
    "deck": ("deck", "Open or save the deck of an execution."),
    "wait": ("wait", "Wait for executions."),
    "top": ("top", "Show what executions use now."),
    "usage": ("usage", "Sum up what executions asked for and used."),
    "recommend": ("recommend", "Print requests and limits for a task, by its last runs."),
    "history": ("history", "Check the index of the history, and repair it."),
    "events": ("events", "Show the Events of executions and their pods."),
    "templates": ("templates", "Show the registered tasks, or one with its interface."),
    "tree": ("tree", "Show templates with their executions, attempts and reruns."),
    "cancel": ("lifecycle", "End executions as Aborted."),
    "suspend": ("lifecycle", "Stop executions until they are resumed."),
    "resume": ("lifecycle", "Let suspended executions go on."),
    "delete": ("delete", "Delete executions, with their pods."),
    "console": ("console", "Open the console in a browser."),
    "token": ("token", "Print the token of the kubeconfig's user, for flytekit's clients."),
    "version": ("version", "Show the versions of glider, the operator and the CRDs."),
    "completion": ("completion", "Print the script by which a shell completes glider."),
    "doctor": ("doctor", "Check what runs need: API server, CRDs, operators, rights."),
}
#: As of a shell, for a command that Ctrl-C ended.
_INTERRUPTED = 130


class _Subcommands(click.Group):
    """Lists the subcommands without importing them: the help text needs none of their modules.

    It is also where an error becomes one line: no command has a traceback, unless `--debug` asks for it.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(SUBCOMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in SUBCOMMANDS:
            return None
        module, _ = SUBCOMMANDS[cmd_name]
        command = getattr(import_module(f"{_HERE}.{module}"), cmd_name)
        assert isinstance(command, click.Command)
        if _COMPLETE in os.environ:
            from glider_client.cli.completion import with_names

            return with_names(cmd_name, command)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in SUBCOMMANDS:
            from difflib import get_close_matches

            meant = get_close_matches(args[0], SUBCOMMANDS, n=1)
            hint = f" Did you mean {meant[0]}?" if meant else " `glider --help` lists them."
            raise click.UsageError(f"expected a command of glider, found {args[0]!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        from click.shell_completion import CompletionItem

        named = [CompletionItem(name, help=text) for name, (_, text) in SUBCOMMANDS.items() if name.startswith(incomplete)]
        return [*named, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in SUBCOMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.ClickException as error:
            if ctx.params["debug"]:
                traceback.print_exception(error)
            raise
        except (click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except KeyboardInterrupt as interrupt:
            raise SystemExit(_INTERRUPTED) from interrupt
        except Exception as error:
            if is_interrupt(error):
                raise SystemExit(_INTERRUPTED) from error
            if ctx.params["debug"] or _is_of_standard_output(error):
                raise
            refusal = _NotThereError if _is_not_there(error) else click.ClickException
            raise refusal(_in_one_line(error)) from error

    def main(self, *args: Any, **named: Any) -> Any:
        """Click's own, and an end in one line where standard output takes nothing, as on a full disk."""
        try:
            return super().main(*args, **named)
        except OSError as error:
            if not _is_of_standard_output(error):
                raise
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the rest is written once more at the exit
            click.echo(f"Error: standard output can't be written: {error.strerror}", err=True)
            sys.exit(1)


def _is_of_standard_output(error: Exception) -> bool:
    """Whether standard output didn't take what was printed. It keeps that, and fails again, unless Python runs unbuffered."""
    try:
        sys.stdout.flush()
    except OSError:
        return True
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    return isinstance(error, OSError) and frames[-1].f_code is click.echo.__code__ and not frames[-1].f_locals["err"]


class _NotThereError(click.ClickException):
    """The command line names what the user's code doesn't have."""

    exit_code = click.UsageError.exit_code


def _is_not_there(error: Exception) -> bool:
    from glider_client.registration.errors import TaskNotFoundError

    return isinstance(error, TaskNotFoundError)


def _in_one_line(error: Exception) -> str:
    """`error` for people. What nobody foresaw is named as that."""
    from glider.settings.model import SettingsError
    from glider.wire.jsonform import FieldError
    from glider_client.cluster.errors import ClusterError
    from glider_client.registration.errors import RegistrationError

    if isinstance(error, ClusterError | FieldError | RegistrationError | SettingsError):
        return str(error)
    words = " ".join(str(error).split())
    return f"unexpected error: {type(error).__name__}: {words}. `glider --debug …` shows where it is from; please report it."


@click.group(cls=_Subcommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="glider-client")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.pass_context
def main(ctx: click.Context, debug: bool) -> None:
    """Flyte tasks on plain Kubernetes, and on this machine."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        ctx.color = False
