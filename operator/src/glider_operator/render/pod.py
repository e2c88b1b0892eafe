"""The Pod of one attempt: the layers put on each other, and what follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from glider.wire.contract import DEFAULT_TERMINATION_LOG
from glider.wire.jsonform import FieldError, LiteralMap
from glider_operator.config import Config
from glider_operator.model import labels
from glider_operator.model.execution import Execution
from glider_operator.model.pod_settings import SharedMemory
from glider_operator.render import injection
from glider_operator.render.attempt import Attempt, pod_name
from glider_operator.render.environment import environment, environment_beside
from glider_operator.render.layering import PodTemplate, draft
from glider_operator.render.merging import Origins
from glider_operator.render.placement import placed
from glider_operator.render.resources import adjusted
from glider_operator.render.secrets import SecretParts, secret_parts
from glider_operator.render.template import fill_in
from glider_operator.resolve.resolution import Resolved
from glider_operator.resolve.storage import POD_DATA

__all__ = ["PodTemplate", "Rendered", "pod_name", "render", "render_pod"]

DATA = "glider-data"

Json = Mapping[str, Any]
_KINDS = ("initContainers", "containers")
_PRIMARY = ("spec", "containers")


@dataclass(frozen=True, kw_only=True, slots=True)
class Rendered:
    """A pod's manifest. `origins` says of each value by its path where it is from, unless Glider made it."""

    manifest: dict[str, Any]
    origins: Origins = field(repr=False)
    warnings: tuple[str, ...] = ()


def render(attempt: Attempt, *, base: PodTemplate | None = None, start: str = injection.START) -> Rendered:
    """The pod of `attempt`.

    Args:
        attempt: the attempt.
        base: the PodTemplate object that it refers to, if it does.
        start: the path of the executor's start.py as the container sees it.

    Raises:
        FieldError: parts of it don't go together.
    """
    if base is None and attempt.task.traits.pod_template_ref is not None:
        raise FieldError("podTemplateRef.name", expected="a PodTemplate that is there", found=attempt.task.traits.pod_template_ref)
    drawn = draft(attempt.task, base)
    secrets = secret_parts(attempt.task.traits.secrets)
    spec = drawn.spec
    for source, variables in attempt.task.env:
        drawn.origins.update({(*_PRIMARY, f"[{attempt.task.primary}]", "env", f"[{one['name']}]"): source for one in variables})
    for kind in _KINDS:
        if kind in spec:
            containers = [_container(attempt, one, kind=kind, origins=drawn.origins) for one in spec[kind]]
            spec[kind] = [
                _primary(attempt, one, secrets, spec=spec, start=start) if _is_primary(attempt, kind, one) else one for one in containers
            ]
    if attempt.injected:
        spec["initContainers"] = [injection.executor_container(attempt.config), *spec.get("initContainers", ())]
        drawn.origins.update(injection.origins(attempt.config))
    for kind in _KINDS:
        if kind in spec:
            spec[kind] = [_ordered(container) for container in spec[kind]]
    if volumes := _volumes(attempt, spec.get("volumes") or (), secrets):
        spec["volumes"] = volumes
    metadata, spec = _metadata(attempt, drawn.metadata), placed(attempt, spec, origins=drawn.origins)
    manifest = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": _ordered(spec)}
    return Rendered(manifest=manifest, origins=drawn.origins, warnings=(*attempt.task.warnings, *drawn.warnings))


def _is_primary(attempt: Attempt, kind: str, container: Json) -> bool:
    return kind == "containers" and container["name"] == attempt.task.primary


def _container(attempt: Attempt, drawn: dict[str, Any], *, kind: str, origins: Origins) -> dict[str, Any]:
    """Any of the task's containers: command line, environment and resources."""
    primary = _is_primary(attempt, kind, drawn)
    container = drawn | {field: fill_in(drawn[field], attempt.value_of) for field in ("command", "args") if drawn.get(field)}
    resources, notes = adjusted(
        drawn.get("resources") or {},
        attempt.config.platform,
        defaults=primary or kind == "initContainers",
        memory=attempt.memory if primary else None,
    )
    origins |= {("spec", kind, f"[{drawn['name']}]", "resources", *where): source for where, source in notes.items()}
    if resources:
        container["resources"] = resources
    if not primary:
        container["env"] = environment_beside(attempt, drawn.get("env") or ())
    return container


