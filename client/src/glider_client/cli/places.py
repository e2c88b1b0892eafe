"""Where a command finds the execution that it shows: on the cluster, in the history, or in either. The options are the same for all."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from glider_client.cli.history_options import history_options
from glider_client.cli.options import connection_options
from glider_client.cli.selection import plain_name
from glider_client.cluster.errors import ClusterConfigError, NotFoundError
from glider_client.history.source import HistoryError, history_of

if TYPE_CHECKING:
    from glider_client.cluster.client import Cluster
    from glider_client.history.finding import Found
    from glider_client.history.source import History

#: Where neither -n nor a kubeconfig names one, as for kubectl.
_NAMESPACE = "default"
_NOT_WHOLE = 1


@dataclass(frozen=True, kw_only=True)
class Places:
    """The cluster of the options, and the history.

    Attributes:
        connect: makes the cluster. Raises ClusterConfigError where there is none.
        chosen: the namespace of -n; empty for the context's.
        only_history: whether only the history is asked.
        prefix: where that is; None to ask the cluster.
    """

    connect: Callable[[], Cluster]
    chosen: str = ""
    only_history: bool = False
    prefix: str | None = None

    @functools.cached_property
    def cluster(self) -> Cluster:
        """The cluster.

        Raises:
            ClusterConfigError: there is none.
        """
        try:
            return self.connect()
        except ClusterConfigError as error:
            if self.prefix is None or self.only_history:
                raise
            raise ClusterConfigError(f"{error} --history needs none: it shows what is in the history alone.") from error

    @functools.cached_property
    def cluster_if_any(self) -> Cluster | None:
        """The same; None where there is none, and the history has all that is asked for."""
        if not self.only_history:
            return self.cluster
        try:
            return self.cluster
        except ClusterConfigError:
            return None

    @functools.cached_property
    def namespace(self) -> str:
        """That of -n, or the context's."""
        if self.chosen:
            return self.chosen
        return _NAMESPACE if self.cluster_if_any is None else self.cluster_if_any.namespace

    def history(self) -> History:
        """The history.

        Raises:
            HistoryError: it isn't known where it is.
        """
        return self._history

    @functools.cached_property
    def _history(self) -> History:
        if self.prefix is not None:
            return history_of(self.prefix, None)
        try:
            cluster = self.cluster
        except ClusterConfigError as error:
            expected = "where the history is, such as s3://bucket/metadata/.history, since no cluster can be asked"
            raise HistoryError(f"--history-prefix: expected {expected}: {error}") from error
        return history_of(None, cluster)

    @property
    def _torn(self) -> list[str]:
        """What of the history's index couldn't be read so far; nothing where no history was opened."""
        return self._history.index.problems if "_history" in self.__dict__ else []

    def end_with_problems(self, others: Sequence[str] = ()) -> None:
        """For what sums up or lists, at its end: as kubectl does, it has printed what there is, and exits with 1 if that isn't all.

        Args:
            others: what couldn't be read besides segments of the index.
        """
        problems = [*self._torn, *others]
        for problem in problems:
            click.echo(f"Error: {problem}", err=True)
        if problems:
            raise SystemExit(_NOT_WHOLE)

    def report_problems(self) -> bool:
        """For what is about one execution, which was found or not: what of the history's index couldn't be read so far, each once.

        Returns:
            Whether there was any.
        """
        problems = self._torn
        for problem in problems:
            click.echo(f"Warning: {problem}", err=True)
        if problems:
            self._history.index.torn.clear()
        return bool(problems)

    def find(self, name: str) -> Found:
        """The execution of that name. Of one that isn't on the cluster any more a line on standard error reports that.

        Raises:
            ClusterError: it is nowhere, or can't be read.
        """
        from glider_client.history.finding import find

        try:
            found = find(plain_name(name), None if self.only_history else self.cluster, self.history, namespace=self.namespace)
        finally:
            self.report_problems()
        if found.record is not None and not self.only_history:
            rest = "it was compacted on the cluster" if found.compacted else f"{_ended(found.execution)}, and is gone from the cluster"
            click.echo(f"{found.name} is from the history: {rest}", err=True)
        return found

    def find_with_task(self, name: str) -> Found:
        """The same, for what needs its task: where its template is gone from the cluster, as the history has it.

        Raises:
            ClusterError: it is nowhere, or can't be read; of one whose task is nowhere that is found out later.
        """
        from glider_client.history.finding import find_archived

        found = self.find(name)
        if found.record is None:
            try:
                found.task()
            except NotFoundError:
                uid = str(found.execution["metadata"]["uid"])
                with contextlib.suppress(HistoryError):
                    return find_archived(uid, self.history, namespace=self.namespace, cluster=self.cluster) or found
        return found

    def find_archived(self, name: str) -> Found | None:
        """The execution of that name in the history; None where it isn't there.

        Raises:
            HistoryError: the history can't be read.
        """
        from glider_client.history.finding import find_archived

        return find_archived(name, self.history, namespace=self.namespace)


def places_of(asked: Mapping[str, Any], connect: Callable[[], Cluster]) -> Places:
    """The places of parsed options."""
    return Places(
        connect=connect,
        chosen=asked.get("namespace") or "",
        only_history=bool(asked.get("history_only")),
        prefix=asked.get("history_prefix") or None,
    )


def place_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Kubectl's options for a cluster, and those of the history. The command gets the argument `places`."""

    @functools.wraps(command)
    def placed(*arguments: Any, connect: Callable[[], Cluster], history_only: bool, history_prefix: str | None, **named: Any) -> Any:
        context = click.get_current_context()
        asked = {**context.params, "history_only": history_only, "history_prefix": history_prefix}
        return command(*arguments, places=places_of(asked, connect), **named)

    return connection_options(history_options(placed))


def _ended(execution: Mapping[str, Any]) -> str:
    """When it ended, and how."""
    from glider_core.api.moments import parse_time, words

    status = execution.get("status") or {}
    completed = parse_time(status.get("completionTime"))
    since = f" {words(datetime.now(UTC) - completed)} ago" if completed else ""
    return f"it ended as {status.get('phase')}{since}"
