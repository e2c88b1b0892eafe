"""A TaskExecution: its metadata and status at once, its spec when it is to run.

Most events are about an execution's status only, so the spec stays JSON until `parse_spec` is called.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeAlias

from glider.wire.contract import MAX_INLINE_INPUTS_BYTES
from glider.wire.jsonform import FieldError, nothing
from glider_core.api.fields import Fields
from glider_core.api.kinds import ATOMIC, FLAG, OBJECT, OPEN, api_field, reference, text, unchanged, uri
from glider_core.api.labels import API_VERSION, EXECUTION_KIND, QUEUE_PREFIX
from glider_core.api.lifecycle import MUTABLE, Lifecycle, read_lifecycle
from glider_core.api.moments import parse_time
from glider_core.api.nesting import check_nesting
from glider_core.api.phases import Phase
from glider_core.api.pod_settings import PodSettings
from glider_core.api.pod_template import PATCH
from glider_core.api.retrying import Retries, Timeouts
from glider_core.api.settings import Rule, Setting, declared_in, inline, read_section, section
from glider_core.api.sizes import check_size, compact
from glider_core.api.status import Status, parse_status
from glider_core.api.task import TASK_RULES, Json, Storage, Task, TaskId, parse_task
from glider_core.api.tombstones import is_compacted

_OVER = frozenset(phase.value for phase in Phase if phase.terminal)
#: The name is the value of a label on the pod.
MAX_NAME = 63

#: The namespace and the UID of an execution: who knows another's UID can't be in its namespace too.
Identity: TypeAlias = tuple[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnerReference:
    """The execution that another one belongs to."""

    name: str
    uid: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Execution:
    """A TaskExecution as last seen. `unreadable`: why no more is known of it than its metadata and phase; empty where all is.

    `compacted`: nothing about single attempts is on record. `parent`: the eager execution that has started it.
    """

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
    compacted: bool = False
    parent: OwnerReference | None = None
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

    values: Mapping[str, Any] | None = api_field(
        f"The value of each input as plain JSON, typed by the task's interface. Up to {MAX_INLINE_INPUTS_BYTES:,} bytes once encoded.",
        replace(OBJECT, schema={**OPEN, **ATOMIC}),
        name="inputs",
    )
    uri: str | None = api_field(
        "The inputs as a file in the object store, a serialised flyteidl LiteralMap (inputs.pb). Instead of inputs.",
        uri(most=2048, such_as="s3://bucket/path/inputs.pb"),
        name="inputsUri",
    )


def _read_inputs(fields: Fields) -> Inputs:
    inputs = read_section(Inputs, fields)
    check_nesting(inputs.values or {}, path=fields.path("inputs"))
    if inputs.values is not None and inputs.uri is not None:
        raise FieldError("spec", expected="at most one of inputs and inputsUri", found=["inputs", "inputsUri"])
    return inputs


@dataclass(frozen=True, kw_only=True, slots=True)
class ExecutionSpec:
    """A TaskExecution's spec: a task or the name of its template, the inputs, and what is overridden."""

    template: str | None = api_field(
        "The task to run, by the name of its TaskTemplate. Either this or task.",
        reference("The name of a TaskTemplate in the execution's namespace."),
        name="taskRef",
    )
    task: Task | None = api_field(
        "The task to run, written out. The same fields as a TaskTemplate's spec.",
        replace(section(Task), schema={"type": "object", **ATOMIC}, rules=TASK_RULES),
    )
    inputs: Inputs = api_field("", replace(inline(Inputs), read=lambda fields, _: _read_inputs(fields)), default=Inputs)
    image: str | None = api_field("The image of the primary container, instead of the task's.", text(least=1, most=1024))
    pod_template: Json = api_field(
        "What is changed in the task's pod, core/v1 PodTemplateSpec. Containers, volumes and the like are known by their names.",
        PATCH,
        default=dict,
    )
    eager: bool | None = api_field("Whether the task starts other tasks. It wins over the task's own.", FLAG)
    pod: PodSettings = api_field("", inline(PodSettings), default=PodSettings)
    retries: Retries = api_field(
        "How many further attempts a failed one gets. Only recoverable failures are retried. Each field given here wins over the task's.",
        section(Retries),
        default=Retries,
    )
    timeouts: Timeouts = api_field(
        "How long it may take; 0 is no limit. Each field given here wins over the task's.", section(Timeouts), default=Timeouts
    )
    lifecycle: Lifecycle = api_field("", inline(Lifecycle), default=Lifecycle)
    storage: Storage = api_field(
        "Where the task's data goes. Each field given here wins over the task's. If only one of the two prefixes is known it serves for "
        "both. With none at all nothing leaves the pod but the summary of its result.",
        section(Storage),
        default=Storage,
    )


