"""The Pod of one attempt: the layers put on each other, and what follows from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from glider.wire.contract import ENV_RUNTIME_PACKAGES
from glider.wire.jsonform import FieldError
from glider_core.api import labels
from glider_core.api.execution import Execution
from glider_core.api.pod_settings import SharedMemory
from glider_core.api.terms import Terms, format_terms
from glider_core.config import Config
from glider_core.config.defaults import Delivery
from glider_core.render import injection
from glider_core.render.attempt import Attempt, pod_name
from glider_core.render.code import NOTHING, code_parts
from glider_core.render.containers import DATA, ordered, with_containers
from glider_core.render.eager import eager_parts
from glider_core.render.layering import Draft, PodTemplate, draft
from glider_core.render.merging import Origins
from glider_core.render.placement import placed
from glider_core.render.pod_security import check_pod_security
from glider_core.render.resources import memory_field
from glider_core.render.secrets import secret_parts
from glider_core.resolve.layers import CONFIGURATION
from glider_core.resolve.resolution import Resolved

__all__ = ["PodTemplate", "Rendered", "pod_name", "render", "render_pod"]

Json = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rendered:
    """A pod's manifest. `origins` gives the source of each value by its path, unless Glider made it."""

    manifest: dict[str, Any]
    origins: Origins = field(repr=False)
    warnings: tuple[str, ...] = ()


def render(
    attempt: Attempt,
    *,
    base: PodTemplate | None = None,
    start: str | None = None,
    draw: Callable[[Resolved, PodTemplate | None], Draft] = draft,
) -> Rendered:
    """The pod of `attempt`.

    Args:
        attempt: the attempt.
        base: the PodTemplate object that it refers to, if it does.
        start: the path of the executor's start.py as the container sees it; by default where the pod has it.
        draw: `draft`, or what remembers its results.

    Raises:
        FieldError: parts of it don't go together.
    """
    if base is None and attempt.task.traits.pod_template_ref is not None:
        raise FieldError("podTemplateRef.name", expected="a PodTemplate that is there", found=attempt.task.traits.pod_template_ref)
    drawn = draw(attempt.task, base)
    _check_security(attempt, drawn, base)
    secrets = secret_parts(attempt.task.traits.secrets)
    code = code_parts(attempt.task.task.code, packages=_installs_packages(attempt, drawn)) if attempt.injected else NOTHING
    eager = eager_parts(attempt)
    start = start or injection.start_of(attempt.delivered)
    spec = with_containers(attempt, drawn, secrets=secrets, code=code, eager=eager, start=start)
    if volumes := _volumes(attempt, spec.get("volumes") or (), [*code.volumes, *eager.volumes, *secrets.volumes]):
        spec["volumes"] = volumes
    terms = replace(attempt.task.terms, memory_field=memory_field(attempt, drawn.origins))
    metadata, spec = _metadata(attempt, drawn.metadata, terms), placed(attempt, spec, origins=drawn.origins)
    manifest = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": ordered(spec)}
    return Rendered(manifest=manifest, origins=drawn.origins, warnings=(*attempt.task.warnings, *drawn.warnings))


def _check_security(attempt: Attempt, drawn: Draft, base: PodTemplate | None) -> None:
    """The administrator's own PodTemplate, to which his configuration refers, is as trusted as the configuration."""
    configured = attempt.task.traits.origins.get("pod_template_ref") == CONFIGURATION
    trusted = {base.source} if base and configured and base.namespace != attempt.execution.namespace else set()
    check_pod_security(drawn.metadata, drawn.spec, attempt.config.restrictions, origins=drawn.origins, trusted=trusted)


def _installs_packages(attempt: Attempt, drawn: Draft) -> bool:
    container: Json = next(one for one in drawn.spec["containers"] if one["name"] == attempt.task.primary)
    variables = [*(container.get("env") or ()), *(variable for _, env in attempt.task.env for variable in env)]
    return any(variable["name"] == ENV_RUNTIME_PACKAGES for variable in variables)


def _volumes(attempt: Attempt, own: Any, more: list[Json]) -> list[Json]:
    added: list[Json] = [injection.volume(attempt.config, attempt.delivered)] if attempt.injected else []
    if not attempt.task.paths.stored:
        added.append({"name": DATA, "emptyDir": {}})
    if (memory := attempt.task.traits.shared_memory) is not None:
        added.append(_in_memory(memory))
    added += more
    for volume in own:
        if volume.get("name") in {one["name"] for one in added}:
            raise FieldError("volumes", expected=f"no volume of the name {volume['name']}, which is Glider's", found=dict(volume))
    return [*own, *added]


def _in_memory(memory: SharedMemory) -> Json:
    limit = {"sizeLimit": memory.size} if memory.size else {}
    return {"name": memory.name, "emptyDir": {"medium": "Memory"} | limit}


def _metadata(attempt: Attempt, drawn: Json, terms: Terms) -> dict[str, Any]:
    execution, task = attempt.execution, attempt.task
    ours = {
        labels.MANAGED_BY: labels.MANAGER,
        labels.EXECUTION: execution.name,
        labels.EXECUTION_UID: execution.uid,
        labels.ATTEMPT: str(attempt.number),
        labels.PROJECT: labels.label_value(task.id.project),
        labels.DOMAIN: labels.label_value(task.id.domain),
        labels.TASK: labels.label_value(task.id.name),
        labels.INTERRUPTIBLE: str(attempt.interruptible).lower(),
    }
    # with another one's label on it the operator wouldn't see its own pod
    drawn_labels = {name: value for name, value in (drawn.get("labels") or {}).items() if name != labels.INSTANCE}
    if attempt.config.instance_id:
        ours[labels.INSTANCE] = attempt.config.instance_id
    return {
        "name": attempt.name,
        "namespace": execution.namespace,
        "labels": {**_recommended(attempt), **drawn_labels, **execution.queue_labels, **ours},
        "annotations": {
            **(drawn.get("annotations") or {}),
            labels.DEFAULT_CONTAINER: task.primary,
            labels.STARTED_WITH: format_terms(terms),
        },
        "ownerReferences": [execution.owner_reference],
    }


def _recommended(attempt: Attempt) -> dict[str, str]:
    """The task as an application in Kubernetes' terms. Nothing of ours goes by these labels: the user's own win."""
    id, execution = attempt.task.id, attempt.execution
    known = {
        labels.APP_NAME: labels.label_value(id.name),
        labels.APP_INSTANCE: execution.name,
        labels.APP_COMPONENT: "task",
        labels.APP_PART_OF: labels.label_value(id.project),
        labels.APP_VERSION: labels.label_value(id.version),
    }
    return {name: value for name, value in known.items() if value}


def render_pod(
    execution: Execution,
    task: Resolved,
    *,
    attempt: int,
    config: Config,
    memory: str | None = None,
    previous_checkpoint: str | None = None,
    inputs: Mapping[str, str] | None = None,
    delivery: Delivery = Delivery.AUTO,
    base: PodTemplate | None = None,
    start: str | None = None,
    draw: Callable[[Resolved, PodTemplate | None], Draft] = draft,
) -> dict[str, Any]:
    """The manifest of the attempt's pod; see Attempt and `render` for what the arguments mean."""
    one = Attempt(
        execution=execution,
        task=task,
        number=attempt,
        config=config,
        memory=memory,
        previous_checkpoint=previous_checkpoint,
        inputs=inputs or {},
        delivery=delivery,
    )
    return render(one, base=base, start=start, draw=draw).manifest
