"""The pod of one attempt as the operator would make it, and where each of its values is from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from glider_core.api.execution import Execution
from glider_core.config import Config
from glider_core.render.attempt import Attempt
from glider_core.render.explaining import explain
from glider_core.render.layering import PodTemplate
from glider_core.render.pod import Rendered, render
from glider_core.resolve.layers import EXECUTION, TASK
from glider_core.resolve.resolution import Resolved
from glider_core.resolve.resolving import resolve

Templates = Mapping[str, Mapping[str, Any]]


class NotRenderedError(Exception):
    """The execution has no pod: it is refused, or its template isn't there."""


def rendered(
    execution: Execution, *, templates: Templates, pod_template: Callable[[str | None], PodTemplate | None], config: Config, number: int
) -> Rendered:
    """The pod of the attempt.

    Args:
        execution: the execution.
        templates: the specs of the TaskTemplates in its namespace, by name.
        pod_template: the PodTemplate of a name.
        config: the operator's configuration, already for the execution's namespace if that is wanted.
        number: the attempt's.

    Raises:
        NotRenderedError: there is none.
        FieldError: something in it is wrong.
    """
    resolution = resolve(execution, templates=templates, config=config, looked_up=True)
    if not isinstance(resolution, Resolved):
        raise NotRenderedError(str(getattr(resolution, "message", resolution)))
    attempt = Attempt(execution=execution, task=resolution, number=number, config=config, memory=_memory(execution, number))
    return render(attempt, base=pod_template(resolution.traits.pod_template_ref))


def _memory(execution: Execution, number: int) -> str | None:
    """What the attempt got, or gets, by the record: that of an execution which isn't in a cluster is empty."""
    known = next((one for one in execution.status.attempts if one.number == number), None)
    return (known.memory or None) if known is not None else execution.status.memory


def explained(
    execution: Execution, *, templates: Templates, pod_template: Callable[[str | None], PodTemplate | None], config: Config, number: int
) -> tuple[Rendered, list[tuple[str, str, str]]]:
    """The pod, with each of its values: the field, the value in short, and where it is from.

    Args:
        execution: as `rendered` takes it, and so `templates`, `pod_template` and `number`.
        templates: see there.
        pod_template: see there.
        config: the operator's configuration for all namespaces.
        number: see there.

    Raises:
        NotRenderedError: there is no pod.
        FieldError: something in it is wrong.
    """
    own = config.for_namespace(execution.namespace)
    pod = rendered(execution, templates=templates, pod_template=pod_template, config=own, number=number)
    general = None
    if own is not config:
        general = rendered(execution, templates=templates, pod_template=pod_template, config=config, number=number)
    reference = (execution.spec.get("taskRef") or {}).get("name")
    names = {EXECUTION: f"execution {execution.name}", TASK: f"TaskTemplate {reference}" if reference else "spec.task"}
    return pod, explain(pod, names=names, general=general)
