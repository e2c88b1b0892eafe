"""Several operators on one cluster: replicas of which one acts, instances that divide the executions, and two where one should be."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import pytest

from glider_core.api import labels
from tests.cluster.private import PrivateControlPlane
from tests.faults.apiserver.calls import Call
from tests.faults.apiserver.proxy import Exchange
from tests.faults.apiserver.rules import Delay, Drop, EventRule, Hold, Rule, Where, calls
from tests.integration.fire.acts import Lanes, chosen
from tests.integration.fire.crashing import crash_points, kill_at
from tests.integration.fire.invariants import check_all, violations
from tests.integration.fire.lives import CANCELLED, LIVES, LOST_POD, RETRY, SUCCESS
from tests.integration.fire.replicas import QUICK, Replicas, replicas
from tests.integration.fire.scenes import recorded_writes
from tests.integration.fire.stage import PATIENCE, OperatorProcess, Stage, wait_until

#: How often a crash point may be passed by.
TIMES = 3
#: The writes of a Lease: when nobody has made it, when it is taken, renewed and released.
LEASE_WRITES: Mapping[str, tuple[Where, int]] = {
    "creation": (calls(verb="create", resource="leases"), 1),
    "acquisition": (calls(verb="update", resource="leases"), 1),
    "renewal": (calls(verb="update", resource="leases"), 2),
    "release": (lambda call: call.resource == "leases" and call.is_write and _is_released(call), 1),
}


def a_leader_is_killed(stage: Stage, made: Replicas) -> None:
    first, second = made.pair(lease="killed")
    stage.begin([SUCCESS, RETRY] * 4)
    stage.create()
    wait_until(lambda: len(stage.open_ones()) < 8, what="the first ends")
    first.kill()
    stage.wait_until_over()
    check_all(stage)
    assert second.leads()


def a_leader_sleeps_and_wakes_up_deposed(stage: Stage, made: Replicas) -> None:
    its = made.proxy()
    first, second = made.pair(lease="suspended", proxy=its)
    stage.begin([SUCCESS, RETRY, CANCELLED, LOST_POD] * 2)
    stage.create()
    wait_until(lambda: "Running" in stage.open_ones().values(), what="something to run")
    stage.kubelet.frozen = True
    stage.wait_until_quiet()  # a request that the kernel has already is sent, whoever sleeps: there is to be none
    first.signal(signal.SIGSTOP)
    stage.kubelet.frozen = False
    stage.wait_until_over()
    assert second.leads()
    awake = time.monotonic()
    first.signal(signal.SIGCONT)
    assert first.wait() != 0
    assert [one.call for one in its.writes() if one.came > awake and one.call.resource != "leases"] == []
    check_all(stage)


def a_leader_is_cut_off_and_what_it_sent_arrives_late(stage: Stage, made: Replicas) -> None:
    its = made.proxy()
    first, second = made.pair(lease="partitioned", proxy=its)
    stage.begin([SUCCESS, RETRY, CANCELLED, LOST_POD] * 3)
    stage.create()
    wait_until(lambda: "Running" in stage.open_ones().values(), what="something to run")
    all_over = threading.Event()
    late = Rule(where=lambda call: call.is_write and call.resource != "leases", fault=Delay(until=all_over.is_set, deterred=False))
    its.rules = [late]
    since = time.monotonic()
    sent = wait_until(lambda: [one for one in its.writes() if one.came > since and is_status(one)], what="a status to be on its way")
    its.event_rules, its.rules = [EventRule(fault=Drop())], [late, Rule(where=calls(), fault=Hold())]
    assert first.wait() != 0
    stage.wait_until_over()
    assert second.leads()
    all_over.set()
    its.wait_until_arrived(timeout=PATIENCE)
    assert [(one.call.name, one.status) for one in sent if one.status == 200] == [], "the second has written them since"
    check_all(stage)


def leaders_are_killed_at_each_write_while_another_stands_by(stage: Stage, made: Replicas) -> None:
    its = made.proxy()
    made.start("alone")
    points = crash_points(recorded_writes(stage, [RETRY]))
    made.end_all()
    wrong: list[str] = []
    for number in range(TIMES):
        first, second = made.pair(lease=f"stood-by-{number}", proxy=its)

        def once_taken_over(stage: Stage, second: OperatorProcess = second) -> Mapping[str, Sequence[str]]:
            wait_until(second.leads, what="the second to lead")
            stage.wait_until_over()
            return violations(stage)

        toll = kill_at(stage, lives={RETRY.name: RETRY}, points=points, afterwards=once_taken_over, operator=first, proxy=its)
        wrong += toll.wrong[RETRY.name]
        points = toll.passed
        made.end_all()
        if not points:
            break
    assert wrong == []
    assert points == [], "these were passed by"


def leaders_are_killed_at_each_write_of_the_lease(stage: Stage, made: Replicas) -> None:
    """One after the other, before and after: each takes up what those before it have left."""
    its = made.proxy()
    election = QUICK | {"resourceName": "fatal"}
    kills = [(kind, after) for kind in LEASE_WRITES for after in (False, True)]
    names = stage.begin([RETRY, CANCELLED] * len(kills))
    for number, (kind, after) in enumerate(kills):
        for name in names[2 * number : 2 * number + 2]:
            stage.api.create(stage.executions, stage.document(name, stage.names[name]))
        where, nth = LEASE_WRITES[kind]
        its.rules = [Rule(where=where, nth=nth, fault=Hold(after=after))]
        one = made.spawn(f"killed-{number}", proxy=its, leaderElection=election)
        if kind == "release":
            one.wait_until_ready()
            wait_until(one.leads, what="it to lead")
            one.signal(signal.SIGTERM)
        its.wait_until_held(1, timeout=PATIENCE)
        one.kill()
        its.rules = []
        its.release()
    heir = made.start("heir", leaderElection=election)
    stage.wait_until_over()
    assert heir.leads()
    check_all(stage)


def is_status(exchange: Exchange) -> bool:
    return exchange.call.resource.endswith("/status")


def _is_released(call: Call) -> bool:
    return call.body["spec"].get("holderIdentity") == ""


def a_leader_is_stopped(stage: Stage, made: Replicas) -> None:
    first, second = made.pair(lease="stopped")
    assert stage.api.get(made.lease("stopped"))["spec"]["leaseTransitions"] == 0
    first.signal(signal.SIGTERM)
    assert first.wait() == 0, first.log()[-3000:]
    assert "released the Lease" in first.log()
    wait_until(second.leads, what="the second to lead")
    assert stage.api.get(made.lease("stopped"))["spec"]["leaseTransitions"] >= 1
    stage.begin([SUCCESS])
    stage.create()
    stage.wait_until_over()
    check_all(stage)


def all_are_replaced_one_after_the_other(stage: Stage, made: Replicas) -> None:
    first, second = made.pair(lease="rolled")
    stage.begin(LIVES)
    stage.create()
    third = made.start("third", leaderElection=QUICK | {"resourceName": "rolled"})
    for old in (first, second):
        old.signal(signal.SIGTERM)
        assert old.wait() == 0, old.log()[-3000:]
    wait_until(third.leads, what="the third to lead")
    stage.wait_until_over()
    check_all(stage)


def two_act_as_if_each_were_the_only_one(stage: Stage, made: Replicas) -> None:
    made.start("first", proxy=made.proxy())
    made.start("second")
    stage.begin(LIVES * 2)
    stage.create()
    stage.wait_until_over()
    check_all(stage)
    created = [[one for one in proxy.writes() if one.call.resource == "pods" and one.status == 201] for proxy in stage.proxies]
    assert all(created), "only one of them has acted"


ACTS: Mapping[str, Callable[[Stage, Replicas], None]] = {
    act.__name__.replace("_", " "): act
    for act in (
        leaders_are_killed_at_each_write_of_the_lease,
        leaders_are_killed_at_each_write_while_another_stands_by,
        a_leader_is_killed,
        a_leader_sleeps_and_wakes_up_deposed,
        a_leader_is_cut_off_and_what_it_sent_arrives_late,
        a_leader_is_stopped,
        all_are_replaced_one_after_the_other,
        two_act_as_if_each_were_the_only_one,
    )
}


@pytest.fixture(scope="module")
def played(
    request: pytest.FixtureRequest, lanes: Lanes, plane: PrivateControlPlane, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, str | None]:
    """How each act failed, or None."""
    base = tmp_path_factory.mktemp("replicas")

    def play(stage: Stage, *, name: str) -> None:
        with replicas(stage, plane=plane, folder=base / name.replace(" ", "-")) as made:
            ACTS[name](stage, made)

    return lanes.play({name: partial(play, name=name) for name in chosen(request, "act")})


@pytest.mark.parametrize("act", ACTS)
def test_executions_end_once_and_well_though(played: Mapping[str, str | None], act: str):
    assert played[act] is None, played[act]


def test_instances_serve_what_is_labelled_for_them(fire: Stage, plane: PrivateControlPlane, tmp_path: Path):
    with replicas(fire, plane=plane, folder=tmp_path / "instances") as made:
        made.start("plain")
        made.start("blue", instanceId="blue")
        names = fire.begin([SUCCESS] * 3)
        for name, instance in zip(names, (None, "blue", "green"), strict=True):
            document = fire.names[name].document(name)
            if instance:
                document["metadata"]["labels"] = {labels.INSTANCE: instance}
            fire.api.create(fire.executions, document)
        wait_until(lambda: set(fire.open_ones()) == {names[2]}, what="those that somebody serves to end")
        assert [fire.pods(name)[0]["metadata"]["labels"].get(labels.INSTANCE) for name in names[:2]] == [None, "blue"]
        assert fire.pods(names[2]) == []
        del fire.names[names[2]]
        check_all(fire)
    fire.reset()