def _primary(attempt: Attempt, container: dict[str, Any], secrets: SecretParts, *, spec: Json, start: str) -> dict[str, Any]:
    """The container that runs the task."""
    result = dict(container)
    log = container.get("terminationMessagePath") or DEFAULT_TERMINATION_LOG
    result["env"] = environment(attempt, container.get("env") or (), spec=spec, log=log, secrets=list(secrets.env))
    if attempt.injected:
        result["command"] = [attempt.config.executor.python, start]
        result["args"] = [*(container.get("command") or ()), *(container.get("args") or ())]
    added: list[Json] = [injection.MOUNT] if attempt.injected else []
    if not attempt.task.paths.stored:
        added.append({"name": DATA, "mountPath": POD_DATA})
    if (memory := attempt.task.traits.shared_memory) is not None:
        added.append({"name": memory.name, "mountPath": memory.path})
    if mounts := _with_mounts(container.get("volumeMounts") or (), [*added, *secrets.mounts]):
        result["volumeMounts"] = mounts
    return result


def _with_mounts(own: Any, added: list[Json]) -> list[Json]:
    for mount in own:
        if mount.get("mountPath") in {one["mountPath"] for one in added}:
            raise FieldError("volumeMounts", expected=f"nothing at {mount['mountPath']}, which Glider mounts", found=dict(mount))
    return [*own, *added]


def _volumes(attempt: Attempt, own: Any, secrets: SecretParts) -> list[Json]:
    added: list[Json] = [injection.VOLUME] if attempt.injected else []
    if not attempt.task.paths.stored:
        added.append({"name": DATA, "emptyDir": {}})
    if (memory := attempt.task.traits.shared_memory) is not None:
        added.append(_in_memory(memory))
    added += secrets.volumes
    for volume in own:
        if volume.get("name") in {one["name"] for one in added}:
            raise FieldError("volumes", expected=f"no volume of the name {volume['name']}, which is Glider's", found=dict(volume))
    return [*own, *added]


def _in_memory(memory: SharedMemory) -> Json:
    limit = {"sizeLimit": memory.size} if memory.size else {}
    return {"name": memory.name, "emptyDir": {"medium": "Memory"} | limit}


def _metadata(attempt: Attempt, drawn: Json) -> dict[str, Any]:
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
    return {
        "name": attempt.name,
        "namespace": execution.namespace,
        "labels": {**(drawn.get("labels") or {}), **execution.queue_labels, **ours},
        "annotations": {**(drawn.get("annotations") or {}), labels.DEFAULT_CONTAINER: task.primary},
        "ownerReferences": [execution.owner_reference],
    }


#: What a person looks for first, and what last since it is longest; anything else is between.
_FIRST = ("name", "image", "imagePullPolicy", "command", "args")
_LAST = ("initContainers", "containers", "volumes", "env", "envFrom", "volumeMounts")


def _ordered(fields: Json) -> dict[str, Any]:
    between = (name for name in fields if name not in _FIRST and name not in _LAST)
    return {name: fields[name] for name in (*_FIRST, *between, *_LAST) if name in fields}


def render_pod(
    execution: Execution,
    task: Resolved,
    *,
    attempt: int,
    config: Config,
    memory: str | None = None,
    previous_checkpoint: str | None = None,
    inputs: LiteralMap | None = None,
    base: PodTemplate | None = None,
    start: str = injection.START,
) -> dict[str, Any]:
    """The manifest of the attempt's pod; see Attempt and `render` for what the arguments mean."""
    one = Attempt(
        execution=execution,
        task=task,
        number=attempt,
        config=config,
        memory=memory,
        previous_checkpoint=previous_checkpoint,
        inputs=inputs,
    )
    return render(one, base=base, start=start).manifest
