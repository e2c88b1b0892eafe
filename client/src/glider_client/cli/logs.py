"""`glider logs`: what an execution's attempts print, while they run or afterwards."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import click

from glider_client.cli.examples import examples
from glider_client.cli.options import output_option
from glider_client.cli.places import Places, place_options
from glider_client.cli.stored_logs import StoredLog
from glider_client.cluster import paths
from glider_client.cluster.errors import ClusterError, NotFoundError
from glider_client.following.reading import LogReader
from glider_client.history.finding import Found
from glider_client.history.related import pods_of
from glider_client.views.logs import (
    Line,
    Source,
    Wanted,
    choose,
    containers_of,
    has_ended,
    has_started,
    is_complete,
    missing,
    next_attempt,
    pod_of,
    shown,
    unknown_container,
)
from glider_core.api.execution import is_finished
from glider_core.api.observed_pod import parse_pod

Json = Mapping[str, Any]

#: Seconds until it is asked again whether there is something to read.
_AGAIN = 0.5
#: For how long a server that doesn't answer is asked again: while following, a laptop may sleep.
_PATIENCE, _PATIENCE_FOLLOWING = 10.0, 600.0
_SHORT = 0.1


@click.command(
    epilog=examples(
        "glider logs train -f",
        "glider logs train --previous --tail 50",
        "glider logs train --all-containers --since 10m",
        "glider logs train --history --attempt 0",
    )
)
@click.argument("name")
@click.option("-f", "--follow", "follows", is_flag=True, help="Go on until the execution has finished, over all its attempts.")
@click.option("--attempt", type=click.IntRange(min=0), help="The number of the attempt. Default: the latest.")
@click.option("-p", "--previous", is_flag=True, help="The attempt before the latest.")
@click.option("-c", "--container", metavar="NAME", default="", help="The container. Default: the task's.")
@click.option("--all-containers", is_flag=True, help="All containers; each line begins with the container's name.")
@click.option("--since", metavar="DURATION", default="", help="Only lines that are newer: 30s, 10m, 2h.")
@click.option("--tail", type=click.IntRange(min=0), metavar="N", help="Only the last N lines of each container.")
@click.option("--timestamps", is_flag=True, help="Begin each line with its time.")
@output_option("json")
@place_options
def logs(
    name: str,
    follows: bool,
    attempt: int | None,
    previous: bool,
    container: str,
    all_containers: bool,
    since: str,
    tail: int | None,
    timestamps: bool,
    output: str,
    places: Places,
) -> None:
    """Print the log of the execution NAME: what its task wrote to standard output and standard error.

    With -f the log goes on with the attempts that follow, until the execution has finished. A connection that breaks loses no line and
    repeats none. -o json prints an object for each line.

    Once the pod is gone, or where its node doesn't answer, the log is read from the store, with the credentials of this machine; of a task
    that still runs it has what was stored last. --history reads that log, whole, while the pod is there, too: the node keeps the latest
    10 MB of a pod's.
    """
    if attempt is not None and previous:
        raise click.UsageError("expected one of --attempt and --previous, found both.")
    if container and all_containers:
        raise click.UsageError("expected one of --container and --all-containers, found both.")
    wanted = Wanted(
        attempt=attempt, previous=previous, container=container, all_containers=all_containers, begin=_begin(since=since, tail=tail)
    )
    printing = _Printing(output=output, timestamps=timestamps, prefixed=all_containers)
    found = places.find(name)
    if found.record is not None:
        _show_archived(found, wanted, printing)
    else:
        _Logs(found, wanted, printing, follows=follows).read()


def _show_archived(found: Found, wanted: Wanted, printing: _Printing) -> None:
    """The log of an execution that is in the history."""
    pods = found.pods()
    number = choose(found.execution, pods, wanted)
    stored = _stored(found, found.execution, pods, printing).show_attempt(number, wanted) if number is not None else ""
    if stored or number is None:
        raise click.ClickException(missing(found.execution, number, wanted, stored=stored))


def _stored(found: Found, execution: Json, pods: Sequence[Json], printing: _Printing) -> StoredLog:
    return StoredLog(found=replace(found, execution=execution), pods=pods, show=printing.show)


def _begin(*, since: str, tail: int | None) -> dict[str, str]:
    begin = {} if tail is None else {"tailLines": str(tail)}
    if since:
        from glider_client.inputs.moments import duration

        try:
            begin["sinceSeconds"] = str(max(1, round(duration(since).total_seconds())))
        except ValueError as error:
            raise click.BadParameter(f"{error}, found {since!r}.", param_hint="--since") from error
    return begin


@dataclass(frozen=True, kw_only=True, slots=True)
class _Printing:
    """How a line is printed."""

    output: str
    timestamps: bool
    prefixed: bool

    def show(self, line: Line) -> None:
        """Print it."""
        if self.output:
            click.echo(json.dumps(line.document(), ensure_ascii=False))
        else:
            click.echo(shown(line, timestamps=self.timestamps, prefixed=self.prefixed))


class _Logs:
    """Reads the logs of one execution."""

    def __init__(self, found: Found, wanted: Wanted, printing: _Printing, *, follows: bool) -> None:
        assert found.cluster is not None, "its pods are on the cluster"
        self._found, self._cluster, self._wanted, self._follows = found, found.cluster, wanted, follows
        self._printing = printing
        self._lock = threading.Lock()
        self._problems: list[str] = []
        self._begun = False

    def read(self) -> None:
        """Print them.

        Raises:
            click.ClickException: there is nothing to print, or it can't be read.
        """
        last: int | None = None
        while True:
            try:
                execution, pods = self._observe()
            except NotFoundError:
                if last is None:
                    raise
                return  # it has ended, and was deleted by its TTL
            number = choose(execution, pods, self._wanted) if last is None else next_attempt(pods, after=last)
            pod = pod_of(pods, number)
            if number is not None and pod is not None and (has_started(pod, self._wanted) or not self._follows):
                self._read_pod(pod, number)
                if self._problems:
                    self._show_stored(execution, pods, number)
                last = number
                if not self._follows or self._wanted.one_attempt:
                    return
            elif is_finished(execution) or not self._follows:
                if last is None:
                    self._show_stored(execution, pods, number)
                return
            else:
                time.sleep(_AGAIN)

    def _observe(self) -> tuple[Json, Sequence[Json]]:
        """The execution, and its pods in the order of their attempts."""
        namespace = self._found.namespace
        execution = self._cluster.get(paths.executions(namespace, self._found.name))
        return execution, pods_of(self._cluster, execution["metadata"]["uid"], namespace=namespace)

    def _show_stored(self, execution: Json, pods: Sequence[Json], number: int | None) -> None:
        """What the store has in place of a pod's log, of which nothing could be read."""
        problem = next(iter(self._problems), "")
        if number is None or self._begun:
            raise click.ClickException(problem or missing(execution, number, self._wanted))
        note = f"Warning: {problem.rstrip('.')}. What follows is from the store." if problem else ""
        stored = _stored(self._found, execution, pods, self._printing).show_attempt(number, self._wanted, note=note)
        if stored:
            raise click.ClickException(problem or missing(execution, number, self._wanted, stored=stored))
        self._problems.clear()

    def _read_pod(self, pod: Json, number: int) -> None:
        """The logs of its containers: one after the other, or at once where they go on."""
        if problem := unknown_container(pod, self._wanted):
            raise click.UsageError(problem)
        self._begun = False
        sources = [Source(attempt=number, pod=pod["metadata"]["name"], container=name) for name in containers_of(pod, self._wanted)]
        if len(sources) == 1 or not self._follows:
            for source in sources:
                self._read_container(pod, source)
        else:
            threads = [threading.Thread(target=self._read_container, args=(pod, source), daemon=True) for source in sources]
            for thread in threads:
                thread.start()
            for thread in threads:
                while thread.is_alive():  # a join without a timeout can't be interrupted
                    thread.join(0.2)

    def _read_container(self, pod: Json, source: Source) -> None:
        ended, patience = has_ended(pod, source.container), _Patience(_PATIENCE_FOLLOWING if self._follows else _PATIENCE)
        if ended is None and not self._follows:
            if not self._wanted.all_containers:
                raise click.ClickException(f"the container {source.container} hasn't started yet. `glider logs -f` waits for it.")
            return

        def print_line(text: str) -> None:
            patience.reset()
            with self._lock:
                self._begun = True
                self._printing.show(Line.of(source, text))

        observed = parse_pod(pod)
        assert observed is not None, "pods are selected by our labels"
        reader = LogReader(
            self._cluster,
            observed,
            line=print_line,
            is_complete=lambda: not self._follows or ended is True or self._is_complete(pod, source.container),
            pause=patience.pause,
            container=source.container,
            begin=self._wanted.begin,
            follows=self._follows,
            stamped=True,
        )
        problem = reader.read() or patience.problem or ("" if reader.missing is None or self._begun else str(reader.missing))
        if problem and (ended is not None or not self._wanted.all_containers):
            self._problems.append(problem)

    def _is_complete(self, pod: Json, container: str) -> bool:
        """Whether the container has ended, or its pod is gone; unknown while the API server doesn't answer."""
        now: Json | None
        try:
            now = self._cluster.get(paths.pods(self._found.namespace, pod["metadata"]["name"]))
        except NotFoundError:
            now = None
        except ClusterError:
            return False
        return is_complete(pod, now, container)


class _Patience:
    """How long a server that doesn't answer is asked again. A line that arrives renews it."""

    def __init__(self, seconds: float) -> None:
        self._seconds = self._left = seconds
        self.problem = ""

    def reset(self) -> None:
        """It answers."""
        self._left = self._seconds

    def pause(self, seconds: float) -> bool:
        """Wait; return whether to give up. Short waits follow no error."""
        if seconds > _SHORT:
            self._left -= seconds
        if self._left < 0:
            self.problem = "the log can't be read on, since the API server doesn't answer. Try again, with --since."
            return True
        time.sleep(seconds)
        return False
