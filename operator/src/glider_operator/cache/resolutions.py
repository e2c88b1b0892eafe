"""The cache of what live executions resolve to: most reconciles are about an execution's pod only.

Resolving is most of the cost of a reconcile. Nothing stale is used: a resolution is valid for one generation of the execution, one
version of its template and one configuration, and is dropped when the execution finishes. An execution that has started goes on with
the template that it started with, even if that was deleted or replaced since. Most executions differ only in their inputs, since a
cluster has many more executions than tasks; those share one resolution, except for the inputs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import orjson

from glider_core.api.execution import Execution
from glider_core.api.remembered import Remembered
from glider_core.api.status import Link
from glider_core.config import Config
from glider_core.reconcile.observed_pods import ObservedPods
from glider_core.render.links import links
from glider_core.resolve.resolution import Resolution, Resolved
from glider_core.resolve.resolving import resolve, resolve_alike

Template: TypeAlias = Mapping[str, Any] | None

#: How many shared resolutions are kept beyond those of live executions.
_MODELS = 256
_INPUTS = frozenset({"inputs", "inputsUri"})


@dataclass(frozen=True, slots=True)
class _Known:
    generation: int
    template: Template
    config: Config
    resolved: Resolved

    def holds(self, execution: Execution, template: Template, config: Config) -> bool:
        return self.generation == execution.generation and self.template is template and self.config is config


class ResolutionCache:
    """Resolves executions, each once if it can. `home` is the operator's own namespace, if it runs in one."""

    def __init__(self, *, home: str | None = None) -> None:
        self._home = home
        self._known: dict[str, _Known] = {}
        self._models: Remembered[Resolved] = Remembered(most=_MODELS)

    def __len__(self) -> int:
        return len(self._known)

    def of(
        self,
        execution: Execution,
        *,
        templates: Mapping[str, Mapping[str, Any]],
        config: Config,
        looked_up: bool = False,
        begun: bool = False,
    ) -> Resolution:
        """What `execution` is to run; arguments as those of `resolve`. `begun`: an attempt of it has, or had, a pod."""
        known = self._known.get(execution.uid)
        name = _template_name(execution)
        if begun and known is not None and known.template is not None:
            templates = {name: known.template}
        template = templates.get(name)
        if known is not None and known.holds(execution, template, config):
            return known.resolved
        shape = _shape(execution)
        model = self._models.get(template, config, key=shape) if shape else None
        if model is not None:
            resolution: Resolution = resolve_alike(
                execution, model=model, restrictions=config.restrictions, admin=config.admin, begun=begun, home=self._home
            )
        else:
            resolution = resolve(execution, templates=templates, config=config, looked_up=looked_up, begun=begun, home=self._home)
        if isinstance(resolution, Resolved):
            self._known[execution.uid] = _Known(execution.generation, template, config, resolution)
            if shape:
                self._models.add(resolution, template, config, key=shape)
        elif begun and known is not None:
            return known.resolved  # it might be refused by now, but it was accepted
        return resolution

    def last(self, uid: str) -> tuple[Resolved, Template] | None:
        """What a live execution was last resolved to, with the spec of the template that it is by; None where it never was."""
        known = self._known.get(uid)
        return None if known is None else (known.resolved, known.template)

    def forget(self, uid: str) -> None:
        """The execution is finished or gone."""
        self._known.pop(uid, None)


def _shape(execution: Execution) -> bytes:
    """A digest of the specification without the inputs; empty where there is none."""
    try:
        document = orjson.dumps({name: execution.spec[name] for name in execution.spec if name not in _INPUTS})
    except TypeError:  # what JSON has and orjson has not, such as halves of surrogate pairs
        return b""
    return hashlib.blake2b(document, digest_size=16).digest()


def _template_name(execution: Execution) -> str:
    """The template that `execution` names; empty if none. `resolve` checks whether it may."""
    reference = execution.spec.get("taskRef")
    name = reference.get("name") if isinstance(reference, Mapping) else None
    return name if isinstance(name, str) else ""


def links_of(execution: Execution, resolution: Resolution | None, observed: ObservedPods, config: Config) -> tuple[Link, ...]:
    """Where the logs of the latest attempt are."""
    if observed.latest is None or not isinstance(resolution, Resolved):
        return ()
    return links(config.platform.log_links, execution=execution, task_id=resolution.id, pod=observed.latest)
