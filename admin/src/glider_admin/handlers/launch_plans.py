"""Launch plans: kept by version, with a state, and not launched yet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial

from flyteidl.admin import common_pb2, launch_plan_pb2
from flyteidl.core import identifier_pb2, interface_pb2

from glider.wire.jsonform import FieldError, nothing
from glider_admin.entities import config_maps
from glider_admin.entities.kept import EntityKind, Kept
from glider_admin.entities.launch_plans import State, active_of, changed_state, launch_plan_message, updated_at
from glider_admin.entities.rows import workflow_of
from glider_admin.errors import Code, RefusedError
from glider_admin.front import Call
from glider_admin.handlers import contents, keeping
from glider_admin.handlers.entries import Entry, fields_of
from glider_admin.handlers.handler import Handler
from glider_admin.listing.fields import Fields
from glider_admin.messages.identifiers import Place, place_of
from glider_admin.messages.registrations import check_identifier

_KIND = EntityKind.LAUNCH_PLAN
LaunchPlan = launch_plan_pb2.LaunchPlan
_FIELDS: Fields[Entry[LaunchPlan]] = fields_of("launch_plan", other="workflow", has_state=True)


async def create_launch_plan(call: Call, request: launch_plan_pb2.LaunchPlanCreateRequest) -> launch_plan_pb2.LaunchPlanCreateResponse:
    """A version of a launch plan is kept."""
    check_identifier(request.id, identifier_pb2.LAUNCH_PLAN)
    if not request.spec.workflow_id.name:
        raise FieldError("spec.workflow_id.name", expected="the workflow that it launches", found=nothing())
    workflow = request.spec.workflow_id
    reason = f"it launches the workflow {workflow.name} of version {workflow.version}, and Glider runs tasks one by one"
    found = await keeping.kept(call, EntityKind.WORKFLOW, workflow) if place_of(workflow) == place_of(request.id) else None
    owners = [] if found is None else [_owner(found)]
    await keeping.keep(call, _KIND, request.id, request.spec, obstacles=reason, owners=owners, workflow=workflow.name)
    return launch_plan_pb2.LaunchPlanCreateResponse()


def _owner(workflow: Kept) -> dict[str, str]:
    """A launch plan is of no use without its workflow, and goes with it."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "name": str(workflow.metadata["name"]), "uid": str(workflow.metadata["uid"])}


async def get_launch_plan(call: Call, request: common_pb2.ObjectGetRequest) -> LaunchPlan:
    """One version, with what its workflow returns."""
    check_identifier(request.id, identifier_pb2.LAUNCH_PLAN)
    place, found = place_of(request.id), await keeping.required(call, _KIND, request.id)
    active = active_of(await keeping.versions(call, _KIND, place, name=found.name)).get(found.name)
    return await _whole(call, found, place, active=active)


async def get_active_launch_plan(call: Call, request: launch_plan_pb2.ActiveLaunchPlanRequest) -> LaunchPlan:
    """The version of a name that is active."""
    place, name = place_of(request.id), request.id.name
    if not name:
        raise FieldError("id.name", expected="the name of a launch plan", found=nothing())
    active = active_of(await keeping.versions(call, _KIND, place, name=name)).get(name)
    if active is None:
        where = f"in the project {place.project}, domain {place.domain}"
        raise RefusedError(Code.NOT_FOUND, f"There is no active launch plan {name} {where}. `pyflyte launchplan --activate` makes one so.")
    found = await keeping.required(call, _KIND, keeping.identifier_of(active, place))
    return await _whole(call, found, place, active=active)


async def list_launch_plans(call: Call, request: common_pb2.ResourceListRequest) -> launch_plan_pb2.LaunchPlanList:
    """Versions of one launch plan, or of all."""
    entries = await launch_plan_entries(call, place_of(request.id), name=request.id.name)
    page = await contents.listed(call, entries, request, fields=_FIELDS)
    return launch_plan_pb2.LaunchPlanList(launch_plans=page.items, token=page.token)


async def list_active_launch_plans(call: Call, request: launch_plan_pb2.ActiveLaunchPlanListRequest) -> launch_plan_pb2.LaunchPlanList:
    """The active version of each name."""
    entries = [one for one in await launch_plan_entries(call, place_of(request)) if one.state == State.ACTIVE]
    page = await contents.listed(call, entries, request, fields=_FIELDS)
    return launch_plan_pb2.LaunchPlanList(launch_plans=page.items, token=page.token)


async def update_launch_plan(call: Call, request: launch_plan_pb2.LaunchPlanUpdateRequest) -> launch_plan_pb2.LaunchPlanUpdateResponse:
    """Make a version the active one of its name, or inactive.

    Raises:
        RefusedError: it has a schedule, which would begin, and nobody would act upon it.
    """
    check_identifier(request.id, identifier_pb2.LAUNCH_PLAN)
    if request.state not in (State.ACTIVE, State.INACTIVE):
        raise FieldError("state", expected="ACTIVE or INACTIVE", found=request.state)
    found = await keeping.required(call, _KIND, request.id)
    schedule = found.spec.entity_metadata.schedule
    if request.state == State.ACTIVE and schedule.WhichOneof("ScheduleExpression") is not None:
        message = f"The launch plan {found.name} has a schedule, and Glider acts upon none: it stays inactive."
        raise RefusedError(Code.FAILED_PRECONDITION, f"{message} Run its tasks by a CronJob that creates executions.")
    await call.ask(lambda cluster: config_maps.annotate(cluster, found, changed_state(request.state, now=datetime.now(UTC))))
    return launch_plan_pb2.LaunchPlanUpdateResponse()


async def _whole(call: Call, kept: Kept, place: Place, *, active: Kept | None) -> LaunchPlan:
    workflow_id = kept.spec.workflow_id
    workflow = await keeping.kept(call, EntityKind.WORKFLOW, workflow_id)
    outputs = workflow.spec.template.interface.outputs if workflow is not None else None
    return _message(kept, place, is_active=active is not None and active.version == kept.version, outputs=outputs)


async def launch_plan_entries(call: Call, place: Place, *, name: str = "") -> list[Entry[LaunchPlan]]:
    """All versions of the launch plan of that name, or of all launch plans.

    Raises:
        ClusterError: the caller may not list them.
    """
    found = await keeping.versions(call, _KIND, place, name=name)
    active = active_of(found)
    return [_entry(one, place, is_active=active.get(one.name) is one) for one in found]


def _entry(kept: Kept, place: Place, *, is_active: bool) -> Entry[LaunchPlan]:
    return Entry(
        place=place,
        name=kept.name,
        version=kept.version,
        created=kept.created,
        updated=updated_at(kept),
        message=partial(_message, place=place, is_active=is_active),
        kept=kept,
        other=workflow_of(kept),
        state=State.ACTIVE if is_active else State.INACTIVE,
    )


def _message(kept: Kept, place: Place, *, is_active: bool, outputs: interface_pb2.VariableMap | None = None) -> LaunchPlan:
    return launch_plan_message(kept, keeping.identifier_of(kept, place), is_active=is_active, outputs=outputs)


HANDLERS: Mapping[str, Handler] = {
    "CreateLaunchPlan": create_launch_plan,
    "GetLaunchPlan": get_launch_plan,
    "GetActiveLaunchPlan": get_active_launch_plan,
    "ListLaunchPlans": list_launch_plans,
    "ListActiveLaunchPlans": list_active_launch_plans,
    "UpdateLaunchPlan": update_launch_plan,
}
