"""What to run: a TaskTemplate's spec, or the same written out in a TaskExecution.

Settings that an execution can override are Optional here; `resolve` fills them from the execution, the task and the
operator's configuration, first found first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, replace
from enum import StrEnum
from typing import Any

from glider.wire.interface import Interface, LiteralType, parse_type, written_in_yaml
from glider.wire.jsonform import FieldError, to_literal, words
from glider_core.api.code import CODE, Code
from glider_core.api.fields import Fields
from glider_core.api.kinds import FLAG, OBJECT, OPEN, api_field, count, filled, member, required_text, unchanged, uri, whole
from glider_core.api.nesting import check_nesting
from glider_core.api.pod_settings import PodSettings
from glider_core.api.pod_template import TASK_POD, TaskPod, read_task_pod
from glider_core.api.retrying import Retries, Timeouts
from glider_core.api.settings import Kind, Rule, Setting, declared_in, inline, parse_section, read_section, section
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

    project: str = api_field("The Flyte project, such as flytesnacks.", required_text(most=253), default=MISSING)
    domain: str = api_field("The Flyte domain, such as development.", required_text(most=253), default=MISSING)
    name: str = api_field("The task's full name, such as app.workflows.divider.", required_text(most=1024), default=MISSING)
    version: str = api_field("The version that the task was registered as.", required_text(most=253), default=MISSING)

    @classmethod
    def of(cls, *, namespace: str, name: str) -> TaskId:
        """That of a task whose author gives it none: the object's that it stands in."""
        return cls(project=namespace, domain=_DOMAIN, name=name, version=_VERSION)


_STORE_URI = uri(most=1024, such_as="s3://bucket/prefix")


@dataclass(frozen=True, kw_only=True, slots=True)
class Storage:
    """Where data goes; None where nothing is set."""

    metadata_prefix: str | None = api_field("Where inputs.pb, outputs.pb and error.pb are kept, such as s3://bucket/metadata.", _STORE_URI)
    raw_output_data_prefix: str | None = api_field(
        "Where the task's files, tables and other large values are kept, such as s3://bucket/data.", _STORE_URI
    )


def _read_interface(fields: Fields, name: str) -> Interface:
    return _parse_interface(fields.object(name))


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
    """`parse_type` has reported what was expected and found; this adds the field."""

    def __init__(self, field: str, form: Any, message: str) -> None:
        super().__init__(field, expected="a type", found=form)
        self.args = (f"{field}: {message}",)


