"""What to run: a TaskTemplate's spec, or the same written out in a TaskExecution.

Settings that an execution can override are Optional here; `resolve` fills them from the execution, the task and the
operator's configuration, first found first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from glider.wire.interface import Interface, LiteralType, parse_type
from glider.wire.jsonform import FieldError, nothing
from glider_operator.model.fields import Fields
from glider_operator.model.retrying import Retries, Timeouts, parse_retries, parse_timeouts

Json = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskId:
    """A task's identity in Flyte's terms."""

    project: str
    domain: str
    name: str
    version: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Storage:
    """Where data goes; None where nothing is said."""

    metadata_prefix: str | None = None
    raw_output_data_prefix: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """A task. `container` is core/v1 Container, passed on to the pod."""

    id: TaskId
    container: Json
    interface: Interface = field(default_factory=Interface)
    retries: Retries = field(default_factory=Retries)
    timeouts: Timeouts = field(default_factory=Timeouts)
    max_concurrent: int | None = None
    priority: int | None = None
    storage: Storage = field(default_factory=Storage)
    service_account_name: str | None = None
    env: tuple[Json, ...] = ()


def parse_task(document: Any, *, path: str) -> Task:
    """A task from its JSON form.

    Raises:
        FieldError: a field is missing, unknown or of another form.
    """
    fields = Fields(document, path=path)
    task = Task(
        id=_parse_id(fields.object("id")),
        container=_parse_container(fields),
        interface=_parse_interface(fields.object("interface")),
        retries=parse_retries(fields.object("retries")),
        timeouts=parse_timeouts(fields.object("timeouts")),
        max_concurrent=fields.count("maxConcurrent"),
        priority=fields.whole("priority"),
        storage=parse_storage(fields.object("storage")),
        service_account_name=fields.text("serviceAccountName"),
        env=parse_env(fields),
    )
    fields.done()
    return task


def parse_storage(fields: Fields) -> Storage:
    """`storage` of a task, an execution or the configuration."""
    storage = Storage(metadata_prefix=fields.uri("metadataPrefix"), raw_output_data_prefix=fields.uri("rawOutputDataPrefix"))
    fields.done()
    return storage


def parse_env(fields: Fields) -> tuple[Json, ...]:
    """`env`: core/v1 EnvVar, each with a name."""
    variables = fields.objects("env")
    for i, variable in enumerate(variables):
        if not isinstance(variable.get("name"), str):
            raise FieldError(f"{fields.path('env')}[{i}].name", expected="a string", found=variable.get("name") or nothing())
    return variables


def _parse_id(fields: Fields) -> TaskId:
    task_id = TaskId(
        project=fields.required_text("project"),
        domain=fields.required_text("domain"),
        name=fields.required_text("name"),
        version=fields.required_text("version"),
    )
    fields.done()
    return task_id


def _parse_container(fields: Fields) -> Json:
    container = Fields(fields.mapping("container"), path=fields.path("container"))
    container.required_text("image")
    if not container.texts("command") + container.texts("args"):
        raise FieldError(container.path("args"), expected="the task's command line", found=nothing())
    return fields.mapping("container") or {}


def _parse_interface(fields: Fields) -> Interface:
    interface = Interface(inputs=_parse_types(fields, "inputs"), outputs=_parse_types(fields, "outputs"))
    fields.done()
    return interface


def _parse_types(fields: Fields, name: str) -> dict[str, LiteralType]:
    types = {}
    for variable, form in (fields.mapping(name) or {}).items():
        try:
            types[variable] = parse_type(form)
        except ValueError as error:
            raise _TypeFormError(f"{fields.path(name)}.{variable}", form, str(error)) from error
    return types


class _TypeFormError(FieldError):
    """`parse_type` has said what was expected and found; this adds the field."""

    def __init__(self, field: str, form: Any, message: str) -> None:
        super().__init__(field, expected="a type", found=form)
        self.args = (f"{field}: {message}",)
