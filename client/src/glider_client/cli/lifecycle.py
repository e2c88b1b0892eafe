"""`glider cancel`, `suspend` and `resume`: each asks something of executions that are there. `delete` does it in the same way."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import click

from glider_client.cli.examples import examples
from glider_client.cli.options import cluster_options, output_option
from glider_client.cli.printing import list_of, printer
from glider_client.cli.selection import Selection, selection_options, wait_options
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import ClusterError
from glider_client.sdk.acting import Acted, act, wait_for
from glider_client.sdk.failures import WaitTimeoutError
from glider_client.sdk.verbs import CANCEL, DELETE, RESUME, SUSPEND, Unchanged, Verb, phase_of
from glider_client.views.documents import without_managed_fields
from glider_core.api.execution import is_finished
from glider_core.api.phases import LIVE, Phase

Json = Mapping[str, Any]


def _command(verb: Verb, *, short_help: str, what: str) -> click.Command:
    """The command of `verb`; `what` it does, for its help."""

    @selection_options
    @wait_options
    @output_option("json", "yaml", "name")
    @cluster_options
    def run(
        cluster: Cluster,
        names: tuple[str, ...],
        selector: str,
        everything: bool,
        all_namespaces: bool,
        yes: bool,
        wait: bool,
        timeout: float | None,
        output: str,
    ) -> None:
        selection = Selection(names=names, selector=selector, everything=everything, all_namespaces=all_namespaces)
        selection.check()
        carry_out(verb, cluster, selection, output=output, yes=yes, wait=wait, timeout=timeout)

    run.__doc__ = what
    epilog = examples(
        f"glider {verb.name} hello-x7k2p", f"glider {verb.name} -l team=a --wait", f"glider {verb.name} --all --yes -n team-a"
    )
    return click.command(verb.name, short_help=short_help, epilog=epilog)(run)


class _Run:
    """One run of a command: what it has done so far."""

    def __init__(self, *, verb: Verb, cluster: Cluster, selection: Selection, output: str) -> None:
        self.verb, self.cluster, self.selection, self.output = verb, cluster, selection, output
        self.documents: list[Json] = []
        self.failed = False

    def report(self, execution: Json, words: str) -> None:
        """A line for people; other forms of output are written in the end."""
        if not self.output:
            click.echo(f"{self.selection.shown(execution)} {words}")

    def fail(self, message: str) -> None:
        """An error that keeps nobody from going on with the others."""
        click.echo(f"Error: {message}", err=True)
        self.failed = True

    def act(self, execution: Json) -> Acted | None:
        """Do it to one; None where that failed."""
        try:
            acted = act(self.cluster, self.verb, execution)
        except ClusterError as error:
            self.fail(str(error))
            return None
        if acted.refused:
            self.fail(f"{self.selection.shown(execution)} {acted.words}")
            return None
        self.report(execution, acted.words)
        return acted

    def write(self) -> None:
        """The executions, in the form that is asked for."""
        if self.output:
            shown = [without_managed_fields(document) for document in self.documents]
            single = len(self.selection.names) == 1 and len(shown) == 1
            printer(self.output)(shown[0] if single else list_of(shown))


def carry_out(verb: Verb, cluster: Cluster, selection: Selection, *, output: str, yes: bool, wait: bool, timeout: float | None) -> None:
    """Do what `verb` asks for to the executions of `selection`, and report it in the form `output`. `yes`: to all of them, if they are.
    `wait`: until it has taken effect, for `timeout` seconds at most.

    Raises:
        ClusterError: they can't be listed.
    """
    run = _Run(verb=verb, cluster=cluster, selection=selection, output=output)
    query = {} if run.verb is DELETE else {"fieldSelector": LIVE}
    found = list(run.selection.found(run.cluster, query=query))
    if not found and not run.output:
        click.echo(f"No executions to {run.verb.name} in {run.selection.where(run.cluster)}.", err=True)
    if found and run.selection.everything and not yes:
        where = run.selection.where(run.cluster)
        raise click.UsageError(f"--all: expected --yes beside it, since it is for {_counted(len(found))} in {where}. Add --yes.")
    begun: list[Acted] = []
    for one in found:
        if isinstance(one, ClusterError):
            run.fail(str(one))
        elif (acted := run.act(one)) is not None:
            begun.append(acted)
    run.documents = [acted.execution for acted in begun]
    if wait:
        run.documents = _waited(run, begun, timeout=timeout)
    run.write()
    if run.failed:
        raise SystemExit(1)


def _counted(number: int) -> str:
    return "one execution" if number == 1 else f"{number:,} executions"


def _waited(run: _Run, begun: list[Acted], *, timeout: float | None) -> list[Json]:
    """The executions as they are in the end: after the time all together may take, or when what was asked for has taken effect."""
    ends = None if timeout is None else time.monotonic() + timeout
    documents = []
    for acted in begun:
        execution = acted.execution
        if not (isinstance(acted.decision, Unchanged) and is_finished(execution)):
            left = None if ends is None else max(0.0, ends - time.monotonic())
            try:
                after = wait_for(run.cluster, run.verb, execution, timeout=left)
            except WaitTimeoutError as error:
                run.fail(f"{run.selection.shown(execution)} is {phase_of(error.execution)} after {timeout:g} s. It goes on; wait longer.")
                after = error.execution
            else:
                run.report(execution, _outcome(run.verb, after))
            execution = after if after is not None else execution
        documents.append(execution)
    return documents


def _outcome(verb: Verb, execution: Json | None) -> str:
    """What has become of it, after its name."""
    if execution is None:
        return DELETE.participle
    phase = phase_of(execution)
    if is_finished(execution) and not (verb is CANCEL and phase == Phase.ABORTED):
        return f"ended before that: {phase}"
    return verb.participle


#: How executions are chosen, for the help.
WAYS = "Executions are named, or chosen by -l SELECTOR or --all."

cancel = _command(
    CANCEL,
    short_help="End executions as Aborted.",
    what=f"""End executions as Aborted: a running task gets SIGTERM and its grace period. That can't be taken back; `glider rerun` runs
    one again. One that has finished stays as it is.

    {WAYS}""",
)
suspend = _command(
    SUSPEND,
    short_help="Stop executions until they are resumed.",
    what=f"""Stop executions until `glider resume`: a running attempt gets SIGTERM and its grace period, isn't counted as failed, and
    starts anew later. Its place in the cluster is free meanwhile.

    {WAYS}""",
)
resume = _command(
    RESUME,
    short_help="Let suspended executions go on.",
    what=f"""Let suspended executions go on, with another attempt.

    {WAYS}""",
)
