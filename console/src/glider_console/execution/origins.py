"""Where each value of an attempt's pod is from: the execution, its template, the operator's configuration, or Glider itself.

It is derived anew, as `glider render --explain` does, from what the viewer may read. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from glider.wire.jsonform import FieldError
from glider_client.cluster.errors import ClusterError
from glider_client.cluster.operators import Operator
from glider_client.local.rendering import NotRenderedError, explained
from glider_core.api.execution import parse_execution
from glider_core.api.labels import instance_of
from glider_core.config import Config
from glider_core.render.layering import PodTemplate

Json = Mapping[str, Any]

_WITHOUT = "Values of the operator's configuration are missing here, and defaults stand in their place: "
_CHANGED = "What admission webhooks and LimitRanges change in the pod isn't shown here. The YAML of the pod has it."


@dataclass(frozen=True, kw_only=True, slots=True)
class Sources:
    """What was read.

    Attributes:
        execution: its document.
        template: its TaskTemplate, if it has one that could be read.
        operators: those that the viewer may see.
        unread: why some of all this could not be read.
        pod_template: reads the PodTemplate of a name; a ClusterError where that can't be done.
    """

    execution: Json
    template: Json | None = None
    operators: Sequence[Operator] = ()
    unread: Sequence[str] = ()
    pod_template: Callable[[str], PodTemplate] | None = None

    def base(self, name: str | None) -> PodTemplate | None:
        """The PodTemplate of that name."""
        return self.pod_template(name) if name is not None and self.pod_template is not None else None


def origins_of(sources: Sources, *, number: int) -> dict[str, Any]:
    """The values of the attempt's pod, with notes about what is missing."""
    config, notes = _configuration(sources)
    execution = parse_execution(sources.execution)
    reference = (sources.execution["spec"].get("taskRef") or {}).get("name")
    templates = {reference: sources.template["spec"]} if reference and sources.template is not None else {}
    if reference and sources.template is None:
        return _document(
            number, notes=[f"The template {reference} can't be read, so that nothing is known about its values.", *sources.unread]
        )
    try:
        _, values = explained(execution, templates=templates, pod_template=sources.base, config=config, number=number)
    except (FieldError, NotRenderedError, ClusterError) as error:
        return _document(number, notes=[str(error), *notes])
    rows = [{"path": path, "value": value, "source": source} for path, value, source in values]
    return _document(number, notes=[*notes, _CHANGED], values=rows)


def _document(number: int, *, notes: Sequence[str], values: Sequence[Json] = ()) -> dict[str, Any]:
    return {"attempt": number, "notes": list(notes), "values": list(values)}


def _configuration(sources: Sources) -> tuple[Config, list[str]]:
    """The configuration of the operator that serves the execution; what is missing of it, in words."""
    namespace, wanted = sources.execution["metadata"]["namespace"], instance_of(sources.execution)
    serving = [one for one in sources.operators if (one.config.instance_id or None) == wanted and one.watches(namespace)]
    if not serving:
        why = " ".join(sources.unread) or "no operator serves the execution, or none that you may see."
        return Config(), [_WITHOUT + why]
    found = serving[0]
    return found.config, [f"{_WITHOUT}{found.problem}."] if found.problem else []
