"""What commands have in common that read the history and nothing else: its options, which period they are about, what couldn't be read."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from glider_client.cli.options import connection_options
from glider_client.cluster.errors import ClusterConfigError

if TYPE_CHECKING:
    from glider_client.cluster.client import Cluster
    from glider_client.history.source import History

_PREFIX = click.option(
    "--history-prefix",
    metavar="URI",
    envvar="GLIDER_HISTORY_PREFIX",
    help="Where the history is. Default: $GLIDER_HISTORY_PREFIX, else as the operator's configuration has it.",
)
#: Where neither -n nor a kubeconfig names one, as for kubectl.
_NAMESPACE = "default"


@dataclass(frozen=True, kw_only=True, slots=True)
class Archived:
    """The history, and the namespace that is meant in it."""

    history: History
    namespace: str

    def report_problems(self) -> None:
        """What of the index couldn't be read, on standard error."""
        for problem in self.history.index.problems:
            click.echo(f"Warning: {problem}", err=True)


def archived_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Kubectl's options for a cluster, and where the history is. The command gets the argument `archived`. With the history's prefix no
    cluster is asked for anything. A store that doesn't answer, or refuses, ends the command with that.
    """

    @functools.wraps(command)
    def opened(*arguments: Any, connect: Callable[[], Cluster], history_prefix: str | None, **named: Any) -> Any:
        from glider.storage.errors import StorageError
        from glider_client.history.finding import unreadable

        chosen = click.get_current_context().params.get("namespace") or ""
        archived = _opened(connect, chosen, history_prefix)
        try:
            return command(*arguments, archived=archived, **named)
        except StorageError as error:
            raise unreadable(archived.history, error) from error

    return connection_options(_PREFIX(opened))


def _opened(connect: Callable[[], Cluster], chosen: str, prefix: str | None) -> Archived:
    from glider_client.history.source import HistoryError, history_of

    try:
        cluster = connect()
    except ClusterConfigError as error:
        if not prefix:
            raise HistoryError(f"--history-prefix: expected where the history is, since no cluster can be asked: {error}") from error
        return Archived(history=history_of(prefix, None), namespace=chosen or _NAMESPACE)
    return Archived(history=history_of(prefix, None if prefix else cluster), namespace=cluster.namespace)


class Moment(click.ParamType[datetime]):
    """A moment: how long ago, such as 7d, or when, such as 2026-01-31."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """As click calls it."""
        if isinstance(value, datetime):
            return value
        from glider_client.inputs.moments import duration, moment

        now = datetime.now(UTC)
        try:
            return now - duration(str(value))
        except (ValueError, OverflowError):
            try:
                return moment(str(value), now=now)
            except ValueError:
                return self.fail(f"expected how long ago, such as 7d, or when, such as 2026-01-31, found {value!r}.", param, ctx)
