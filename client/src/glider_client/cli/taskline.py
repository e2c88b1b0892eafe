"""The command line of `glider run`: its own options, what is to run, and options for the inputs of that, which only its interface knows.

    glider run [OPTIONS] FILE.py TASK [INPUTS and OPTIONS in any order]

So it is parsed twice: first leniently, to find the task and its cluster; then, with the task's inputs taken out, strictly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from glider.wire.jsonform import FieldError
from glider_client.cli.options import connect_to
from glider_client.cli.subjects import Subject, subject_of
from glider_client.inputs.arguments import Given, divide
from glider_client.inputs.declarations import Input, declared
from glider_client.inputs.files import NoStore, Transfer
from glider_client.inputs.helping import rows

if TYPE_CHECKING:
    from glider_client.cluster.client import Cluster

_KEY = "glider_client.cli.taskline"
_HELP = ("-h", "--help")


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskLine:
    """What the command line asks to run, with which inputs."""

    subject: Subject
    inputs: tuple[Input, ...]
    given: tuple[Given, ...]


def task_line(ctx: click.Context) -> TaskLine | None:
    """What was parsed; None where the line names no task."""
    found: TaskLine | None = ctx.meta.get(_KEY)
    return found


class TaskCommand(click.Command):
    """A command that takes a task, and options by the task's interface."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Click's own; the task and its inputs are in `task_line` then."""
        parser = self.make_parser(ctx)
        parser.allow_interspersed_args = False
        _, words, _ = parser.parse_args(list(args))
        own = args[: len(args) - len(words)]
        if not words or ctx.resilient_parsing or any(word in _HELP for word in own):
            return super().parse_args(ctx, own)
        line, others = self._divided(ctx, args, words)
        ctx.meta[_KEY] = line
        return super().parse_args(ctx, [*own, *others])

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """The task isn't one of click's arguments."""
        return [*super().collect_usage_pieces(ctx), "TASK", "[INPUTS]"]

    def subject(self, words: Sequence[str], asked: Mapping[str, Any]) -> Subject:
        """What the first of `words` name; `asked` are the command's own options, wherever they stand."""
        if asked.get("files"):
            raise click.UsageError(f"expected either -f FILE or a task, found both: -f and {words[0]}. Leave one out.")
        return subject_of(words, module=asked.get("module"), connect=lambda: connection_of(asked))

    def _divided(self, ctx: click.Context, args: Sequence[str], words: Sequence[str]) -> tuple[TaskLine, tuple[str, ...]]:
        subject = self.subject(words, self._anywhere(ctx, args))
        try:
            inputs = declared(subject.task.interface)
            rest = words[len(subject.words) :]
            if any(word in _HELP for word in rest):
                click.echo(_help(ctx, subject, inputs), color=ctx.color)
                ctx.exit()
            found = divide(rest, inputs, options=[option for one in self.get_params(ctx) for option in (*one.opts, *one.secondary_opts)])
        except FieldError as error:
            raise usage_error(error, ctx) from error
        return TaskLine(subject=subject, inputs=inputs, given=found.given), found.others

    def _anywhere(self, ctx: click.Context, args: Sequence[str]) -> dict[str, Any]:
        """The command's own options, wherever they stand; all else is passed over."""
        lenient = click.Command(
            self.name,
            params=self.params,
            add_help_option=False,
            context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
        )
        return lenient.make_context(self.name, list(args), parent=ctx.parent, resilient_parsing=True).params


def connection_of(asked: Mapping[str, Any]) -> Cluster:
    """The cluster of the options of a connection."""
    named = {name: asked.get(name) for name in ("namespace", "context", "kubeconfig", "user")}
    return connect_to(**named, groups=tuple(asked.get("groups") or ()))


def transfer_to(storage: str | None) -> Transfer:
    """What brings local files below the prefix `storage`; nothing does where there is none."""
    if storage is None:
        return NoStore()
    from glider_client.inputs.uploads import Uploads

    return Uploads(storage, progress=lambda path, size: click.echo(f"uploading {path} ({size:,} bytes)", err=True))


def usage_error(error: FieldError, ctx: click.Context | None = None) -> click.UsageError:
    """`error` in what the user has typed: exit code 2."""
    return click.UsageError(str(error), ctx)


def _help(ctx: click.Context, subject: Subject, inputs: Sequence[Input]) -> str:
    formatter = ctx.make_formatter()
    formatter.write_usage(ctx.command_path, f"{subject.usage} [INPUTS] [OPTIONS]")
    with formatter.indentation():
        for paragraph in filter(None, subject.task.docs.strip().split("\n\n")):
            formatter.write_paragraph()
            formatter.write_text(paragraph)
    if inputs:
        with formatter.section("Inputs"):
            formatter.write_dl(list(rows(inputs)))
    outputs = (subject.task.interface.get("outputs") or {}).items()
    if outputs:
        with formatter.section("Outputs"):
            formatter.write_dl([(name, form if isinstance(form, str) else "") for name, form in outputs])
    formatter.write_paragraph()
    formatter.write_text(f"`{ctx.command_path} --help` shows the options; --inputs takes all inputs from a file.")
    return formatter.getvalue().rstrip("\n")
