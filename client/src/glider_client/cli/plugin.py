"""`kubectl glider …`: kubectl runs the program kubectl-glider in the path, and kubectl_complete-glider for Tab."""

from __future__ import annotations

import os
import sys

from glider_client.cli import glider

_NAME = "kubectl glider"
#: Cobra's directives, by which kubectl goes on: files where there is no name, or none.
_FILES, _NO_FILES = ":0", ":4"


def main() -> None:
    """Entry point of kubectl-glider."""
    glider.main(prog_name=_NAME)


def complete() -> None:
    """Entry point of kubectl_complete-glider: prints what the last argument may become, in the form that kubectl asks for."""
    from click.shell_completion import ShellComplete

    from glider_client.cli.completion import VARIABLE

    *args, incomplete = sys.argv[1:] or [""]
    os.environ[VARIABLE] = "kubectl_complete"
    try:
        items = ShellComplete(glider.main, {}, _NAME, VARIABLE).get_completions(args, incomplete)
    except Exception:  # a command line that makes no sense has no completions
        items = []
    for item in items:
        if item.type == "plain":
            sys.stdout.write(f"{item.value}\t{item.help}\n" if item.help else f"{item.value}\n")
    sys.stdout.write(f"{_NO_FILES if all(item.type == 'plain' for item in items) else _FILES}\n")
