"""The registered tasks, with their versions: made of the rows that the API server shows of TaskTemplates, which have no specs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from glider_core.api.template_names import DESCRIPTION

Json = Mapping[str, Any]

#: Of the docs in a list, whose first line is enough.
_LONGEST = 160


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """A TaskTemplate: one version of a task."""

    namespace: str
    task: str
    name: str
    version: str
    created: str
    docs: str


def versions_in(table: Json) -> Iterator[Version]:
    """The templates in a Table of the API server's."""
    columns = [str(column.get("name")) for column in table.get("columnDefinitions") or ()]
    for row in table.get("rows") or ():
        cells = dict(zip(columns, row.get("cells") or (), strict=False))
        metadata = (row.get("object") or {}).get("metadata") or {}
        name = str(metadata.get("name") or cells.get("Name"))
        yield Version(
            namespace=str(metadata.get("namespace") or ""),
            task=str(cells.get("Task") or name),
            name=name,
            version=str(cells.get("Version") or ""),
            created=str(metadata.get("creationTimestamp") or ""),
            docs=_first_line(str((metadata.get("annotations") or {}).get(DESCRIPTION) or "")),
        )


def tasks_of(versions: Iterable[Version]) -> list[dict[str, Any]]:
    """The tasks, those with the newest version first; so are the versions of each."""
    by_task = sorted(versions, key=lambda one: (one.namespace, one.task))
    tasks = [_task(list(found)) for _, found in groupby(by_task, key=lambda one: (one.namespace, one.task))]
    return sorted(tasks, key=lambda task: task["versions"][0]["created"], reverse=True)


def _task(found: list[Version]) -> dict[str, Any]:
    newest = sorted(found, key=lambda one: (one.created, one.name), reverse=True)
    first = newest[0]
    versions = [{name: asdict(one)[name] for name in ("name", "version", "created")} for one in newest]
    return {"namespace": first.namespace, "task": first.task, "docs": first.docs, "versions": versions}


def _first_line(text: str) -> str:
    line = text.strip().partition("\n")[0]
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
