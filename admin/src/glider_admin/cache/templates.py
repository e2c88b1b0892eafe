"""Templates by namespace, task and version."""

from __future__ import annotations

from collections.abc import Hashable

from glider_admin.cache.objects import Objects
from glider_admin.cache.rows import TemplateRow, template_row
from glider_core.api.template_names import template_name


class Templates(Objects[TemplateRow]):
    """All TaskTemplates."""

    def __init__(self) -> None:
        super().__init__(template_row)
        self._by_task = self.index(lambda row: ((row.namespace, row.task),))
        self._by_version = self.index(_version_key)

    def version(self, namespace: str, *, task: str, version: str) -> TemplateRow | None:
        """The template of one version of a task: the one that tools write, else the newest of those that name it."""
        written = self.row(namespace, template_name(task=task, version=version))
        if written is not None and (written.task, written.version) == (task, version):
            return written
        return next(iter(self.rows(self._by_version, (namespace, task, version), newest_first=True)), None)

    def versions(self, namespace: str, *, task: str) -> list[TemplateRow]:
        """All versions of a task, the newest first."""
        return self.rows(self._by_task, (namespace, task), newest_first=True)


def _version_key(row: TemplateRow) -> tuple[Hashable, ...]:
    return ((row.namespace, row.task, row.version),)
