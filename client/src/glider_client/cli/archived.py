"""What commands have in common that read the history and nothing else: its options, and which period they are about."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from glider_client.cli.history_options import prefix_option
from glider_client.cli.options import connection_options
from glider_client.cli.places import Places

if TYPE_CHECKING:
    from glider_client.cluster.client import Cluster


def archived_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Kubectl's options for a cluster, and where the history is. The command gets `places`, of which it uses the history alone:
    with the history's prefix no cluster is asked for anything. A store that doesn't answer, or refuses, ends the command with that.
    """

    @functools.wraps(command)
    def opened(*arguments: Any, connect: Callable[[], Cluster], history_prefix: str | None, **named: Any) -> Any:
        from glider.storage.errors import StorageError
        from glider_client.history.finding import unreadable

        chosen = click.get_current_context().params.get("namespace") or ""
        places = Places(connect=connect, chosen=chosen, only_history=True, prefix=history_prefix)
        try:
            return command(*arguments, places=places, **named)
        except StorageError as error:
            raise unreadable(places.history(), error) from error

    return connection_options(prefix_option(opened))


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
