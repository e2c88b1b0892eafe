"""Finds an execution for the commands that show one: on the cluster, or once it is gone there in the history.

One rule for all of them: what is on the cluster is shown as it is there. What isn't is looked for in the history, where one is configured;
without a cluster, there alone. Of several executions that had the name it is the one that ended last. The UID, or eight or more characters
from its beginning, may stand for the name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from glider.storage.errors import StorageError
from glider_client.cluster import paths
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import NotFoundError
from glider_client.history.related import events_of, pods_of, task_of, template_of
from glider_client.history.source import History, HistoryError, NoHistoryError
from glider_client.views.documents import without_managed_fields
from glider_client.views.stored import own_folders
from glider_core.api.execution import is_finished
from glider_core.api.labels import API_VERSION, EXECUTION_KIND
from glider_core.api.tombstones import is_compacted
from glider_core.history.queries import Query
from glider_core.history.records import Record, RecordError
from glider_core.history.rows import Row

Json = Mapping[str, Any]
#: The history, which is looked for once it is needed. Raises HistoryError.
Lookup: TypeAlias = Callable[[], History]

_UID = re.compile(r"[0-9a-f]{8}[0-9a-f-]{0,28}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """An execution, and what stands beside it.

    Attributes:
        execution: its document, without managedFields.
        cluster: where it is; None where that wasn't asked.
        record: as it is in the history; None where it is on the cluster as a whole.
        compacted: whether it is on the cluster still, without what the record has.
    """

    execution: Json
    cluster: Cluster | None = None
    record: Record | None = None
    compacted: bool = False

    @property
    def namespace(self) -> str:
        """Its namespace."""
        return str(self.execution["metadata"]["namespace"])

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.execution["metadata"]["name"])

    def template(self) -> Json | None:
        """Its TaskTemplate; None where it has none, or where that isn't there any more.

        Raises:
            ClusterError: it can't be read.
        """
        return template_of(self._live, self.execution) if self.record is None else self.record.template

    def task(self) -> Json:
        """Its task, as a TaskTemplate's spec.

        Raises:
            NotFoundError: its template was deleted, and isn't in the history either.
            ClusterError: it can't be read.
        """
        if self.record is None:
            return task_of(self._live, self.execution)
        spec = self.execution["spec"]
        task = spec.get("task") or (self.record.template or {}).get("spec") or self.record.resolved
        if task is None:
            raise NotFoundError(f"the TaskTemplate {spec['taskRef']['name']!r} of {self.name} was deleted before it ended.")
        return dict(task)

    def pods(self) -> list[Json]:
        """Its pods, those that there are still or that there were at its end, in the order of the attempts.

        Raises:
            ClusterError: they can't be read.
        """
        if self.record is not None:
            return [_as_listed(pod) for pod in self.record.pods]
        return pods_of(self._live, self.execution["metadata"]["uid"], namespace=self.namespace)

    def events(self, pods: list[Json]) -> list[Json]:
        """The Events about it and its `pods`.

        Raises:
            ClusterError: they can't be read.
        """
        if self.record is not None:
            return [_as_listed(event) for event in self.record.events]
        uids = [one["metadata"]["uid"] for one in (self.execution, *pods)]
        return [event for uid in uids for event in events_of(self._live, uid, namespace=self.namespace)]

    def folders(self) -> list[str]:
        """Where its own folder in the store may be, the most certain first; none without a store.

        Raises:
            ClusterError: its template can't be read.
        """
        if self.record is not None and self.record.storage.metadata:
            return [self.record.storage.metadata]
        return own_folders(self.execution) or own_folders(self.execution, template=self.template())

    @property
    def _live(self) -> Cluster:
        assert self.cluster is not None, "what isn't in the history was read from a cluster"
        return self.cluster


def _as_listed(document: Json) -> Json:
    """As the API server has it in a list, whose items don't repeat their kind."""
    return {field: value for field, value in document.items() if field not in ("apiVersion", "kind")}


def find(name: str, cluster: Cluster | None, history: Lookup | None, *, namespace: str) -> Found:
    """The execution of that name, or with that UID.

    Args:
        name: the name, or the beginning of the UID.
        cluster: where to look first; None to look in the history alone.
        history: where to look for what isn't there; None to look nowhere else.
        namespace: the namespace of both.

    Raises:
        NotFoundError: it is in neither; the message names both.
        HistoryError: the history can't be read, and nothing else was to be searched.
        ClusterError: the cluster doesn't answer, or refuses.
    """
    if cluster is None:
        assert history is not None, "expected a cluster or a history"
        found = history()
        if (row := newest_row(found, name, namespace=namespace)) is None:
            raise NotFoundError(
                f"there is no TaskExecution {name!r} in the namespace {namespace!r} of the history at {found.prefix}"
                f"{_deleted(found, name, namespace=namespace)}. `glider get --history` lists those that are there."
            )
        return _archived(found, row)
    try:
        execution = cluster.get(paths.executions(namespace, name))
    except NotFoundError as missing:
        if history is None:
            raise
        return _elsewhere(name, cluster, history, namespace=namespace, missing=missing)
    return _whole(execution, cluster, history)


