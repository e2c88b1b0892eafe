"""A TaskExecution: its metadata and status at once, its spec when somebody wants to run it.

Most events tell of nothing but an execution's status, so the spec stays JSON until `parse_spec` is called.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeAlias

from glider.wire.jsonform import FieldError, nothing
from glider_core.api.fields import Fields
from glider_core.api.labels import API_VERSION, EXECUTION_KIND, QUEUE_PREFIX
from glider_core.api.lifecycle import Lifecycle, check_lifecycle, read_lifecycle
from glider_core.api.moments import parse_time
from glider_core.api.nesting import check_nesting
from glider_core.api.phases import Phase
from glider_core.api.pod_settings import PodSettings, parse_pod_settings
from glider_core.api.pod_template import parse_patch
from glider_core.api.retrying import Retries, Timeouts, parse_retries, parse_timeouts
from glider_core.api.sizes import check_size, compact
from glider_core.api.status import Status, parse_status
from glider_core.api.task import Json, Storage, Task, TaskId, parse_storage, parse_task

_OVER = frozenset(phase.value for phase in Phase if phase.terminal)
#: The name is the value of a label on the pod.
MAX_NAME = 63

#: The namespace and the UID of an execution: who knows another's UID can't be in its namespace too.
Identity: TypeAlias = tuple[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Execution:
    """A TaskExecution as last seen. `unreadable`: why no more is known of it than its metadata and phase; empty where all is."""

    namespace: str
    name: str
    uid: str
    created: datetime
    spec: Json = field(repr=False)
    status: Status = field(default_factory=Status)
    lifecycle: Lifecycle = field(default_factory=Lifecycle)
    queue_labels: Mapping[str, str] = field(default_factory=dict)
    generation: int = 1
    resource_version: str = ""
    deleting: bool = False
    unreadable: str = ""

    @property
    def identity(self) -> Identity:
        """What it has in common with its pods, and with nothing else."""
        return self.namespace, self.uid

    @property
    def unique_name(self) -> str:
        """`<name>-<uid8>`: unlike the name, never used twice."""
        return f"{self.name}-{self.uid[:8]}"

    @property
    def inputs_uri(self) -> str | None:
        """Where the inputs are that it was given as a file."""
        uri = self.spec.get("inputsUri")
        return uri if isinstance(uri, str) else None

    def own_task_id(self, otherwise: TaskId) -> TaskId:
        """The identity of the task that is written out in its spec without one, or `otherwise`."""
        task = self.spec.get("task")
        unnamed = isinstance(task, Mapping) and task.get("id") is None
        return TaskId.of(namespace=self.namespace, name=self.name) if unnamed else otherwise

    @property
    def owner_reference(self) -> dict[str, Any]:
        """What ties a pod to this execution, so that Kubernetes deletes both together."""
        return {
            "apiVersion": API_VERSION,
            "kind": EXECUTION_KIND,
            "name": self.name,
            "uid": self.uid,
            "controller": True,
            "blockOwnerDeletion": False,
        }

    @property
    def object_reference(self) -> dict[str, Any]:
        """What an Event is about."""
        return {
            "apiVersion": API_VERSION,
            "kind": EXECUTION_KIND,
            "namespace": self.namespace,
            "name": self.name,
            "uid": self.uid,
            "resourceVersion": self.resource_version,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Inputs:
    """What the task gets: plain JSON, or where there is an inputs.pb."""

    values: Mapping[str, Any] | None = None
    uri: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ExecutionSpec:
    """A TaskExecution's spec: a task or the name of its template, the inputs, and what is overridden."""

    template: str | None = None
    task: Task | None = None
    inputs: Inputs = field(default_factory=Inputs)
    retries: Retries = field(default_factory=Retries)
    timeouts: Timeouts = field(default_factory=Timeouts)
    storage: Storage = field(default_factory=Storage)
    image: str | None = None
    pod_template: Json = field(default_factory=dict)
    pod: PodSettings = field(default_factory=PodSettings)


def is_over(body: Mapping[str, Any]) -> bool:
    """Whether a TaskExecution as the API server sends it is over."""
    return (body.get("status") or {}).get("phase") in _OVER