_VARIABLES = Kind(words="object", read=lambda fields, name: _parse_variables(fields, name), schema=OPEN)
_INTERFACE = Kind(
    words="object",
    read=_read_interface,
    table={
        "inputs": Setting(
            doc="The type of each input by name: integer, float, string, boolean, datetime, duration, none, struct, file, file[csv], "
            "directory, table, enum[red, green], list[T], map[T], T? (may be null, or left out), or a flyteidl LiteralType as proto JSON. "
            "{type: T, default: 3} is the value of an input that an execution leaves out; with {type: T, required: false} it is the "
            "function's own default.",
            kind=_VARIABLES,
        ),
        "outputs": Setting(
            doc="The type of each output by name, in the same form. Compiled tasks call their outputs o0, o1, and so on.", kind=_VARIABLES
        ),
    },
    schema={"type": "object"},
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """A task. `type` and `custom` are Flyte's, and only stand in task.pb."""

    id: TaskId = api_field(
        "The task's identity in Flyte's terms. The default is made of the object that the task stands in, project from its namespace and "
        "name from its name, with the domain development and the version unversioned.",
        section(TaskId),
        default=MISSING,
    )
    type: str = api_field(
        "Flyte's name for the kind of task, such as python-task (the default) or sqlalchemy. It stands in task.pb, for command lines with "
        "{{.taskTemplatePath}}.",
        filled(most=253),
        default=PYTHON_TASK,
    )
    custom: Json = api_field(
        "What only this kind of task knows, such as an SQL query. It stands in task.pb, for command lines with {{.taskTemplatePath}}.",
        OBJECT,
        default=dict,
    )
    interface: Interface = api_field(
        "What the task takes and returns. The inputs of an execution are checked against it.", _INTERFACE, default=Interface
    )
    containers: TaskPod = api_field("", TASK_POD, default=MISSING)
    code: Code | None = api_field(
        "The task's code, where it isn't in the image: an archive (.tar.gz) that the executor unpacks before it loads the task. The task "
        "starts in its folder, which comes first where modules are looked for. It needs Glider's executor: not with executor.mode Image.",
        CODE,
    )
    eager: bool | None = api_field(
        "Whether the task starts other tasks, as flytekit's eager tasks do: its pod gets the address of the front for flytekit's clients, "
        "and a token that is valid for a short time. It needs `admin.endpoint` in the operator's configuration.",
        FLAG,
    )
    pod: PodSettings = api_field("", inline(PodSettings), default=PodSettings)
    retries: Retries = api_field(
        "How many further attempts a failed one gets. Only recoverable failures are retried. An execution can override each field.",
        section(Retries),
        default=Retries,
    )
    timeouts: Timeouts = api_field(
        "How long it may take; 0 is no limit. An execution can override each field.", section(Timeouts), default=Timeouts
    )
    unknown_variables: UnknownVariables = api_field(
        "What becomes of a variable in command or args that there isn't, such as {{.outputPrefx}}: it is refused (Refuse, the default), "
        "or it is the task's own text and stays as it is (Keep).",
        member(UnknownVariables),
        default=UnknownVariables.REFUSE,
    )
    max_concurrent: int | None = api_field(
        "How many executions of this task, by its name, may run at once in a namespace; 0 is any number. The others wait, those of higher "
        "priority first.",
        count(most=100_000),
    )
    priority: int | None = api_field("The default of the execution's priority.", whole())
    storage: Storage = api_field(
        "Where the task's data goes. An execution can override each field. If only one of the two prefixes is known it serves for both. "
        "With none at all nothing leaves the pod but the summary of its result.",
        section(Storage),
        default=Storage,
    )

    @property
    def primary(self) -> str:
        """The name of the container that runs it."""
        return self.containers.primary

    @property
    def pod_template(self) -> Json:
        """Its pod, core/v1 PodTemplateSpec, also where it has but a container."""
        return self.containers.template


#: What the API server checks of a task beyond its fields, wherever it stands.
TASK_RULES = (
    Rule(cel="has(self.container) != has(self.podTemplate)", message="needs exactly one of container and podTemplate"),
    Rule(cel="!has(self.primaryContainerName) || has(self.podTemplate)", message="takes primaryContainerName only beside podTemplate"),
)
#: The spec of a TaskTemplate.
TEMPLATE_SPEC = Setting(
    doc="The task. Immutable; a changed task is a new template, as a new version is in Flyte.",
    kind=replace(
        section(Task),
        rules=(
            *TASK_RULES,
            Rule(
                cel="self == oldSelf || " + " && ".join(unchanged(declared, name) for name, declared in declared_in(Task)),
                message="is immutable: create another TaskTemplate for a changed task",
            ),
        ),
    ),
)


def parse_task(document: Any, *, path: str, default_id: TaskId | None = None) -> Task:
    """A task from its JSON form.

    Args:
        document: the JSON form.
        path: where it stands, for messages.
        default_id: the task's identity where the document has none; without a default the document has to have one.

    Raises:
        FieldError: a field is missing, unknown or of another form.
    """
    fields = Fields(document, path=path)
    check_size(document, path=path)
    check_nesting(document or {}, path=path)
    task = read_section(Task, fields, containers=read_task_pod(fields), id=_parse_id(fields, default=default_id))
    fields.done()
    return task


def parse_interface(document: Any, *, path: str) -> Interface:
    """What a task takes and returns, from the interface's JSON form alone.

    Raises:
        FieldError: a field is unknown or of another form.
    """
    check_nesting(document or {}, path=path)
    return _parse_interface(Fields(document, path=path))


def _parse_id(fields: Fields, *, default: TaskId | None) -> TaskId:
    given, inner = fields.has("id"), fields.object("id")
    return default if default is not None and not given else parse_section(TaskId, inner)
