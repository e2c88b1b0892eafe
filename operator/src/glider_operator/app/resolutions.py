"""What live executions come to, kept while nothing changes that it comes from: most looks at an execution are about its pod.

To resolve is most of what a look costs. Nothing is kept that could be stale: what was resolved counts for one generation of the
execution, one reading of its template and one configuration, and is forgotten with the execution's end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from glider_operator.config import Config
from glider_operator.model.execution import Execution
from glider_operator.resolve.resolution import Resolution, Resolved
from glider_operator.resolve.resolving import resolve


@dataclass(frozen=True, slots=True)
class _Known:
    generation: int
    template: Mapping[str, Any] | None
    config: Config
    resolved: Resolved

    def holds(self, execution: Execution, template: Mapping[str, Any] | None, config: Config) -> bool:
        return self.generation == execution.generation and self.template is template and self.config is config


class Resolutions:
    """Resolves executions, each once if it can."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}

    def __len__(self) -> int:
        return len(self._known)

    def of(self, execution: Execution, *, templates: Mapping[str, Mapping[str, Any]], config: Config, now: datetime) -> Resolution:
        """What `execution` is to run; arguments as those of `resolve`."""
        template = _template_of(execution, templates)
        known = self._known.get(execution.uid)
        if known is not None and known.holds(execution, template, config):
            return known.resolved
        resolution = resolve(execution, templates=templates, config=config, now=now)
        if isinstance(resolution, Resolved):
            self._known[execution.uid] = _Known(execution.generation, template, config, resolution)
        return resolution

    def forget(self, uid: str) -> None:
        """The execution is over or gone."""
        self._known.pop(uid, None)


def _template_of(execution: Execution, templates: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The spec of the template that `execution` names; whether it may name it like that is for `resolve` to say."""
    reference = execution.spec.get("taskRef")
    name = reference.get("name") if isinstance(reference, Mapping) else None
    return templates.get(name) if isinstance(name, str) else None
