"""Fields that only a cluster acts on: they are reported, since a local run ignores them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from glider_core.api.execution import Execution
from glider_core.api.lifecycle import MUTABLE
from glider_core.render.merging import Path
from glider_core.render.pod import Rendered
from glider_core.resolve.layers import CONFIGURATION, GLIDER
from glider_core.resolve.resolution import Resolved

#: Fields that take effect in the process, too. An image is never reported: a local run doesn't use it by definition.
_OF_POD = frozenset({"restartPolicy", "terminationGracePeriodSeconds"})
_OF_CONTAINER = frozenset({"name", "image", "command", "args", "env", "envFrom", "terminationMessagePath", "terminationMessagePolicy"})
#: What isn't a field of the pod, by the name that it has in a task or an execution.
_TRAITS = ("accelerator", "sharedMemory", "interruptible", "interruptibleFailureThreshold")
#: Of what an execution has for its life on the cluster, suspend and cancel have an effect here, too.
_LATER = tuple(name for name in MUTABLE if name not in ("suspend", "cancel"))


def without_effect(execution: Execution, task: Resolved, rendered: Rendered, *, template: Mapping[str, Any] | None) -> tuple[str, ...]:
    """The fields of the pod, the task and the execution that only a cluster acts on, where the task or the execution sets them."""
    own = _as_mapping(execution.spec.get("task")) if template is None else template
    names = [f"spec.{name}" for name in (*_TRAITS, *_LATER) if execution.spec.get(name) is not None]
    names += [f"the task's {name}" for name in (*_TRAITS, "priority") if own.get(name) is not None]
    return tuple(dict.fromkeys((*_of_pod(task, rendered), *names)))


def _of_pod(task: Resolved, rendered: Rendered) -> Iterator[str]:
    for path, source in rendered.origins.items():
        if path[:1] != ("spec",) or source.startswith((GLIDER, CONFIGURATION)) or "Glider" in source:
            continue
        if path[1] not in ("containers", "initContainers"):
            if path[1] not in _OF_POD:
                yield _text(path[:2])
        elif path[1:3] != ("containers", f"[{task.primary}]"):
            yield _text(path[:3])
        elif path[3] not in _OF_CONTAINER:
            yield _text(path[:4])


def _text(path: Path) -> str:
    return "the pod's " + ".".join(path).replace(".[", "[")


def _as_mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
