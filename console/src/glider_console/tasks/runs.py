"""The executions of one task, of its versions, in a span of time: from rows, and from the templates that rows name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from glider_console.live.rows import Row
from glider_core.history.containers import Asked, asked_by

Json = Mapping[str, Any]

UNVERSIONED = "unversioned"


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """One version of a task. `asked`: what its container asks for; `template` is empty for tasks that executions contain."""

    name: str
    template: str = ""
    asked: Asked = field(default_factory=Asked)


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One execution of a task."""

    row: Row
    version: Version

    @property
    def at(self) -> int:
        """When it began, in seconds since 1970: with its first pod, or else with its creation."""
        return self.row.created if self.row.started is None else self.row.started

    @property
    def memory(self) -> int | None:
        """What its latest attempt asked for."""
        return self.row.memory or self.version.asked.memory_request


def versions_of(task: str, templates: Iterable[Json]) -> dict[str, Version]:
    """The versions of `task` by the names of their templates."""
    found = {}
    for template in templates:
        name, identity = template["metadata"]["name"], (template.get("spec") or {}).get("id") or {}
        if task == (identity.get("name") or name):
            asked = asked_by({}, template=template)
            found[name] = Version(name=str(identity.get("version") or UNVERSIONED), template=name, asked=asked)
    return found


def runs_of(task: str, rows: Iterable[Row], versions: Mapping[str, Version], *, since: int | None = None) -> list[Run]:
    """The runs of `task`, oldest first."""
    runs = (Run(row=row, version=found) for row in rows if (found := _version(task, row, versions)) is not None)
    return sorted((run for run in runs if since is None or run.at >= since), key=lambda run: (run.at, run.row.name))


def _version(task: str, row: Row, versions: Mapping[str, Version]) -> Version | None:
    """The version of `task` that `row` runs; None where it runs another task."""
    if row.template in versions:
        return versions[row.template]
    if row.task != task:
        return None
    return Version(name=row.version or UNVERSIONED, template=row.template)
