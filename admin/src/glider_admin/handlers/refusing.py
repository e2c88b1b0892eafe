"""Refuses to run what is registered and kept, and stands in the way by its own reason: a launch plan's workflow, or a task for a plugin."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NoReturn

from flyteidl.core import identifier_pb2

from glider_admin.entities.kept import EntityKind, Kept
from glider_admin.errors import Code, RefusedError
from glider_admin.front import Call
from glider_admin.handlers import keeping
from glider_client.cluster.errors import ForbiddenError
from glider_client.conversion.documents import runs_in_part

Json = Mapping[str, Any]
Identifier = identifier_pb2.Identifier


async def refuse_launch_plan(call: Call, identifier: Identifier) -> NoReturn:
    """Name the nodes of a workflow, or of the one that a launch plan launches.

    Raises:
        RefusedError: always; as not found where there is no such workflow or launch plan.
    """
    if identifier.resource_type == identifier_pb2.WORKFLOW:
        found = await keeping.required(call, EntityKind.WORKFLOW, identifier)
        _refuse(identifier, found, reason=found.obstacles)
    plan = await keeping.required(call, EntityKind.LAUNCH_PLAN, identifier)
    workflow = await keeping.kept(call, EntityKind.WORKFLOW, plan.spec.workflow_id)
    _refuse(identifier, plan, reason=(workflow or plan).obstacles)


async def refuse_kept_task(call: Call, identifier: Identifier) -> None:
    """Nothing, if there is no such task among those that Glider can't run.

    Raises:
        RefusedError: there is one.
    """
    with suppress(ForbiddenError):  # whoever may not read what is kept learns nothing of it
        task = await keeping.kept(call, EntityKind.TASK, identifier)
        if task is not None:
            _refuse(identifier, task, reason=task.obstacles)


def refuse_part(identifier: Identifier, template: Json) -> None:
    """Nothing, if an execution of the TaskTemplate does all that its author means: a client takes its success for that.

    Raises:
        RefusedError: it is a map task or a dynamic one.
    """
    if reason := runs_in_part(template):
        message = f"The task {identifier.name} of version {identifier.version} can't run by itself: {reason}."
        raise RefusedError(Code.FAILED_PRECONDITION, f"{message} Start the tasks that it starts, or make it eager.")


def _refuse(identifier: Identifier, kept: Kept, *, reason: str) -> NoReturn:
    named = f"The {kept.kind.words} {identifier.name} of version {identifier.version}"
    raise RefusedError(Code.FAILED_PRECONDITION, f"{named} can't run: {reason}. Tasks that Glider runs can be run one by one.")
