"""Launch plans: which version of a name is active, and what a client gets of one; pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from flyteidl.admin import launch_plan_pb2
from flyteidl.core import identifier_pb2, interface_pb2

from glider_admin.entities.kept import Kept
from glider_admin.messages.registrations import now_text
from glider_admin.messages.tasks import timestamp_of
from glider_core.api.labels import GROUP
from glider_core.api.moments import is_time

#: An annotation: when the version was made active; empty where it isn't. Of several, the last one counts.
ACTIVATED = f"{GROUP}/activated-at"
#: When its state was changed.
UPDATED = f"{GROUP}/updated-at"

State = launch_plan_pb2.LaunchPlanState


def activated_at(kept: Kept) -> str:
    """When it was made active; empty where it isn't."""
    return str((kept.metadata.get("annotations") or {}).get(ACTIVATED) or "")


def updated_at(kept: Kept) -> str:
    """When it was last changed; when it was registered, where nobody can read the note of that."""
    changed = str((kept.metadata.get("annotations") or {}).get(UPDATED) or "")
    return changed if is_time(changed) else kept.created


def active_of(versions: Iterable[Kept]) -> dict[str, Kept]:
    """The active version of each name."""
    active: dict[str, Kept] = {}
    for kept in sorted(versions, key=lambda one: (activated_at(one), one.version)):
        if activated_at(kept):
            active[kept.name] = kept
    return active


def changed_state(state: State, *, now: datetime) -> dict[str, str]:
    """The annotations of a launch plan that gets that state."""
    moment = now_text(now)
    return {ACTIVATED: moment if state == State.ACTIVE else "", UPDATED: moment}


def launch_plan_message(
    kept: Kept, identifier: identifier_pb2.Identifier, *, is_active: bool, outputs: interface_pb2.VariableMap | None = None
) -> launch_plan_pb2.LaunchPlan:
    """The launch plan under the identifier that was asked for."""
    made = launch_plan_pb2.LaunchPlan(id=identifier, spec=kept.spec)
    made.closure.state = State.ACTIVE if is_active else State.INACTIVE
    made.closure.expected_inputs.CopyFrom(made.spec.default_inputs)
    if outputs is not None:
        made.closure.expected_outputs.CopyFrom(outputs)
    made.closure.created_at.CopyFrom(timestamp_of(kept.created))
    made.closure.updated_at.CopyFrom(timestamp_of(updated_at(kept)))
    return made
