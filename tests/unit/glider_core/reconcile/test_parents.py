"""What an eager execution has started ends with it, unless it ends well."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from glider_core.api.execution import OwnerReference, parse_execution
from glider_core.api.observed_pod import Pod
from glider_core.api.phases import Phase
from glider_core.api.status import Status
from glider_core.reconcile.observed_pods import ObservedPods
from glider_core.reconcile.parents import Parent, UnknownParent
from glider_core.reconcile.plan import Plan
from glider_core.reconcile.reconciling import reconcile
from tests.unit.glider_core.builders import SECOND, T0, ended_pod, execution_body, make_execution, resolved, running_pod

REFERENCE = OwnerReference(name="fan", uid="uid-of-fan")
RUNNING = Parent(name="fan", phase=Phase.RUNNING)
OWNER = {"apiVersion": "glider.dev/v1alpha1", "kind": "TaskExecution", "name": "fan", "uid": "uid-of-fan", "controller": True}


def plan_of(parent: Parent | UnknownParent | None, *pods: Pod, status: Status | None = None, **spec: Any) -> Plan:
    child = replace(make_execution(status=status, **spec), parent=REFERENCE)
    seen = ObservedPods(seen={pod.name: pod for pod in pods})
    over = child.status.phase.terminal
    return reconcile(child, resolution=None if over else resolved(child), observed=seen, now=T0 + 10 * SECOND, parent=parent)


@pytest.mark.parametrize(
    ("parent", "why"),
    [
        pytest.param(Parent(name="fan", phase=Phase.RUNNING, cancelled=True), "its parent fan is cancelled", id="is cancelled"),
        pytest.param(Parent(name="fan", phase=Phase.ABORTED, cancelled=True), "its parent fan has ended: Aborted", id="was cancelled"),
        pytest.param(Parent(name="fan", phase=Phase.FAILED), "its parent fan has ended: Failed", id="failed"),
        pytest.param(Parent(name="fan", phase=Phase.TIMED_OUT), "its parent fan has ended: TimedOut", id="took too long"),
    ],
)
def test_the_child_of_a_parent_is_cancelled_that(parent: Parent, why: str) -> None:
    """Before its pod is there at once; else its pod is deleted first, with the reason on record."""
    waiting = plan_of(parent)
    assert waiting.status is not None
    assert waiting.status.failure is not None
    assert (waiting.create, waiting.status.phase) == (None, Phase.ABORTED)
    assert (waiting.status.failure.code, waiting.status.failure.message) == ("Cancelled", f"It was cancelled, since {why}.")
    stopping = plan_of(parent, running_pod())
    assert stopping.status is not None
    assert ([pod.attempt for pod in stopping.delete], stopping.status.condition.message) == ([0], f"Ending attempt 0: {why}.")
    ended = plan_of(parent, ended_pod(exit_code=143, deleting=True), status=stopping.status)
    assert ended.status is not None
    assert ended.status.failure is not None
    assert (ended.status.phase, ended.status.failure.message) == (Phase.ABORTED, f"It was cancelled, since {why}.")


@pytest.mark.parametrize(
    "parent",
    [
        pytest.param(RUNNING, id="runs"),
        pytest.param(Parent(name="fan", phase=Phase.RETRYING), id="retries: its next attempt finds its children"),
        pytest.param(Parent(name="fan", phase=Phase.SUSPENDED), id="is suspended"),
        pytest.param(Parent(name="fan", phase=Phase.SUCCEEDED), id="has succeeded, and didn't wait for it"),
        pytest.param(Parent(name="fan", phase=Phase.SUCCEEDED, cancelled=True), id="was cancelled too late"),
        pytest.param(None, id="is gone: Kubernetes deletes what belongs to it"),
    ],
)
def test_the_child_of_a_parent_goes_on_that(parent: Parent | None) -> None:
    assert plan_of(parent).create is not None
    assert plan_of(parent, running_pod()).delete == ()


def test_a_parent_that_is_not_known_is_looked_up_before_anything_is_done() -> None:
    assert plan_of(UnknownParent()) == Plan(find_parent=REFERENCE)
    assert plan_of(UnknownParent(), running_pod()) == Plan(find_parent=REFERENCE)


def test_a_finished_child_asks_for_nothing() -> None:
    finished = Status(phase=Phase.SUCCEEDED, completed=T0)
    assert plan_of(UnknownParent(), status=finished).find_parent is None


def test_its_own_cancellation_is_named_first() -> None:
    plan = plan_of(Parent(name="fan", phase=Phase.FAILED), cancel=True)
    assert plan.status is not None
    assert plan.status.failure is not None
    assert plan.status.failure.message == "Somebody cancelled it: spec.cancel is true."


def test_where_the_parent_is_gone_before_the_childs_pod_is_the_child_still_names_it() -> None:
    stopping = plan_of(Parent(name="fan", phase=Phase.FAILED), running_pod()).status
    ended = plan_of(None, ended_pod(exit_code=143, deleting=True), status=stopping).status
    assert ended is not None
    assert ended.failure is not None
    assert ended.failure.message == "It was cancelled with its parent fan."


@pytest.mark.parametrize(
    ("owners", "parent"),
    [
        pytest.param([OWNER], REFERENCE, id="an execution that controls it"),
        pytest.param([{**OWNER, "controller": False}], None, id="an owner that doesn't control it"),
        pytest.param([{**OWNER, "kind": "Workflow"}], None, id="another kind"),
        pytest.param([{**OWNER, "apiVersion": "other.dev/v1"}], None, id="a kind of that name elsewhere"),
        pytest.param([{**OWNER, "kind": "Workflow", "controller": False}, OWNER], REFERENCE, id="one of several"),
        pytest.param(None, None, id="none"),
    ],
)
def test_the_parent_is_the_execution_that_controls_it(owners: Any, parent: OwnerReference | None) -> None:
    body = execution_body()
    body["metadata"]["ownerReferences"] = owners
    assert parse_execution(body).parent == parent
