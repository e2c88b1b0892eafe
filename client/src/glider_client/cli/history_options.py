"""The options of commands that read executions from the history too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click

from glider_client.cli.options import Decorator

_ONLY = click.option(
    "--history", "history_only", is_flag=True, help="Only from the history in the store; no cluster is asked, if its prefix is given."
)
#: `--history-prefix`, as the argument `history_prefix`.
prefix_option: Decorator = click.option(
    "--history-prefix",
    metavar="URI",
    envvar="GLIDER_HISTORY_PREFIX",
    help="Where the history is. Default: $GLIDER_HISTORY_PREFIX, else as the operator's configuration has it.",
)


def history_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--history` and `--history-prefix`, as the arguments `history_only` and `history_prefix`."""
    decorators: Sequence[Decorator] = (_ONLY, prefix_option)
    for decorator in reversed(decorators):
        command = decorator(command)
    return command