_BUT_FOR = f"{', '.join(MUTABLE[:-1])} and {MUTABLE[-1]}"
#: The spec of a TaskExecution.
EXECUTION_SPEC = Setting(
    doc=f"What to run. Immutable but for {_BUT_FOR}; to run something else, create another TaskExecution.",
    kind=replace(
        section(ExecutionSpec),
        rules=(
            Rule(
                cel="!has(oldSelf.cancel) || !oldSelf.cancel || (has(self.cancel) && self.cancel)",
                message="cancel can't be taken back: create another TaskExecution",
            ),
            Rule(
                cel="has(self.taskRef) != has(self.task)",
                message="needs exactly one of taskRef (the name of a TaskTemplate) and task (the task itself)",
            ),
            Rule(
                cel="!(has(self.inputs) && has(self.inputsUri))",
                message="takes at most one of inputs (plain JSON) and inputsUri (an inputs.pb)",
            ),
        ),
    ),
)


#: What the API server checks of a TaskExecution as a whole. Only a write of the status changes the phase, and no such write changes
#: the spec: the first comparison saves it the second one, which costs a seventh of the write, as each access to a field of so large an
#: object does.
EXECUTION_RULES = (
    Rule(
        cel=f"self.metadata.name.size() <= {MAX_NAME}",
        message=f"metadata.name must be at most {MAX_NAME} characters long: it is the value of a label",
    ),
    Rule(
        cel="self.status.phase != oldSelf.status.phase || self.spec == oldSelf.spec || "
        + " && ".join(
            unchanged(declared, name, new="self.spec", old="oldSelf.spec")
            for name, declared in declared_in(ExecutionSpec)
            if name not in MUTABLE
        ),
        field_path=".spec",
        message=f"spec is immutable but for {_BUT_FOR}: create another TaskExecution to run something else",
    ),
)


def is_finished(body: Mapping[str, Any]) -> bool:
    """Whether a TaskExecution as the API server sends it is finished."""
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
    """Raises an UnreadableError where `execution` isn't finished, and its spec isn't known."""
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
        compacted=is_compacted(body.get("status") or {}),
        parent=parent_in(metadata),
    )


def parent_in(metadata: Mapping[str, Any]) -> OwnerReference | None:
    """The execution that an execution with this metadata belongs to."""
    owners = metadata.get("ownerReferences") or ()
    found = (owner for owner in owners if owner.get("kind") == EXECUTION_KIND and owner.get("apiVersion") == API_VERSION)
    return next((OwnerReference(name=owner["name"], uid=owner["uid"]) for owner in found if owner.get("controller")), None)


def parse_spec(execution: Execution) -> ExecutionSpec:
    """The spec of `execution`, by the CRD's rules.

    Raises:
        FieldError: a field is missing, unknown or of another form.
    """
    check_size(execution.spec, path="spec")
    check_nesting({name: execution.spec[name] for name in execution.spec if name != "inputs"}, path="spec")
    fields = Fields(execution.spec, path="spec")
    default_id = TaskId.of(namespace=execution.namespace, name=execution.name)
    task = parse_task(fields.raw("task"), path="spec.task", default_id=default_id) if fields.has("task") else fields.raw("task")
    spec = read_section(ExecutionSpec, fields, task=task)
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
    return _read_inputs(Fields(execution.spec, path="spec"))


def check_name(execution: Execution) -> None:
    """Raises a FieldError where the name of `execution` is no value of a label."""
    if len(execution.name) > MAX_NAME:
        raise FieldError("metadata.name", expected=f"at most {MAX_NAME} characters", found=execution.name)
