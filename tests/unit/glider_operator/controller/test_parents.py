"""Children end with their parent, whatever the watches have reported of it, and each parent is looked up once at most."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from glider_core.config import Config
from glider_operator.controller.cluster import Cluster
from glider_operator.controller.controller import Controller
from tests.unit.glider_core.builders import T0, execution_body
from tests.unit.glider_operator.controller.fakes import FakeCluster

OWNER = {"apiVersion": "glider.dev/v1alpha1", "kind": "TaskExecution", "name": "fan", "uid": "uid-of-fan", "controller": True}
GET = ("get", "taskexecutions")


class Family:
    """A parent, and children of it that run; the watch is played by hand."""

    def __init__(self, *, children: int = 2) -> None:
        self.cluster = FakeCluster()
        self.cluster.executions["fan"] = execution_body(name="fan", uid="uid-of-fan")
        for number in range(children):
            body = execution_body(name=f"child-{number}", uid=f"{number:08}-1111-2222-3333-444455556666")
            body["metadata"]["ownerReferences"] = [OWNER]
            self.cluster.executions[f"child-{number}"] = body
        self.restart()

    def restart(self) -> None:
        self.controller = Controller(Cluster(self.cluster), Config(), clock=lambda: T0)

    def report(self, *names: str) -> None:
        """What the watch has of them."""
        for name in names:
            self.controller.watch_handlers.on_execution(copy.deepcopy(self.cluster.executions[name]))

    def parent_becomes(self, **fields: Any) -> None:
        body = self.cluster.executions["fan"]
        body |= fields
        body["metadata"]["resourceVersion"] = str(int(body["metadata"]["resourceVersion"]) + 1)

    async def reconcile(self, *names: str, times: int = 3) -> None:
        for name in names * times:
            await self.controller.reconcile(("default", name))

    def phase(self, name: str) -> str:
        status = self.cluster.executions[name].get("status") or {}
        return str(status.get("phase") or "")

    def message(self, name: str) -> str:
        return str(self.cluster.executions[name]["status"]["error"]["message"])


@pytest.fixture
async def family() -> Family:
    return Family()


async def test_children_of_a_parent_that_is_cancelled_are_reconciled_at_once(family: Family) -> None:
    family.report("fan", "child-0", "child-1")
    family.parent_becomes(spec={**family.cluster.executions["fan"]["spec"], "cancel": True})
    family.report("fan")
    await family.reconcile("child-0", "child-1")
    assert [family.phase(name) for name in ("child-0", "child-1")] == ["Aborted", "Aborted"]
    assert family.message("child-0") == "It was cancelled, since its parent fan is cancelled."
    assert GET not in family.cluster.calls


async def test_the_end_of_a_parent_counts_though_it_is_not_cached_any_more(family: Family) -> None:
    family.report("fan", "child-0")
    family.parent_becomes(status={"phase": "Failed", "completionTime": "2026-01-31T12:00:00Z"})
    family.report("fan")
    await family.reconcile("fan", times=1)
    assert family.controller.caches.executions.by_uid("uid-of-fan") is None
    await family.reconcile("child-0")
    assert family.message("child-0") == "It was cancelled, since its parent fan has ended: Failed."
    assert GET not in family.cluster.calls


@pytest.mark.parametrize(
    ("phase", "ends"),
    [pytest.param("Failed", True, id="it has failed"), pytest.param("Succeeded", False, id="it has succeeded")],
)
async def test_a_parent_that_ended_before_the_operator_began_is_looked_up_once(family: Family, phase: str, ends: bool) -> None:
    family.parent_becomes(status={"phase": phase, "completionTime": "2026-01-31T12:00:00Z"})
    family.report("child-0", "child-1")
    await family.reconcile("child-0", "child-1")
    assert family.cluster.calls.count(GET) == 1
    assert [family.phase(name) == "Aborted" for name in ("child-0", "child-1")] == [ends, ends]
    assert len(family.cluster.pods) == (0 if ends else 2)


async def test_a_parent_that_the_watch_reports_late_cancels_nothing(family: Family) -> None:
    family.report("child-0")
    await family.reconcile("child-0")
    family.report("fan")
    await family.reconcile("child-0")
    assert (family.phase("child-0"), len(family.cluster.pods)) == ("Queued", 1)


async def test_a_parent_that_is_gone_cancels_nothing(family: Family) -> None:
    """Kubernetes deletes what belongs to it, or has taken the reference away."""
    family.report("fan", "child-0")
    gone = family.cluster.executions.pop("fan")
    gone["metadata"]["resourceVersion"] = "500"
    family.controller.watch_handlers.on_execution_left(gone)
    await family.reconcile("child-0")
    assert (family.phase("child-0"), len(family.cluster.pods)) == ("Queued", 1)


async def test_another_parent_of_the_same_name_is_none(family: Family) -> None:
    family.cluster.executions["fan"] = execution_body(name="fan", uid="uid-of-another", status={"phase": "Failed"})
    family.report("child-0")
    await family.reconcile("child-0")
    assert len(family.cluster.pods) == 1


async def test_a_parent_that_another_operator_has_ended_is_looked_up_again(family: Family) -> None:
    family.report("fan", "child-0")
    family.parent_becomes(status={"phase": "TimedOut", "completionTime": "2026-01-31T12:00:00Z"})
    family.controller.watch_handlers.on_execution_left(copy.deepcopy(family.cluster.executions["fan"]))
    await family.reconcile("child-0")
    assert family.message("child-0") == "It was cancelled, since its parent fan has ended: TimedOut."
