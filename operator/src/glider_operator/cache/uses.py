"""When executions used templates, as far as the operator has seen them: what decides about the retention of templates."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from glider_core.api.execution import is_finished
from glider_core.api.moments import parse_time
from glider_core.reconcile.retention import Place


class TemplateUses:
    """The last use of each template, in memory; `retention` writes it down on the template, coarsely."""

    def __init__(self) -> None:
        self._last: dict[Place, datetime] = {}

    @property
    def last(self) -> Mapping[Place, datetime]:
        """When each was last used."""
        return self._last

    def saw(self, body: Mapping[str, Any], *, now: Callable[[], datetime]) -> None:
        """An execution is there: a live one uses its template now, a finished one did until it ended."""
        self.used(body["metadata"]["namespace"], body.get("spec"), when=_ended(body) if is_finished(body) else now())

    def used(self, namespace: str, spec: Any, *, when: datetime) -> None:
        """An execution with this specification, which nobody has checked yet, used its template."""
        reference = spec.get("taskRef") if isinstance(spec, Mapping) else None
        name = reference.get("name") if isinstance(reference, Mapping) else None
        if not isinstance(name, str):
            return
        known = self._last.get((namespace, name))
        if known is None or known < when:
            self._last[namespace, name] = when

    def forget_others(self, places: Collection[Place]) -> None:
        """Only these templates exist."""
        for place in self._last.keys() - places:
            del self._last[place]


def _ended(body: Mapping[str, Any]) -> datetime:
    ended = parse_time((body.get("status") or {}).get("completionTime"))
    return ended or datetime.fromisoformat(body["metadata"]["creationTimestamp"])