def find_archived(name: str, history: Lookup, *, namespace: str, cluster: Cluster | None = None) -> Found | None:
    """The same in the history alone; None where it isn't there, or there is none. `cluster`: where what it refers to may be.

    Raises:
        HistoryError: the history can't be read.
    """
    try:
        found = history()
    except NoHistoryError:
        return None
    row = newest_row(found, name, namespace=namespace)
    return None if row is None else _archived(found, row, cluster=cluster)


def _elsewhere(name: str, cluster: Cluster, history: Lookup, *, namespace: str, missing: NotFoundError) -> Found:
    """What isn't on the cluster under that name."""
    try:
        found = history()
        row = newest_row(found, name, namespace=namespace)
    except NoHistoryError:
        raise missing from None
    except HistoryError as problem:
        raise NotFoundError(f"{missing} The history couldn't be searched: {problem}") from problem
    if row is None:
        raise _in_neither(name, found, namespace=namespace, missing=missing) from missing
    if row.name != name and (live := live_one(row, cluster)) is not None:
        return Found(execution=live, cluster=cluster)
    return _archived(found, row, cluster=cluster)


def _in_neither(name: str, history: History, *, namespace: str, missing: NotFoundError) -> NotFoundError:
    if type(missing) is not NotFoundError:  # the namespace isn't there, or Glider's API
        return NotFoundError(f"{missing} The history at {history.prefix} has no execution {name!r} of the namespace {namespace!r} either.")
    return NotFoundError(
        f"there is no TaskExecution {name!r} in the namespace {namespace!r}, neither on the cluster nor in the history at "
        f"{history.prefix}{_deleted(history, name, namespace=namespace)}. "
        "`glider get` lists those on the cluster, `glider get --history` those in the history."
    )


def _deleted(history: History, name: str, *, namespace: str) -> str:
    """When one of that name or UID was deleted from the history, in words; empty if none was."""
    try:
        gone = history.index.tombstones(Query(namespaces=(namespace,)))
        return next((f": {row.uid} was deleted with its data, {row.deleted}" for row in gone if name in (row.name, row.uid)), "")
    except StorageError:  # its rows could be read
        return ""


def _whole(execution: Json, cluster: Cluster, history: Lookup | None) -> Found:
    """What is on the cluster; of what was compacted there the history has the rest."""
    live, status = Found(execution=without_managed_fields(execution), cluster=cluster), execution.get("status") or {}
    if history is None or not (is_finished(execution) and status.get("startTime") and is_compacted(status)):
        return live
    try:
        found = history()
        uid = execution["metadata"]["uid"]
        row = next(found.index.rows(Query(namespaces=(live.namespace,), uids=(uid,), limit=1)), None)
        return live if row is None else replace(_archived(found, row, cluster=cluster), compacted=True)
    except (HistoryError, StorageError):
        return live


def live_one(row: Row, cluster: Cluster) -> Json | None:
    """The execution of `row`, where it is on the cluster still.

    Raises:
        ClusterError: the API server doesn't answer, or refuses.
    """
    try:
        execution = cluster.get(paths.executions(row.namespace, row.name))
    except NotFoundError:
        return None
    return without_managed_fields(execution) if execution["metadata"]["uid"] == row.uid else None


def may_be_uid(name: str) -> bool:
    """Whether it may be a UID, or enough of one from its beginning, and not only a name."""
    return _UID.fullmatch(name) is not None


def newest_row(history: History, name: str, *, namespace: str) -> Row | None:
    """The newest row of that name; else the one with that UID.

    Raises:
        NotFoundError: it is the beginning of several UIDs.
        HistoryError: the history can't be read.
    """
    uids = (name,) if may_be_uid(name) else ()
    others: dict[str, Row] = {}
    try:
        for row in history.index.rows(Query(namespaces=(namespace,), names=(name,), uids=uids, limit=None if uids else 1)):
            if name in (row.name, row.uid):
                return row
            others[row.uid] = row
    except StorageError as error:
        raise unreadable(history, error) from error
    if len(others) > 1:
        listed = ", ".join(f"{row.uid} ({row.name})" for row in list(others.values())[:5])
        raise NotFoundError(f"{name!r} is the beginning of several UIDs: {listed}. Give more of it.")
    return next(iter(others.values()), None)


def _archived(history: History, row: Row, *, cluster: Cluster | None = None) -> Found:
    try:
        record = history.records.read(row)
    except StorageError as error:
        raise unreadable(history, error) from error
    except RecordError as error:
        raise HistoryError(f"the record of {row.namespace}/{row.name} ({row.uid}) can't be read: {error}.") from error
    execution = {"apiVersion": API_VERSION, "kind": EXECUTION_KIND, **record.execution}
    return Found(execution=execution, cluster=cluster, record=record)


def unreadable(history: History, error: StorageError) -> HistoryError:
    """The history's store doesn't answer, or refuses."""
    return HistoryError(
        f"the history at {history.prefix} can't be read: {str(error).rstrip('.')}. "
        "Check the store's address and credentials in the environment."
    )
