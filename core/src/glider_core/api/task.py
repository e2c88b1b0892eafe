"""What to run: a TaskTemplate's spec, or the same written out in a TaskExecution.

Settings that an execution can override are Optional here; `resolve` fills them from the execution, the task and the
operator's configuration, first found first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from glider.wire.interface import Interface, LiteralType, parse_type, written_in_yaml
from glider.wire.jsonform import FieldError, nothing, to_literal, words
from glider_core.api.fields import Fields
from glider_core.api.nesting import check_nesting
from glider_core.api.pod_settings import PodSettings, parse_pod_settings
from glider_core.api.pod_template import PRIMARY, parse_container, parse_pod_template
from glider_core.api.retrying import Retries, Timeouts, parse_retries, parse_timeouts
from glider_core.api.sizes import check_size

Json = Mapping[str, Any]

#: What flytekit calls the kind of its Python tasks.
PYTHON_TASK = "python-task"
#: Of a task without an id: Flyte's first domain, and no version at all.
_DOMAIN, _VERSION = "development", "unversioned"


class UnknownVariables(StrEnum):
    """What becomes of `{{.x}}` in a command line where there is no such variable."""

    REFUSE = "Refuse"
    KEEP = "Keep"


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskId:
    """A task's identity in Flyte's terms."""

    project: str
    domain: str
    name: str
    version: str

    @classmethod
    def of(cls, *, namespace: str, name: str) -> TaskId:
        """That of a task whose author gives it none: the object's that it stands in."""
        return cls(project=namespace, domain=_DOMAIN, name=name, version=_VERSION)


@dataclass(frozen=True, kw_only=True, slots=True)
class Storage:
    """Where data goes; None where nothing is said."""

    metadata_prefix: str | None = None
    raw_output_data_prefix: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """A task. `pod_template` is core/v1 PodTemplateSpec, also where the task has but a container; `primary` names that which runs it.

    `type` and `custom` are Flyte's, and only stand in task.pb.
    """

    id: TaskId
    primary: str
    pod_template: Json
    type: str = PYTHON_TASK
    custom: Json = field(default_factory=dict)
    interface: Interface = field(default_factory=Interface)
    retries: Retries = field(default_factory=Retries)
    timeouts: Timeouts = field(default_factory=Timeouts)
    max_concurrent: int | None = None
    priority: int | None = None
    storage: Storage = field(default_factory=Storage)
    unknown_variables: UnknownVariables = UnknownVariables.REFUSE
    pod: PodSettings = field(default_factory=PodSettings)


def parse_task(document: Any, *, path: str, default_id: TaskId | None = None) -> Task:
    """A task from its JSON form.

    Args:
        document: the JSON form.
        path: where it stands, for messages.
        default_id: its identity where it says none; without one it has to.

    Raises:
        FieldError: a field is missing, unknown or of another form.
    """
    fields = Fields(document, path=path)
    check_size(document, path=path)
    check_nesting(document or {}, path=path)
    primary, pod_template = _parse_pod(fields)
    task = Task(
        id=_parse_id(fields, default=default_id),
        primary=primary,
        pod_template=pod_template,
        type=fields.text("type") or PYTHON_TASK,
        custom=fields.mapping("custom") or {},
        interface=_parse_interface(fields.object("interface")),
        retries=parse_retries(fields.object("retries")),
        timeouts=parse_timeouts(fields.object("timeouts")),
        max_concurrent=fields.count("maxConcurrent"),
        priority=fields.whole("priority"),
        storage=parse_storage(fields.object("storage")),
        unknown_variables=UnknownVariables(fields.choice("unknownVariables", *UnknownVariables) or UnknownVariables.REFUSE),
        pod=parse_pod_settings(fields),
    )
    fields.done()
    return task


def parse_storage(fields: Fields) -> Storage:
    """`storage` of a task, an execution or the configuration."""
    storage = Storage(metadata_prefix=fields.uri("metadataPrefix"), raw_output_data_prefix=fields.uri("rawOutputDataPrefix"))
    fields.done()
    return storage


