"""The containers of the pod: the task's own with command line, environment and resources, and the one that brings the executor."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from glider.wire.contract import DEFAULT_TERMINATION_LOG
from glider.wire.jsonform import FieldError
from glider_core.config.defaults import Delivery
from glider_core.render import injection
from glider_core.render.attempt import Attempt
from glider_core.render.code import CodeParts
from glider_core.render.eager import EagerParts
from glider_core.render.environment import environment, environment_beside
from glider_core.render.layering import Draft
from glider_core.render.limits import check_limits
from glider_core.render.merging import Origins
from glider_core.render.resources import adjusted
from glider_core.render.secrets import SecretParts
from glider_core.render.template import fill_in
from glider_core.resolve.storage import POD_DATA

Json = Mapping[str, Any]

#: The volume that stands for the object store where there is none.
DATA = "glider-data"

_KINDS = ("initContainers", "containers")


def with_containers(
    attempt: Attempt, drawn: Draft, *, secrets: SecretParts, code: CodeParts, eager: EagerParts, start: str
) -> dict[str, Any]:
    """The spec of `drawn` with its containers as they run, and its resources as a whole within the limits."""
    spec, origins, primary = dict(drawn.spec), drawn.origins, attempt.task.primary
    for source, variables in attempt.task.env:
        origins |= {("spec", "containers", f"[{primary}]", "env", f"[{one['name']}]"): source for one in variables}
    if spec.get("resources"):
        spec["resources"], notes = adjusted(spec["resources"], attempt.config.platform, defaults=False)
        origins |= {("spec", "resources", *where): source for where, source in notes.items()}
    for kind in _KINDS:
        containers = [_container(attempt, one, kind=kind, origins=origins) for one in spec.get(kind) or ()]
        if kind == "containers":
            containers = [
                _primary(attempt, one, secrets, code, eager, spec=spec, start=start) if one["name"] == primary else one
                for one in containers
            ]
        elif attempt.injected:
            if attempt.delivered is not Delivery.IMAGE_VOLUME:
                containers = [injection.executor_container(attempt.config), *containers]
            origins |= injection.origins(attempt.config, attempt.delivered)
        if containers:
            spec[kind] = [ordered(container) for container in containers]
    return spec


def _container(attempt: Attempt, drawn: dict[str, Any], *, kind: str, origins: Origins) -> dict[str, Any]:
    """Any of the task's containers: command line, environment and resources."""
    primary = kind == "containers" and drawn["name"] == attempt.task.primary
    value_of = partial(attempt.value_of, primary=primary)
    container = drawn | {field: fill_in(drawn[field], value_of) for field in ("command", "args") if drawn.get(field)}
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
        check_limits(container, env=container["env"], field=f"{kind}[{drawn['name']}]")
    return container


def _primary(
    attempt: Attempt, container: dict[str, Any], secrets: SecretParts, code: CodeParts, eager: EagerParts, *, spec: Json, start: str
) -> dict[str, Any]:
    """The container that runs the task."""
    result = dict(container)
    log = container.get("terminationMessagePath") or DEFAULT_TERMINATION_LOG
    words = [*(container.get("command") or ()), *(container.get("args") or ())]
    result["env"] = environment(
        attempt, container.get("env") or (), words=words, spec=spec, log=log, added={**code.env, **eager.env}, secrets=list(secrets.env)
    )
    check_limits(container, env=result["env"], field=f"containers[{container['name']}]")
    if attempt.injected:
        result["command"] = [attempt.config.executor.python, start]
        result["args"] = words
    added: list[Json] = [injection.MOUNT] if attempt.injected else []
    if not attempt.task.paths.stored:
        added.append({"name": DATA, "mountPath": POD_DATA})
    if (memory := attempt.task.traits.shared_memory) is not None:
        added.append({"name": memory.name, "mountPath": memory.path})
    if mounts := _with_mounts(container.get("volumeMounts") or (), [*added, *code.mounts, *eager.mounts, *secrets.mounts]):
        result["volumeMounts"] = mounts
    return result


def _with_mounts(own: Any, added: list[Json]) -> list[Json]:
    for mount in own:
        if mount.get("mountPath") in {one["mountPath"] for one in added}:
            raise FieldError("volumeMounts", expected=f"nothing at {mount['mountPath']}, which Glider mounts", found=dict(mount))
    return [*own, *added]


#: What a person looks for first, and what last since it is longest; anything else is between.
_FIRST = ("name", "image", "imagePullPolicy", "command", "args")
_LAST = ("initContainers", "containers", "volumes", "env", "envFrom", "volumeMounts")


def ordered(fields: Json) -> dict[str, Any]:
    """`fields` of a container or a pod's spec, in the order in which a person reads them."""
    between = (name for name in fields if name not in _FIRST and name not in _LAST)
    return {name: fields[name] for name in (*_FIRST, *between, *_LAST) if name in fields}
