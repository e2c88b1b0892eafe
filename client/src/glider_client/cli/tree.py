"""`glider tree`: templates, their executions, attempts, reruns and children."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from glider_client.cli.examples import examples
from glider_client.cli.options import output_option
from glider_client.cli.places import Places, place_options
from glider_client.cli.printing import print_document
from glider_client.cluster import paths
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import NotFoundError
from glider_client.history.source import HistoryError, NoHistoryError
from glider_client.views import trees
from glider_core.api.labels import SELECTOR

if TYPE_CHECKING:
    from glider_client.history.families import Family
    from glider_client.history.source import History

Json = Mapping[str, Any]

#: Of how many executions of the history the records are read.
_MOST = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class _Objects:
    """What trees are made of. `templates`: the names of those on the cluster; None where it wasn't asked."""

    templates: Sequence[str] | None = None
    executions: Sequence[Json] = ()
    pods: Sequence[Json] = ()

    @classmethod
    def of(cls, cluster: Cluster) -> _Objects:
        """What is in the cluster's namespace."""
        namespace = cluster.namespace
        return cls(
            templates=[one["metadata"]["name"] for one in cluster.items(paths.templates(namespace))],
            executions=list(cluster.items(paths.executions(namespace))),
            pods=list(cluster.items(paths.pods(namespace), query={"labelSelector": SELECTOR})),
        )

    def trees(self) -> list[trees.Template]:
        """The trees of all of it."""
        return trees.trees_of(self.templates, self.executions, self.pods)

    def called(self, name: str) -> Json | None:
        """The execution of that name, else the only one whose UID begins so."""
        from glider_client.history.finding import may_be_uid

        named = [one for one in self.executions if one["metadata"]["name"] == name]
        if not named and may_be_uid(name):
            named = [one for one in self.executions if one["metadata"]["uid"].startswith(name)]
        return named[0] if len(named) == 1 else None


@click.command(epilog=examples("glider tree", "glider tree divider-v1", "glider tree train -o json", "glider tree --history train"))
@click.argument("name", required=False)
@output_option("json", "yaml")
@place_options
def tree(name: str | None, output: str, places: Places) -> None:
    """Show the tree of the template or execution NAME, or of all templates of the namespace.

    Below a template are its executions, below these their attempts with their pods, the executions that they have started (eager tasks),
    and those that repeat them (glider rerun).

    An execution that is gone from the cluster is shown by the history, with those that belong to it, wherever they are. The tree of one
    on the cluster has what belongs to it in the history where --history-prefix or its variable is given. At most 500 are from there.
    """
    if name is None and places.only_history:
        raise click.UsageError("expected a NAME with --history, found none.")
    objects = _Objects() if places.only_history else _Objects.of(places.cluster)
    problems: list[str] = []
    found = objects.trees() if name is None else _trees_of(name.rpartition("/")[2], objects, places, problems)
    if output:
        print_document([one.document() for one in found], output)
    elif found:
        click.echo("\n".join(trees.lines(found)))
    elif name is None:
        click.echo(f"There are no templates and no executions in the namespace {places.namespace!r}.", err=True)
    places.end_with_problems(problems)


def _trees_of(name: str, objects: _Objects, places: Places, problems: list[str]) -> list[trees.Template]:
    """The tree of a template or an execution. What of it can't be read is added to `problems`."""
    live = objects.trees()
    if found := trees.of_template(live, name):
        return found
    start = objects.called(name)
    if start is not None and places.prefix is None:
        return trees.with_execution(live, start["metadata"]["uid"])
    missing = f"there is no TaskTemplate and no TaskExecution {name!r} in the namespace {places.namespace!r}"
    try:
        history = places.history()
        family = _family(name, start, objects, history, namespace=places.namespace)
    except NoHistoryError as problem:
        if places.only_history:
            raise
        raise NotFoundError(f"{missing}. `glider get` lists executions.") from problem
    except HistoryError as problem:
        if start is not None:
            click.echo(f"Warning: what belongs to it in the history isn't shown: {problem}", err=True)
            return trees.with_execution(live, start["metadata"]["uid"])
        if places.only_history:
            raise
        raise NotFoundError(f"{missing}. The history couldn't be searched: {problem}") from problem
    if family is None:
        places.report_problems()
        where = f" of the history at {history.prefix}" if places.only_history else f", nor in the history at {history.prefix}"
        raise NotFoundError(f"{missing}{where}. `glider get` lists executions, `glider get --history` those in the history.")
    grown = _grown(objects, history, family, problems).trees()
    if family.rows and not places.only_history:
        click.echo(f"{len(family.rows)} of these are from the history, and gone from the cluster", err=True)
    return trees.with_execution(grown, family.first) if family.first else trees.of_template(grown, name)


def _family(name: str, start: Json | None, objects: _Objects, history: History, *, namespace: str) -> Family | None:
    """The executions that are asked for; without a first one where they are those of a template. None where there are none.

    Raises:
        HistoryError: the history can't be read.
    """
    from glider.storage.errors import StorageError
    from glider_client.history.families import Family, Member, family_of, rows_of_template
    from glider_client.history.finding import newest_row, unreadable

    try:
        first = Member.of_live(start) if start is not None else None
        if first is None and (row := newest_row(history, name, namespace=namespace)) is not None:
            first = Member.of_row(row)
        if first is not None:
            return family_of(history, first, objects.executions, namespace=namespace, most=_MOST)
        rows = rows_of_template(history, name, namespace=namespace, most=_MOST)
    except StorageError as error:
        raise unreadable(history, error) from error
    return Family(first="", rows=tuple(rows)) if rows else None


def _grown(objects: _Objects, history: History, family: Family, problems: list[str]) -> _Objects:
    """With the executions of the history, by their records."""
    from glider_client.cli.past import executions_of
    from glider_core.history.segments import document_of

    archived = list(executions_of(history, map(document_of, family.rows), problems))
    if family.left_out:
        click.echo(f"{family.left_out} more executions of the history belong to it, and aren't shown", err=True)
    executions = sorted([*objects.executions, *archived], key=lambda one: (one["metadata"]["name"], one["metadata"]["creationTimestamp"]))
    return replace(objects, executions=executions)