def _parse_id(fields: Fields, *, default: TaskId | None) -> TaskId:
    given, inner = fields.has("id"), fields.object("id")
    if default is not None and not given:
        return default
    task_id = TaskId(
        project=inner.required_text("project"),
        domain=inner.required_text("domain"),
        name=inner.required_text("name"),
        version=inner.required_text("version"),
    )
    inner.done()
    return task_id


def _parse_pod(fields: Fields) -> tuple[str, Json]:
    """The name of the task's container, and the pod that it is in."""
    both = fields.has("container"), fields.has("podTemplate")
    name = fields.text("primaryContainerName")
    if both == (True, False):
        fields.raw("podTemplate")
        if name is not None:
            raise FieldError(fields.path("primaryContainerName"), expected="nothing without podTemplate", found=name)
        return parse_container(fields)
    if both == (False, True):
        fields.raw("container")
        return name or PRIMARY, parse_pod_template(fields, primary=name or PRIMARY)
    found = ["container", "podTemplate"] if all(both) else nothing()
    raise FieldError(fields.path("container"), expected="exactly one of container and podTemplate", found=found)


def _parse_interface(fields: Fields) -> Interface:
    inputs, outputs = _parse_variables(fields, "inputs"), _parse_variables(fields, "outputs")
    for name, variable in outputs.items():
        if variable.has_default or variable.optional:
            raise FieldError(f"{fields.path('outputs')}.{name}", expected="a type alone, since this is an output", found=words("a default"))
    fields.done()
    return Interface(
        inputs={name: variable.type for name, variable in inputs.items()},
        outputs={name: variable.type for name, variable in outputs.items()},
        defaults={name: variable.default for name, variable in inputs.items() if variable.has_default},
        optional=frozenset(name for name, variable in inputs.items() if variable.optional),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Variable:
    """An input or output as it is declared. A default may be null."""

    type: LiteralType
    default: Any = None
    has_default: bool = False
    optional: bool = False


#: The fields of `{type: integer, default: 3}`, none of which a flyteidl LiteralType has.
_DESCRIPTION = frozenset({"type", "default", "required", "description"})


def _parse_variables(fields: Fields, name: str) -> dict[str, _Variable]:
    variables = {}
    for variable, form in (fields.mapping(name) or {}).items():
        path = f"{fields.path(name)}.{variable}"
        if (written := written_in_yaml(variable)) is not None:
            expected = "the name of a parameter, in quotes where YAML would make something else of it"
            raise FieldError(path, expected=expected, found=words(f"what YAML makes of an unquoted {written}"))
        described = isinstance(form, Mapping) and not _DESCRIPTION.isdisjoint(form)
        variables[variable] = _parse_variable(form, path) if described else _Variable(type=_parse_type(form, path))
    return variables


def _parse_variable(form: Mapping[str, Any], path: str) -> _Variable:
    """`{type: integer, default: 3}`; a flyteidl Variable, which has a description, is one too."""
    fields = Fields(form, path=path)
    literal_type, default = _parse_type(fields.raw("type"), fields.path("type")), fields.raw("default")
    required, has_default = fields.switch("required"), "default" in form
    fields.text("description")
    fields.done()
    if has_default:
        to_literal(default, literal_type, field=fields.path("default"))
        if required:
            raise FieldError(fields.path("required"), expected="false, or nothing, beside a default", found=True)
    return _Variable(type=literal_type, default=default, has_default=has_default, optional=required is False and not has_default)


def _parse_type(form: Any, path: str) -> LiteralType:
    try:
        return parse_type(form)
    except ValueError as error:
        raise _TypeFormError(path, form, str(error)) from error


class _TypeFormError(FieldError):
    """`parse_type` has said what was expected and found; this adds the field."""

    def __init__(self, field: str, form: Any, message: str) -> None:
        super().__init__(field, expected="a type", found=form)
        self.args = (f"{field}: {message}",)
