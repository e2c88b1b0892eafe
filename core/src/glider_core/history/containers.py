"""The task's container as the documents of an execution have it: its image, and what it asks for.

What its pod has is what it got. Without a pod it is what template and execution declare, without the configuration's defaults.
Read leniently: what is no amount counts as absent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from glider_core.api.labels import DEFAULT_CONTAINER
from glider_core.api.quantities import parse_quantity

Json = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What a container asks for: bytes, CPUs and GPUs; None where it doesn't."""

    memory_request: int | None = None
    memory_limit: int | None = None
    cpu_request: float | None = None
    cpu_limit: float | None = None
    gpus: float | None = None


def asked_by(execution: Json, *, template: Json | None = None, pod: Json | None = None) -> Asked:
    """What the task's container asks for: as its pod has it, else as execution and template declare it."""
    if pod is not None:
        return _asked(_of_pod(pod).get("resources") or {})
    spec = execution.get("spec") or {}
    task = _task_of(spec, template)
    merged: dict[str, dict[str, Any]] = {}
    declared = (_declared(task).get("resources"), (task.get("container") or {}).get("resources"), task.get("resources"))
    for resources in (*declared, spec.get("resources")):
        for kind, amounts in (resources or {}).items():
            if isinstance(amounts, Mapping):
                merged.setdefault(kind, {}).update(amounts)
    return _asked(merged)


def image_of(execution: Json, *, template: Json | None = None, pod: Json | None = None) -> str:
    """The image of the task's container, likewise; empty where it isn't known."""
    if pod is not None:
        return str(_of_pod(pod).get("image") or "")
    spec = execution.get("spec") or {}
    task = _task_of(spec, template)
    images: Iterator[Any] = (one.get("image") for one in (spec, task.get("container") or {}, _declared(task)))
    return str(next(filter(None, images), ""))


def _task_of(spec: Json, template: Json | None) -> Json:
    task: Json = spec.get("task") or (template or {}).get("spec") or {}
    return task


def _of_pod(pod: Json) -> Json:
    name = str(((pod.get("metadata") or {}).get("annotations") or {}).get(DEFAULT_CONTAINER) or "")
    return _primary((pod.get("spec") or {}).get("containers") or (), name=name)


def _declared(task: Json) -> Json:
    containers = ((task.get("podTemplate") or {}).get("spec") or {}).get("containers") or ()
    return _primary(containers, name=task.get("primaryContainerName") or "")


def _primary(containers: Sequence[Json], *, name: str) -> Json:
    return next((one for one in containers if one.get("name") == name), containers[0] if containers else {})


def _asked(resources: Json) -> Asked:
    """Without a request it is the limit, as in Kubernetes; without a limit it is the request, as in Flyte."""
    limits = resources.get("limits") or {}
    requests = {**limits, **(resources.get("requests") or {})}
    memory_request, cpu_request = _amount(requests.get("memory")), _amount(requests.get("cpu"))
    memory_limit, cpu_limit = _amount(limits.get("memory")), _amount(limits.get("cpu"))
    gpus = [amount for name in requests if is_gpu(name) and (amount := _amount(requests[name]))]
    return Asked(
        memory_request=_bytes(memory_request),
        memory_limit=_bytes(memory_request if memory_limit is None else memory_limit),
        cpu_request=cpu_request,
        cpu_limit=cpu_request if cpu_limit is None else cpu_limit,
        gpus=sum(gpus) if gpus else None,
    )


def is_gpu(resource: str) -> bool:
    """Whether a resource stands for GPUs, or for parts of them: `gpu`, `nvidia.com/gpu`, `nvidia.com/mig-1g.5gb`, `gpu.intel.com/i915`."""
    return resource == "gpu" or resource.startswith("gpu.") or "/gpu" in resource or "/mig-" in resource


def _amount(quantity: Any) -> float | None:
    try:
        return None if quantity is None else float(parse_quantity(quantity))
    except ValueError:
        return None


def _bytes(amount: float | None) -> int | None:
    return None if amount is None else int(amount)
