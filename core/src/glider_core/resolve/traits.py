"""Settings that Glider acts upon, and that aren't fields of a pod: whether a task is interruptible, which GPU it needs, and so on.

Each is taken from the first that sets it: the execution, the task, the operator's configuration, Glider's default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from glider_core.api.pod_settings import Accelerator, ExecutorMode, PodSettings, Secret, SharedMemory
from glider_core.resolve.layers import GLIDER


@dataclass(frozen=True, kw_only=True, slots=True)
class Traits:
    """What was found. `origins` gives the source of each by its name."""

    executor_mode: ExecutorMode = ExecutorMode.INJECTED
    pod_template_ref: str | None = None
    interruptible: bool = False
    interruptible_failure_threshold: int = -1
    accelerator: Accelerator | None = None
    shared_memory: SharedMemory | None = None
    secrets: tuple[Secret, ...] = ()
    origins: Mapping[str, str] = field(default_factory=dict)


_SCALARS = ("executor_mode", "pod_template_ref", "interruptible", "interruptible_failure_threshold", "accelerator", "shared_memory")


def traits_of(sources: Mapping[str, PodSettings]) -> Traits:
    """The traits that `sources` have together; the strongest comes first."""
    found: dict[str, object] = {}
    origins: dict[str, str] = {}
    for name in _SCALARS:
        origins[name] = GLIDER
        for source, settings in sources.items():
            if (value := getattr(settings, name)) is not None:
                found[name], origins[name] = value, source
                break
    return Traits(secrets=_secrets(sources), origins=origins, **found)  # type: ignore[arg-type]


def _secrets(sources: Mapping[str, PodSettings]) -> tuple[Secret, ...]:
    """All secrets; one that is named again is as the stronger source declares it."""
    named: dict[tuple[str, str | None, str | None], Secret] = {}
    for settings in reversed(list(sources.values())):
        named |= {(secret.group, secret.version, secret.key): secret for secret in settings.secrets}
    return tuple(named.values())