def parse_execution(body: Mapping[str, Any]) -> Execution:
    """A TaskExecution as the API server sends it, also one that is odder than anybody foresaw: that it is there must be known."""
    try:
        return _parse_execution(body)
    except Exception as error:
        status = body.get("status") or {}
        bare = {"metadata": body["metadata"], "status": {name: status.get(name) for name in ("phase", "completionTime")}}
        return replace(_parse_execution(bare), unreadable=f"{type(error).__name__}: {error}")


class UnreadableError(Exception):
    """Of an execution no more can be read than its metadata and its phase."""


def check_readable(execution: Execution) -> None:
    """Raises an UnreadableError where `execution` isn't over, and no more of it is known."""
    if execution.unreadable and not execution.status.phase.terminal:
        raise UnreadableError(execution.unreadable)


def _parse_execution(body: Mapping[str, Any]) -> Execution:
    metadata = body["metadata"]
    created = parse_time(metadata["creationTimestamp"])
    assert created is not None, "the API server sets it"
    return Execution(
        namespace=metadata["namespace"],
        name=metadata["name"],
        uid=metadata["uid"],
        created=created,
        spec=compact(body.get("spec") or {}),
        status=parse_status(body.get("status") or {}),
        lifecycle=read_lifecycle(body.get("spec") or {}),
        queue_labels={name: value for name, value in (metadata.get("labels") or {}).items() if name.startswith(QUEUE_PREFIX)},
        generation=metadata.get("generation", 1),
        resource_version=metadata.get("resourceVersion", ""),
        deleting="deletionTimestamp" in metadata,
    )


def parse_spec(execution: Execution) -> ExecutionSpec:
    """The spec of `execution`, by the CRD's rules.

    Raises:
        FieldError: a field is missing, unknown or of another form.
    """
    check_size(execution.spec, path="spec")
    check_nesting({name: execution.spec[name] for name in execution.spec if name != "inputs"}, path="spec")
    fields = Fields(execution.spec, path="spec")
    template = fields.object("taskRef")
    spec = ExecutionSpec(
        template=template.required_name("name") if fields.has("taskRef") else None,
        task=parse_task(fields.raw("task"), path="spec.task", default_id=TaskId.of(namespace=execution.namespace, name=execution.name))
        if fields.has("task")
        else None,
        inputs=_parse_inputs(fields),
        retries=parse_retries(fields.object("retries")),
        timeouts=parse_timeouts(fields.object("timeouts")),
        storage=parse_storage(fields.object("storage")),
        image=fields.text("image"),
        pod_template=parse_patch(fields),
        pod=parse_pod_settings(fields),
    )
    template.done()
    check_lifecycle(fields)
    fields.raw("task")
    fields.done()
    _check_choices(spec)
    return spec


def _check_choices(spec: ExecutionSpec) -> None:
    if spec.template is None and spec.task is None:
        raise FieldError("spec", expected="exactly one of taskRef (the name of a TaskTemplate) and task (the task itself)", found=nothing())
    if spec.template is not None and spec.task is not None:
        raise FieldError("spec", expected="exactly one of taskRef and task", found=["taskRef", "task"])


def parse_inputs(execution: Execution) -> Inputs:
    """The inputs of `execution` alone, by the same rules.

    Raises:
        FieldError: they are of another form.
    """
    check_size(execution.spec, path="spec")
    return _parse_inputs(Fields(execution.spec, path="spec"))


def _parse_inputs(fields: Fields) -> Inputs:
    inputs = Inputs(values=fields.mapping("inputs"), uri=fields.uri("inputsUri"))
    check_nesting(inputs.values or {}, path=fields.path("inputs"))
    if inputs.values is not None and inputs.uri is not None:
        raise FieldError("spec", expected="at most one of inputs and inputsUri", found=["inputs", "inputsUri"])
    return inputs


def check_name(execution: Execution) -> None:
    """Raises a FieldError where the name of `execution` is no value of a label."""
    if len(execution.name) > MAX_NAME:
        raise FieldError("metadata.name", expected=f"at most {MAX_NAME} characters", found=execution.name)
