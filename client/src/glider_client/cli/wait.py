"""`glider wait`: until executions have finished, or are in a phase; the exit code is how they ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import click

from glider_client.cli.examples import examples
from glider_client.cli.options import output_option
from glider_client.cli.places import Places, place_options
from glider_client.cli.printing import in_colour, print_document
from glider_client.cli.selection import plain_name
from glider_client.cluster import paths
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import NotFoundError
from glider_client.following.outcomes import ExitCode, exit_code, worst
from glider_client.following.progress import phase_of
from glider_client.following.results import error_lines
from glider_client.history.source import HistoryError
from glider_client.sdk.failures import WaitTimeoutError
from glider_client.sdk.waiting import wait_until
from glider_core.api.execution import is_finished
from glider_core.api.phases import Phase

Json = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Goal:
    """What is waited for: `done`, nothing more to wait for; `code`, the exit code then; `not_yet`, in words."""

    not_yet: str
    done: Callable[[Json], bool]
    code: Callable[[Json], ExitCode]


def _met(reached: bool) -> ExitCode:
    return ExitCode.SUCCEEDED if reached else ExitCode.FAILED


def _has_run(execution: Json) -> bool:
    return phase_of(execution) is Phase.RUNNING or is_finished(execution)


_GOALS = {
    "succeeded": _Goal(not_yet="hasn't succeeded", done=is_finished, code=exit_code),
    "finished": _Goal(not_yet="hasn't finished", done=is_finished, code=lambda _: ExitCode.SUCCEEDED),
    "failed": _Goal(not_yet="hasn't failed", done=is_finished, code=lambda execution: _met(phase_of(execution) is not Phase.SUCCEEDED)),
    "running": _Goal(
        not_yet="isn't running",
        done=_has_run,
        code=lambda execution: exit_code(execution) if is_finished(execution) else ExitCode.SUCCEEDED,
    ),
    "deleted": _Goal(not_yet="isn't deleted", done=lambda _: False, code=lambda _: ExitCode.FAILED),
}


@click.command(
    epilog=examples(
        "glider wait train",
        "glider wait train-a train-b --for finished --timeout 2h",
        "glider wait -l batch=7 && glider outputs summary",
    )
)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("-l", "--selector", metavar="LABELS", default="", help="Those that have these labels now.")
@click.option("--for", "goal", type=click.Choice(list(_GOALS)), default="succeeded", show_default=True, help="What to wait for.")
@click.option("--timeout", metavar="DURATION", default="", help="For how long: 90s, 2h. Default: without a limit.")
@output_option("json", "name")
@place_options
def wait(names: tuple[str, ...], selector: str, goal: str, timeout: str, output: str, places: Places) -> None:
    """Wait for executions: all that have the NAMEs or labels.

    Exits with 0 once that is reached. If it can't be any more, the exit code is how the worst of them ended: 1 failed, 3 timed out,
    4 aborted. 3 is also for a --timeout that has passed. Of one that is gone from the cluster, the history has how it ended.
    """
    if bool(names) == bool(selector):
        raise click.UsageError(f"expected NAMEs or -l, found {'both' if names else 'neither'}.")
    if places.only_history and (selector or goal == "deleted"):
        raise click.UsageError(f"{'-l' if selector else '--for deleted'}: expected executions on the cluster, found --history.")
    chosen = [plain_name(name) for name in names] or _selected(places.cluster, selector)
    limit = _seconds(timeout)
    ends, results = None if limit is None else time.monotonic() + limit, []
    for name in dict.fromkeys(chosen):
        left = None if ends is None else max(0.0, ends - time.monotonic())
        results.append(_result(places, name, goal, left=left, limit=timeout))
        if not output:
            _report(results[-1])
    if output == "json":
        print_document([result.document() for result in results], output)
    elif output == "name":
        click.echo("\n".join(result.name for result in results))
    raise SystemExit(worst(result.code for result in results))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Result:
    name: str
    execution: Json | None
    code: ExitCode
    problem: str = ""

    def document(self) -> dict[str, Any]:
        """As `-o json` has it."""
        phase = phase_of(self.execution).value if self.execution is not None else ""
        return {"name": self.name, "phase": phase, "exitCode": int(self.code), "problem": self.problem}


def _result(places: Places, name: str, goal: str, *, left: float | None, limit: str) -> _Result:
    wanted = _GOALS[goal]
    try:
        found = None
        if not places.only_history:
            found = wait_until(places.cluster, namespace=places.namespace, name=name, done=wanted.done, timeout=left)
    except WaitTimeoutError as error:
        phase = phase_of(error.execution).value
        problem = f"it {wanted.not_yet} after {limit}; its phase is {phase}. `glider describe {name}` shows why."
        return _Result(name=name, execution=error.execution, code=ExitCode.TIMED_OUT, problem=problem)
    if found is not None:
        return _Result(name=name, execution=found, code=wanted.code(found))
    if goal == "deleted":
        return _Result(name=name, execution=None, code=ExitCode.SUCCEEDED)
    problem = "there is none of that name, or it was deleted. `glider get` lists those there are."
    try:
        if (archived := places.find_archived(name)) is not None:
            return _Result(name=name, execution=archived.execution, code=wanted.code(archived.execution))
    except HistoryError as error:
        problem = f"{problem} The history couldn't be searched: {error}"
    return _Result(name=name, execution=None, code=ExitCode.FAILED, problem=problem)


def _report(result: _Result) -> None:
    """A line on standard output for what was reached, the reason on standard error for what was not."""
    if result.problem:
        click.echo(f"{result.name}: {result.problem}", err=True)
        return
    if result.execution is None:
        click.echo(f"{result.name}: deleted")
        return
    phase = phase_of(result.execution)
    click.echo(f"{result.name}: {in_colour(phase.value)}")
    if phase.terminal and phase is not Phase.SUCCEEDED:
        click.echo("\n".join(f"  {line}".rstrip() for line in error_lines(result.execution, traced=True)), err=True)


def _selected(cluster: Cluster, selector: str) -> list[str]:
    found = cluster.items(paths.executions(cluster.namespace), query={"labelSelector": selector})
    names = [str(one["metadata"]["name"]) for one in found]
    if not names:
        raise NotFoundError(f"there is no execution with the labels {selector} in the namespace {cluster.namespace!r}. Check -l and -n.")
    return names


def _seconds(timeout: str) -> float | None:
    if not timeout:
        return None
    from glider_client.inputs.moments import duration

    try:
        return duration(timeout).total_seconds()
    except ValueError as error:
        raise click.BadParameter(f"{error}, found {timeout!r}.", param_hint="--timeout") from error
