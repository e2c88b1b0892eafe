"""`glider delete`: executions with their pods, and with `--data` all that is in the store of them, also of those that are gone already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from glider.settings.model import SettingsError
from glider.storage.errors import StorageError
from glider_client.cli.examples import examples
from glider_client.cli.lifecycle import WAYS, carry_out
from glider_client.cli.options import output_option
from glider_client.cli.places import Places, place_options
from glider_client.cli.printing import list_of, print_document, print_table
from glider_client.cli.selection import Selection, plain_name, selection_options, wait_options
from glider_client.cluster.errors import ClusterError, NotFoundError
from glider_client.history.source import HistoryError, NoHistoryError
from glider_client.sdk.failures import WaitTimeoutError
from glider_client.sdk.verbs import DELETE
from glider_core.archive.deleting import Survey
from glider_core.history.queries import Query
from glider_core.history.retention import Held

if TYPE_CHECKING:
    from glider_client.history.source import History
    from glider_client.sdk.deleting import DataDeletion, Doomed
    from glider_core.history.rows import Row

Json = Mapping[str, Any]

#: Executions whose folders are listed at once.
_AT_ONCE = 16
#: So many are shown before they are deleted.
_SHOWN = 50


@selection_options
@click.option(
    "--data",
    is_flag=True,
    help="With all their data: raw data, inputs, outputs, logs and history, also of executions that are in the history alone. "
    "Shows what that is, and asks, unless --yes is given.",
)
@click.option("--dry-run", is_flag=True, help="With --data: only show what would be deleted.")
@wait_options
@output_option("json", "yaml", "name")
@place_options
def _delete(
    places: Places,
    names: tuple[str, ...],
    selector: str,
    everything: bool,
    all_namespaces: bool,
    yes: bool,
    data: bool,
    dry_run: bool,
    wait: bool,
    timeout: float | None,
    output: str,
) -> None:
    """The command."""
    selection = Selection(names=names, selector=selector, everything=everything, all_namespaces=all_namespaces)
    selection.check()
    if not data:
        for given, option in ((dry_run, "--dry-run"), (places.only_history, "--history")):
            if given:
                raise click.UsageError(f"{option}: expected --data beside it, since without only what is on the cluster is deleted.")
        carry_out(DELETE, places.cluster, selection, output=output, yes=yes, wait=wait, timeout=timeout)
        return
    if output == "name":
        raise click.UsageError("-o name: expected json or yaml with --data.")
    if output and not (yes or dry_run):
        raise click.UsageError(f"-o {output}: expected --yes or --dry-run beside it, since nobody can be asked.")
    _Run(places=places, selection=selection, output=output, timeout=timeout).run(yes=yes, dry_run=dry_run)


_delete.__doc__ = f"""Delete executions, with their pods and logs. What they have put into a store stays there, unless --data is given.

    With --data everything of theirs goes: raw data, inputs, outputs, decks, logs in the store and history. One that runs is
    cancelled first. Data that an unfinished execution has as its inputs stay. With --history no cluster is asked, so that nobody
    knows of such executions.

    {WAYS}"""
delete = click.command(
    "delete",
    short_help="Delete executions, with their pods.",
    epilog=examples(
        "glider delete hello-x7k2p",
        "glider delete -l team=a --wait",
        "glider delete --all --yes -n team-a",
        "glider delete hello-x7k2p --data --dry-run",
        "glider delete -l customer=acme -A --data",
    ),
)(_delete)


@dataclass(kw_only=True)
class _Item:
    """An execution that is to be deleted, and what has become of that."""

    doomed: Doomed
    outcome: Survey | Held | None = None
    problem: str = ""
    done: bool = False

    @property
    def where(self) -> str:
        """Where it is, in words."""
        return " and ".join((*(("cluster",) if self.doomed.live else ()), *(("history",) if self.doomed.archived else ())))

    def document(self) -> Json:
        """It, as JSON."""
        row, outcome = self.doomed.row, self.outcome
        found: dict[str, Any] = {"namespace": row.namespace, "name": row.name, "uid": row.uid, "deleted": self.done}
        if isinstance(outcome, Survey):
            found |= {"objects": outcome.objects, "bytes": outcome.bytes, "folders": [one.uri for one in outcome.target.folders]}
        elif outcome is not None:
            found |= {"held": outcome.hold.value, "message": outcome.message, "heldBy": list(outcome.by)}
        return found | ({"error": self.problem} if self.problem else {})


@dataclass(kw_only=True)
class _Run:
    """One run of `glider delete --data`."""

    places: Places
    selection: Selection
    output: str
    timeout: float | None
    failed: bool = False
    items: list[_Item] = field(default_factory=list)

    def run(self, *, yes: bool, dry_run: bool) -> None:
        """Find, show, ask, delete, report."""
        history = self._history()
        deletion = self._deletion(history)
        try:
            self.items = [_Item(doomed=one) for one in self._found(deletion, history)]
            if self.places.report_problems() and not self.selection.names:
                self.failed = True  # what isn't known to be there stays
            besides = {item.doomed.row.uid for item in self.items}
            self._survey(deletion, besides)
            self._show(deletion)
            if self.items and not dry_run and (yes or self._asked()):
                self._delete(deletion, besides)
        except StorageError as error:
            raise ClusterError(f"The store can't be used: {error}") from error
        if self.output:
            print_document(list_of(item.document() for item in self.items) | {"kind": "DeletionList"}, self.output)
        if self.failed or any(isinstance(item.outcome, Held) or item.problem for item in self.items):
            raise SystemExit(1)

    def _history(self) -> History | None:
        try:
            return self.places.history()
        except NoHistoryError:
            if self.places.only_history:
                raise
            return None

    def _deletion(self, history: History | None) -> DataDeletion:
        import os

        from glider.settings.reading import read_settings
        from glider.storage.store import Storage
        from glider_client.sdk.deleting import DataDeletion

        try:
            storage = history.storage if history is not None else Storage(read_settings(os.environ).storage)
        except SettingsError as error:
            raise HistoryError(f"The store's settings in the environment are refused: {error}") from error
        cluster = None if self.places.only_history else self.places.cluster
        return DataDeletion(storage, history=history, cluster=cluster, timeout=self.timeout)

    def _found(self, deletion: DataDeletion, history: History | None) -> Iterator[Doomed]:
        """What is to be deleted: on the cluster, then what the history alone has."""
        seen, missing = set[str](), list[str]()
        if self.places.only_history:
            missing = list(dict.fromkeys(map(plain_name, self.selection.names)))
        else:
            for name, one in self._on_cluster():
                if isinstance(one, ClusterError):
                    missing += self._missing(name, one, history)
                    continue
                seen.add(one["metadata"]["uid"])
                yield deletion.of_live(one)
        rows = [row for row in self._archived(history, missing) if row.uid not in seen]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            yield from pool.map(deletion.of_row, rows)

    def _on_cluster(self) -> Iterator[tuple[str, Json | ClusterError]]:
        cluster = self.places.cluster
        if not self.selection.names:
            yield from (("", one) for one in list(self.selection.found(cluster, query={})))
        for name in dict.fromkeys(map(plain_name, self.selection.names)):
            yield from ((name, one) for one in Selection(names=(name,)).found(cluster, query={}))

    def _missing(self, name: str, error: ClusterError, history: History | None) -> list[str]:
        if isinstance(error, NotFoundError) and history is not None:
            return [name]
        self._fail(str(error))
        return []

    def _archived(self, history: History | None, names: Sequence[str]) -> Iterator[Row]:
        if history is None:
            return
        chosen = None if self.selection.all_namespaces else (self.places.namespace,)
        if not self.selection.names:
            yield from history.index.rows(Query(namespaces=chosen, labels=self.selection.selector))
        for name in names:
            uids = (name,) if len(name) >= 8 else ()
            rows = list(history.index.rows(Query(namespaces=chosen, names=(name,), uids=uids)))
            exact = [row for row in rows if row.uid == name] or [row for row in rows if row.name == name] or rows
            if len(exact) == 1:
                yield exact[0]
            elif exact:
                uids_of = ", ".join(f"{row.uid} (ended {row.completed})" for row in exact[:5])
                self._fail(f"{len(exact)} executions in the history are called {name}: {uids_of}. Name one by its UID.")
            else:
                self._fail(f"there is no TaskExecution {name!r} in {self._where()}.")

    def _where(self) -> str:
        place = f"the namespace {self.places.namespace!r}"
        return f"{place} of the history" if self.places.only_history else f"{place}, neither on the cluster nor in the history"

    def _survey(self, deletion: DataDeletion, besides: set[str]) -> None:
        if not self.items:
            return
        facts = deletion.facts(besides)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for item, outcome in zip(self.items, pool.map(lambda one: deletion.survey(one.doomed, facts), self.items), strict=True):
                item.outcome = outcome

    def _show(self, deletion: DataDeletion) -> None:
        """What would be deleted, and what is held, before anybody is asked."""
        if self.output:
            return
        if not self.items:
            if not self.failed:  # else it is clear why
                click.echo("No executions to delete.", err=True)
            return
        due = [(item, item.outcome) for item in self.items if isinstance(item.outcome, Survey)]
        if due:
            rows = [(self._name(item), item.where, f"{found.objects:,}", _size(found.bytes)) for item, found in due[:_SHOWN]]
            print_table(("name", "where", "objects", "size"), rows)
        for _, found in due[:_SHOWN]:
            for folder in found.target.folders:
                click.echo(folder.uri)
        if len(due) > _SHOWN:
            click.echo(f"and {len(due) - _SHOWN:,} more")
        for item in self.items:
            if isinstance(item.outcome, Held):
                click.echo(f"{self._name(item)} stays: {item.outcome.message}.", err=True)
        if deletion.remark:
            click.echo(f"Note: {deletion.remark}.", err=True)
        click.echo(f"{_counted(len(due))} with {_objects([item for item, _ in due])} to delete.")

    def _asked(self) -> bool:
        if not any(isinstance(item.outcome, Survey) for item in self.items):
            return False
        return click.confirm("Delete them with all their data? That can't be taken back.", abort=True)

    def _delete(self, deletion: DataDeletion, besides: set[str]) -> None:
        try:
            for item in self.items:
                if isinstance(item.outcome, Survey):
                    self._delete_one(deletion, item, besides)
        finally:
            deletion.flush()
        if not self.output:
            done = [item for item in self.items if item.done]
            click.echo(f"{_counted(len(done))} deleted, with {_objects(done)}.")

    def _delete_one(self, deletion: DataDeletion, item: _Item, besides: set[str]) -> None:
        try:
            item.outcome = deletion.delete(item.doomed, besides)
        except (ClusterError, WaitTimeoutError, StorageError) as error:
            item.problem = str(error)
            self._fail(f"{self._name(item)}: {error}")
            return
        item.done = isinstance(item.outcome, Survey)
        if isinstance(item.outcome, Held) and not self.output:
            click.echo(f"{self._name(item)} stays: {item.outcome.message}.", err=True)

    def _name(self, item: _Item) -> str:
        row = item.doomed.row
        return f"{row.namespace}/{row.name}" if self.selection.all_namespaces else row.name

    def _fail(self, message: str) -> None:
        click.echo(f"Error: {message}", err=True)
        self.failed = True


def _counted(number: int) -> str:
    return "one execution" if number == 1 else f"{number:,} executions"


def _objects(items: Sequence[_Item]) -> str:
    surveys = [item.outcome for item in items if isinstance(item.outcome, Survey)]
    objects = sum(one.objects for one in surveys)
    return f"{objects:,} object{'' if objects == 1 else 's'} ({_size(sum(one.bytes for one in surveys))})"


def _size(count: int) -> str:
    size, unit = float(count), "B"
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if size < 1024 or unit == "TiB":
            break
        size /= 1024
    return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
