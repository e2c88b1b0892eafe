"""Lists of executions, filtered and sorted by what FlyteAdmin has of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from flyteidl.admin import common_pb2, execution_pb2

from glider.wire.jsonform import FieldError, nothing
from glider_admin.cache.rows import ExecutionRow, TemplateRow
from glider_admin.cache.templates import Templates
from glider_admin.front import Call
from glider_admin.handlers.handler import Handler
from glider_admin.handlers.reading import task_of
from glider_admin.listing.fields import Field, Fields, Kind
from glider_admin.listing.pages import page_of
from glider_admin.messages.executions import execution_message
from glider_admin.messages.identifiers import Place, place_of
from glider_admin.messages.phases import phase_name
from glider_client.access.rights import Right
from glider_core.api.moments import parse_time

Row = ExecutionRow


async def list_executions(call: Call, request: common_pb2.ResourceListRequest) -> execution_pb2.ExecutionList:
    """One page of a project's executions in a domain."""
    if not request.id.project or not request.id.domain:
        raise FieldError("id", expected="a project and a domain", found=nothing())
    place = place_of(request.id)
    namespace = call.namespace(place.project, place.domain)
    await call.require(Right(verb="list", namespace=namespace))
    cache = call.front.cache
    cache.require_listed()
    rows = [row for row in cache.executions.of(namespace) if request.id.name in ("", row.name)]

    def message(row: Row) -> execution_pb2.Execution:
        document = cache.executions.document(row)
        return execution_message(document, task=task_of(call, document, place=place), place=place)

    page = page_of(rows, request, fields=fields_of(place, cache.templates), message=message)
    return execution_pb2.ExecutionList(executions=page.items, token=page.token)


def fields_of(place: Place, templates: Templates) -> Fields[Row]:
    """What executions are filtered and sorted by. A task's stands for the launch plan and the workflow that FlyteAdmin makes of it."""
    fields: dict[str, Field[Row]] = {
        "project": Field(read=lambda _: place.project),
        "domain": Field(read=lambda _: place.domain),
        "name": Field(read=lambda row: row.name),
        "phase": Field(read=lambda row: phase_name(row.phase, cancelled=row.cancelled)),
        "created_at": Field(read=lambda row: row.created, kind=Kind.TIME),
        "updated_at": Field(read=lambda row: row.updated, kind=Kind.TIME),
        "started_at": Field(read=lambda row: row.started, kind=Kind.TIME),
        "duration": Field(read=_duration, kind=Kind.DURATION),
        "state": Field(read=_state),
        "tag": Field(read=lambda row: row.tags),
    }

    def template(row: Row) -> TemplateRow | None:
        return templates.row(row.namespace, row.template)

    named: dict[str, Field[Row]] = {}
    for entity in ("task", "launch_plan", "workflow"):
        named[f"{entity}.name"] = Field(read=lambda row: found.task if (found := template(row)) else None)
        named[f"{entity}.version"] = Field(read=lambda row: found.version if (found := template(row)) else None)
    others = {"execution_name": "name", "execution_created_at": "created_at", "execution_updated_at": "updated_at"}
    tags = {"execution_tag": "tag", "admin_tag.name": "tag", "execution_admin_tag.name": "tag"}
    aliases = {alias: fields[name] for alias, name in (others | tags).items()}
    return Fields(entity="execution", by_name=fields | named | aliases, key=lambda row: row.name)


def _state(row: Row) -> tuple[str, str]:
    """By its name, or by its number, as Flyte's console asks for it."""
    state = execution_pb2.EXECUTION_ARCHIVED if row.archived else execution_pb2.EXECUTION_ACTIVE
    return str(execution_pb2.ExecutionState.Name(state)), str(int(state))


def _duration(row: Row) -> timedelta | None:
    started, completed = parse_time(row.started), parse_time(row.completed)
    return completed - started if started and completed else None


HANDLERS: Mapping[str, Handler] = {"ListExecutions": list_executions}
