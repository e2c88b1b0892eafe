"""The options that several commands of `glider` have, so that they mean the same in each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import click

#: A file that is there.
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_MANIFESTS = click.Path(exists=True, dir_okay=False, path_type=Path, allow_dash=True)

Decorator: TypeAlias = Callable[[Callable[..., Any]], Callable[..., Any]]


def manifests_option(*, what: str) -> Decorator:
    """`-f`, as kubectl has it, as the argument `files`; `what` the files hold."""
    text = f"{what}; - is standard input. Repeatable."
    return click.option("-f", "--filename", "files", type=_MANIFESTS, multiple=True, required=True, help=text)


#: `--config`, as the argument `config_file`.
config_option: Decorator = click.option(
    "--config", "config_file", type=FILE, help="The operator's configuration. Default: its built-in one."
)
