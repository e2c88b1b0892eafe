"""The operator is killed right before and right after every write of an execution's life, and each life still ends as it should.

A life is lived once to learn its writes; then it is lived once for each crash point. What happens to the pods and executions while
the operator is down is the second dimension.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from glider_core.api import labels
from tests.faults.apiserver.proxy import Exchange
from tests.integration.fire.acts import Lanes, chosen
from tests.integration.fire.crashing import Afterwards, Toll, crash_points, kill_everywhere, restart
from tests.integration.fire.invariants import check_all, violations
from tests.integration.fire.lives import CANCELLED, FAILURE, FORGOTTEN, LIVES, RETRY, SUCCESS, Life
from tests.integration.fire.scenes import Writes
from tests.integration.fire.stage import ALL_EXECUTIONS, Stage, belongs_to, wait_until


def while_pods_stand_still(stage: Stage) -> Mapping[str, Sequence[str]]:
    stage.kubelet.frozen = True
    restart(stage)
    stage.wait_until_over()
    return violations(stage)


def while_life_goes_on(stage: Stage) -> Mapping[str, Sequence[str]]:
    """Pods run to their end while the operator is down, and people cancel, suspend, resume and delete."""
    stage.kubelet.paced = False
    stage.kubelet.wait_until_idle(timeout=30)
    restart(stage)
    stage.wait_until_over()
    return violations(stage, lost_unseen=True)


def while_all_are_deleted(stage: Stage) -> Mapping[str, Sequence[str]]:
    stage.delete_all()
    before = len(stage.proxy.exchanges)
    restart(stage)
    wait_until(lambda: any(map(_is_watch, stage.proxy.exchanges[before:])), what="a watch of executions")
    wait_until(lambda: not stage.api.items(f"{stage.core}/pods"), what="the pods to go with their executions")
    return violations(stage)


def _is_watch(exchange: Exchange) -> bool:
    return (exchange.call.verb, exchange.call.resource) == ("watch", labels.EXECUTIONS)


@pytest.fixture(scope="module")
def toll(request: pytest.FixtureRequest, lanes: Lanes, writes: Writes) -> Toll:
    """What came of killing the operator everywhere, with what happens while it is down."""
    afterwards: Afterwards = request.param
    lives = {life.name: life for life in chosen(request, "life", toll=afterwards)}
    return kill_everywhere(lanes, lives, crash_points({name: writes[name] for name in lives}), afterwards)


@pytest.mark.parametrize("toll", [while_pods_stand_still, while_life_goes_on], ids=lambda it: it.__name__.replace("_", " "), indirect=True)
@pytest.mark.parametrize("life", [*LIVES, FORGOTTEN], ids=lambda life: life.name)
def test_a_life_ends_once_and_well_wherever_the_operator_is_killed(toll: Toll, writes: Writes, life: Life):
    check(toll, writes, life)


@pytest.mark.parametrize("toll", [while_all_are_deleted], ids=["while all are deleted"], indirect=True)
@pytest.mark.parametrize("life", [SUCCESS, RETRY, CANCELLED, FORGOTTEN], ids=lambda life: life.name)
def test_nothing_is_left_of_what_is_deleted_wherever_the_operator_is_killed(toll: Toll, writes: Writes, life: Life):
    check(toll, writes, life)


def check(toll: Toll, writes: Writes, life: Life) -> None:
    """All is well, and that at both sides of every write."""
    assert toll.wrong[life.name] == []
    assert toll.killed[life.name] == 2 * len(writes[life.name]) > 0


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
