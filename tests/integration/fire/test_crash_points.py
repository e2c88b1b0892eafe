"""The operator is killed right before and right after every write of an execution's life, and each life still ends as it should.

A life is lived once to learn its writes. Then it is lived once for each crash point: the proxy holds the call there, before
or after the API server got it, until as many lives as a batch has stand at theirs; then the operator is killed with SIGKILL
and started again. What happens to the pods meanwhile is the second dimension.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.faults.apiserver.rules import Hold, Rule
from tests.integration.fire.invariants import check_all
from tests.integration.fire.lives import EXHAUSTED, FAILURE, LOST_POD, REFUSED, RETRY, SUCCESS, Life
from tests.integration.fire.scenes import recorded_writes, writes_about
from tests.integration.fire.stage import ALL_EXECUTIONS, Stage, belongs_to, wait_until

#: How many lives stand at their crash point at once: fewer than the operator has workers, since each keeps one busy.
BATCH = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class CrashPoint:
    """Before or after the nth write (from 1)."""

    nth: int
    after: bool


def nothing(stage: Stage) -> None:
    """Pods stand still while the operator is down."""
    stage.kubelet.frozen = True


def pods_run_on(stage: Stage) -> None:
    """Pods run to their end while the operator is down."""
    stage.kubelet.paced = False
    stage.kubelet.wait_until_idle(timeout=30)


@pytest.mark.parametrize("life", [SUCCESS, RETRY, EXHAUSTED, LOST_POD, REFUSED], ids=lambda life: life.name)
@pytest.mark.parametrize("meanwhile", [nothing, pods_run_on], ids=["while pods stand still", "while pods run on"])
def test_a_life_ends_once_and_well_wherever_the_operator_is_killed(fire: Stage, life: Life, meanwhile: Callable[[Stage], None]):
    for points in in_batches(crash_points(fire, life)):
        kill_at(fire, life, points)
        meanwhile(fire)
        recover(fire)
        fire.wait_until_over()
        check_all(fire, lost_unseen=meanwhile is pods_run_on)


def test_an_execution_that_is_deleted_while_the_operator_is_down_leaves_nothing(fire: Stage):
    for points in in_batches(crash_points(fire, SUCCESS)):
        kill_at(fire, SUCCESS, points)
        assert any(fire.pods(name) for name in fire.names)
        for name in fire.names:
            fire.api.delete(f"{fire.executions}/{name}")
        recover(fire)
        wait_until(lambda: not any(fire.pods(name) for name in fire.names), what="the pods to go with their executions")
        assert all(fire.execution(name) is None for name in fire.names)


def test_a_restart_writes_nothing_about_what_is_over(fire: Stage):
    before = {one["metadata"]["uid"]: one["metadata"]["resourceVersion"] for one in fire.api.items(ALL_EXECUTIONS)}
    assert before, "the other tests have left none"
    fire.operator.kill()
    written = len(fire.proxy.writes())
    fire.operator.start()
    fire.begin([FAILURE])
    fire.create()
    fire.wait_until_over()  # it is served after all that the first list had
    check_all(fire)
    assert [one.call.name for one in fire.proxy.writes()[written:] if not belongs_to(next(iter(fire.names)), one.call.name)] == []
    after = {one["metadata"]["uid"]: one["metadata"]["resourceVersion"] for one in fire.api.items(ALL_EXECUTIONS)}
    assert {uid: after[uid] for uid in before} == before


def crash_points(stage: Stage, life: Life) -> list[CrashPoint]:
    """Before and after each write of the life."""
    return [CrashPoint(nth=nth, after=after) for nth in range(1, recorded_writes(stage, life) + 1) for after in (False, True)]


def in_batches(points: list[CrashPoint]) -> list[list[CrashPoint]]:
    return [points[start : start + BATCH] for start in range(0, len(points), BATCH)]


def kill_at(stage: Stage, life: Life, points: list[CrashPoint]) -> None:
    """One execution for each point; the operator is killed when all stand at theirs."""
    names = stage.begin([life] * len(points))
    stage.proxy.rules = [
        Rule(where=writes_about(name), nth=point.nth, fault=Hold(after=point.after)) for name, point in zip(names, points, strict=True)
    ]
    stage.create()
    stage.proxy.wait_until_held(len(points), timeout=25)
    stage.operator.kill()
    stage.proxy.rules = []
    stage.proxy.release()


def recover(stage: Stage) -> None:
    """The operator is back, and pods go on in its pace."""
    stage.operator.start()
    stage.kubelet.frozen, stage.kubelet.paced = False, True
