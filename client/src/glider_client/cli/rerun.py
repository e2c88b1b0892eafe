"""`glider rerun`: runs an execution again, with other inputs, or with the working tree's code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from glider.wire.jsonform import FieldError
from glider_client.cli.examples import examples
from glider_client.cli.followed import follow_and_report, write_created
from glider_client.cli.history_options import history_options
from glider_client.cli.options import CREATED_FORMATS, connection_options, execution_name, label_pairs, output_option
from glider_client.cli.places import places_of
from glider_client.cli.run import STORAGE_PREFIX
from glider_client.cli.subjects import Subject
from glider_client.cli.taskline import TaskCommand, connection_of, task_line, transfer_to, usage_error
from glider_client.inputs.gathering import gathered, read_inputs
from glider_client.sdk.restoring import restore_template
from glider_client.sdk.starting import of_execution, start_again

if TYPE_CHECKING:
    from glider_client.cluster.client import Cluster
    from glider_core.history.records import Record

Json = Mapping[str, Any]

_EPILOG = examples(
    "glider rerun add-x7k2p",
    "glider rerun add-x7k2p --a 3",
    "glider rerun add-x7k2p --help",
    "glider rerun add-x7k2p --code .",
    "glider rerun add-x7k2p --inputs @other.yaml --detach",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Repeated(Subject):
    """What is run again, and where. `record`: as the history has it, where it isn't on the cluster any more."""

    execution: Json
    cluster: Cluster
    record: Record | None = None


class RerunCommand(TaskCommand):
    """Its task is that of an execution; with --code it is what the working tree makes of it."""

    def subject(self, words: Sequence[str], asked: Mapping[str, Any]) -> Subject:
        """The execution that the first of `words` names."""
        cluster = connection_of(asked)
        found = places_of(asked, lambda: cluster).find_with_task(words[0])
        code = None if asked.get("code") is None else Path(asked["code"])
        task = of_execution(cluster, found.execution, code=code, task=found.task())
        return Repeated(task=task, words=(words[0],), execution=found.execution, cluster=cluster, record=found.record)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """The execution isn't one of click's arguments."""
        return [*super(TaskCommand, self).collect_usage_pieces(ctx), "NAME", "[INPUTS]"]


@click.command(cls=RerunCommand, short_help="Run an execution again.", epilog=_EPILOG)
@click.option("--code", type=click.Path(exists=True, path_type=Path), metavar="PATH", help="Run this folder's code, or this file's.")
@click.option("--inputs", "document", metavar="@FILE|JSON|-", help="Inputs to change, as YAML or JSON; single options win over it.")
@click.option("--name", callback=execution_name, help="The new execution's name. Default: made of the first one's.")
@click.option("--label", "labels", metavar="NAME=VALUE", multiple=True, callback=label_pairs, help="A label to add. Repeatable.")
@click.option(
    "--storage", metavar="URI", envvar=STORAGE_PREFIX, help=f"Where code and local files go. Default: ${STORAGE_PREFIX}, or no store."
)
@click.option("-d", "--detach", is_flag=True, help="Don't follow it: print its name.")
@click.option("-q", "--quiet", is_flag=True, help="Show no progress and no logs, the outputs alone.")
@output_option(*CREATED_FORMATS)
@history_options
@connection_options
@click.pass_context
def rerun(
    ctx: click.Context,
    /,
    code: Path | None,
    document: str | None,
    name: str | None,
    labels: dict[str, str],
    storage: str | None,
    detach: bool,
    quiet: bool,
    output: str,
    **_connection: Any,
) -> None:
    """Run the execution NAME again, and follow it to its end, as `glider run` does.

    The new execution has the same template, the same inputs and the same overrides, but for the inputs that are given: --a 3. `glider
    rerun NAME --help` lists them. Its label glider.dev/rerun-of has the UID of the first one.

    With --code the task is run with the code of a working tree: it is registered as a new template, with what the task declares there,
    and with the image, the packages and all else that the first one had.

    An execution that is gone from the cluster runs as the history has it. Its TaskTemplate is created again if it was deleted, with your
    own rights. --history finds it without a cluster; to run it again takes one.
    """
    line = task_line(ctx)
    if line is None or not isinstance(line.subject, Repeated):
        raise click.UsageError("expected the name of an execution, found nothing. `glider get` lists executions.")
    subject = line.subject
    try:
        values = read_inputs(document) if document is not None else None
        transfer = transfer_to(storage or None)
        inputs = gathered(line.inputs, line.given, transfer=transfer, now=datetime.now(UTC), document=values, required=False)
    except FieldError as error:
        raise usage_error(error) from error
    if subject.record is not None and code is None and (note := restore_template(subject.cluster, subject.record)):
        click.echo(note, err=True)
    created = start_again(
        subject.cluster, subject.execution, subject.task, inputs=inputs, name=name, labels=labels, storage=storage or None
    )
    if detach:
        write_created([created], output=output)
    else:
        follow_and_report(subject.cluster, [created], output=output, quiet=quiet)
