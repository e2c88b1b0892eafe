"""The options of `glider run`, and which of them don't fit together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import click

from glider_client.sdk.documents import Overrides

#: What options are called whose parameters are called otherwise.
_NAMES = {
    "document": "--inputs",
    "memory": "--mem",
    "labels": "--label",
    "annotations": "--annotation",
    "config_file": "--config",
    "secret_files": "--secret-env",
}
_OVERRIDES = ("image", "env", "cpu", "memory", "gpu", "retries", "timeout", "queue", "priority", "service_account")
#: What is set of one execution, which a file has in itself.
_OF_ONE = ("document", "name", *_OVERRIDES, "labels", "annotations")


@dataclass(frozen=True, kw_only=True, slots=True)
class RunOptions:
    """The options, by the names of their parameters."""

    files: tuple[Path, ...]
    module: str | None
    document: str | None
    name: str | None
    image: str | None
    env: Mapping[str, str]
    cpu: str | None
    memory: str | None
    gpu: int | None
    retries: int | None
    timeout: timedelta | None
    queue: str | None
    priority: int | None
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    service_account: str | None
    packages: tuple[str, ...]
    requirements: tuple[Path, ...]
    version: str | None
    storage: str | None
    detach: bool
    quiet: bool
    local: bool
    in_process: bool
    pdb: bool
    workdir: Path | None
    config_file: Path | None
    secret_files: tuple[Path, ...]
    output: str

    def overrides(self, *, storage: str | None) -> Overrides:
        """What the execution sets in place of its task."""
        return Overrides(**{field: getattr(self, field) for field in _OVERRIDES}, storage=storage)

    def check(self, *, code: bool, template: bool) -> None:
        """Refuse what doesn't fit together.

        Args:
            code: whether a task of the user's code is to run.
            template: whether it is a TaskTemplate; where it is neither, executions come from files.
        """
        if not (code or template or self.files):
            raise click.UsageError("expected a task (FILE.py TASK, -m MODULE TASK, or a TaskTemplate's name) or -f FILE, found neither.")
        if self.local and self.detach:
            raise click.UsageError("--detach: expected a run on the cluster, found --local. Leave one out.")
        if self.pdb and self.local and not self.in_process:
            raise click.UsageError("--pdb: expected --in-process beside it, found none. Add --in-process.")
        if not self.local:
            self._refuse(("in_process", "pdb", "workdir", "config_file", "secret_files"), "--local beside it, found none. Add --local.")
        if not code:
            self._refuse(("packages", "requirements", "version"), "a task of your own code beside it, found none. Leave it out.")
        if not code and not template:
            self._refuse(_OF_ONE, "a task beside it, found -f. Set it in the file.")

    def _refuse(self, fields: Sequence[str], expected: str) -> None:
        for field in fields:
            if getattr(self, field) not in (None, False, (), {}):
                raise click.UsageError(f"{_NAMES.get(field, f'--{field}'.replace('_', '-'))}: expected {expected}")
