"""What resolving an execution comes to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias

from glider.wire.interface import Interface
from glider_core.api.pod_settings import ExecutorMode
from glider_core.api.policies import Policies
from glider_core.api.retrying import Timeouts
from glider_core.api.task import Json, Storage, Task, TaskId
from glider_core.api.terms import Terms
from glider_core.resolve.layers import Layer
from glider_core.resolve.storage import Paths
from glider_core.resolve.traits import Traits


@dataclass(frozen=True, kw_only=True, slots=True)
class RetryPolicy:
    """How many retries of either kind, and the waits before them."""

    user: int
    system: int
    initial: timedelta
    factor: float
    longest: timedelta
    retry_on: tuple[str, ...] = ()
    no_retry_on: tuple[str, ...] = ()
    oom_factor: float = 1.0
    oom_max: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Resolved:
    """Everything is known.

    Attributes:
        task: the task as it was written.
        primary: the name of the task's container.
        inline_inputs: a serialised LiteralMap, or None where the inputs are a file in the store.
        storage: the prefixes that `paths` are below.
        default_layers: what the pod is where no stronger layer sets anything else; a PodTemplate object stands above it.
        own_layers: what the task and the execution set.
        traits: what isn't a field of the pod.
        eager: the field by which it starts other tasks; empty where it doesn't.
        env: variables of the primary container, the strongest last, each list with its source.
        inputs_read: the names of the inputs that stand in command lines.
        inputs_read_beside: those in command lines of other containers than the task's.
        reads_task_template: whether a command line asks for task.pb.
        warnings: what a person should know, and what doesn't keep the task from running.
    """

    task: Task
    id: TaskId
    primary: str
    interface: Interface
    inline_inputs: bytes | None
    storage: Storage
    paths: Paths
    retries: RetryPolicy
    default_layers: tuple[Layer, ...]
    own_layers: tuple[Layer, ...]
    traits: Traits
    env: tuple[tuple[str, tuple[Json, ...]], ...]
    eager: str = ""
    inputs_read: frozenset[str] = field(default_factory=frozenset)
    inputs_read_beside: frozenset[str] = field(default_factory=frozenset)
    reads_task_template: bool = False
    timeouts: Timeouts = field(default_factory=Timeouts)
    policies: Policies = field(default_factory=Policies)
    max_concurrent: int | None = None
    priority: int = 0
    warnings: tuple[str, ...] = ()

    @property
    def terms(self) -> Terms:
        """What an attempt that is started now is started with."""
        executor, outputs = self.traits.executor_mode, bool(self.interface.outputs)
        return Terms(executor=executor, outputs=outputs, storage=self.storage, timeouts=self.timeouts)

    @property
    def inputs_to_read(self) -> frozenset[str]:
        """The inputs that the operator has to read from their file before the pod can be rendered."""
        if self.inline_inputs is not None:
            return frozenset()
        return self.inputs_read_beside if self.fills_in_pod else self.inputs_read

    @property
    def fills_in_pod(self) -> bool:
        """Whether the executor fills in the inputs in the command line of the task's container: it is there, and they are a file."""
        return self.inline_inputs is None and self.traits.executor_mode is ExecutorMode.INJECTED


@dataclass(frozen=True, kw_only=True, slots=True)
class Awaited:
    """The template isn't known yet. `kubectl apply -f` on a folder may send the execution first, and a watch may be late.

    `until`: when to look it up, since it may exist although the watch hasn't reported it.
    """

    template: str
    until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """It can't run, and `message` names field, expected and found. `at_once`: no later change can help."""

    message: str
    at_once: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Unconfigured:
    """The entries of the configuration that are for its namespace don't fit together, and `message` states how.

    Until they do it is unknown what to run. Only each entry alone was checked when the configuration was read: which of them match the
    same namespace depends on the namespaces' names.
    """

    message: str


Resolution: TypeAlias = Resolved | Awaited | Refused
