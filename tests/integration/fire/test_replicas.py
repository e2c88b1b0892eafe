"""Several operators on one cluster: replicas of which one acts, instances that divide the executions, and two where one should be."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from glider_operator.model import labels
from tests.cluster.private import PrivateControlPlane
from tests.faults.apiserver.proxy import ApiServerProxy
from tests.faults.apiserver.rules import Delay, Drop, EventRule, Hold, Rule, calls
from tests.integration.fire.acts import Lanes, chosen
from tests.integration.fire.invariants import check_all
from tests.integration.fire.lives import CANCELLED, LIVES, LOST_POD, RETRY, SUCCESS
from tests.integration.fire.stage import OperatorProcess, Stage, wait_until

LEASES = "/apis/coordination.k8s.io/v1/namespaces/default/leases"
QUICK = {"leaderElect": True, "leaseDuration": "4s", "renewDeadline": "2500ms", "retryPeriod": "500ms"}
#: How long what was on its way when the network failed takes to arrive: longer than the Lease lasts.
LATE = 9.0


@dataclass(kw_only=True)
class Replicas:
    """Operators in place of the stage's own, each behind a proxy of its own if it is to be told from the others."""

    stage: Stage
    plane: PrivateControlPlane
    folder: Path
    stack: ExitStack
    started: list[OperatorProcess] = field(default_factory=list)

    def start(self, name: str, *, proxy: ApiServerProxy | None = None, **settings: object) -> OperatorProcess:
        """An operator, once it is ready."""
        of_stage = {"instanceId": self.stage.instance} if self.stage.instance else {}
        kubeconfig = (proxy or self.stage.proxy).kubeconfig
        one = OperatorProcess(kubeconfig=kubeconfig, folder=self.folder, name=name, **(of_stage | settings))
        self.stack.callback(one.kill)
        one.start()
        return one

    def proxy(self) -> ApiServerProxy:
        """Another proxy; what goes through it counts for the stage as well."""
        folder = self.folder / "proxy"
        folder.mkdir()
        made = self.stack.enter_context(ApiServerProxy(self.plane.kubeconfig, folder=folder))
        self.stage.beside.append(made)
        self.stack.callback(self.stage.beside.clear)
        return made

    def lease(self, name: str) -> str:
        """The path of the Lease that is configured as `name`."""
        return f"{LEASES}/{'-'.join(filter(None, (name, self.stage.instance)))}"

    def pair(self, *, lease: str, proxy: ApiServerProxy | None = None) -> tuple[OperatorProcess, OperatorProcess]:
        """The one that leads, behind `proxy`, and the one that stands by."""
        election = QUICK | {"resourceName": lease}
        first = self.start("first", proxy=proxy, leaderElection=election)
        wait_until(first.leads, what="the first to lead")
        second = self.start("second", leaderElection=election)
        assert not second.leads()
        leader = json.loads(first.ask("/debug"))["leader"]
        wait_until(lambda: json.loads(second.ask("/debug"))["leader"] == leader, what="the second to see who leads")
        return first, second


@contextmanager
def replicas(stage: Stage, *, plane: PrivateControlPlane, folder: Path) -> Iterator[Replicas]:
    stage.operator.kill()
    folder.mkdir()
    with ExitStack() as stack:
        yield Replicas(stage=stage, plane=plane, folder=folder, stack=stack)


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
    first.signal(signal.SIGSTOP)
    before = len(its.writes())
    stage.wait_until_over()
    assert second.leads()
    first.signal(signal.SIGCONT)
    assert first.wait() != 0
    assert [one.call for one in its.writes()[before:] if one.call.resource != "leases"] == []
    check_all(stage)


def a_leader_is_cut_off_and_what_it_sent_arrives_late(stage: Stage, made: Replicas) -> None:
    its = made.proxy()
    first, second = made.pair(lease="partitioned", proxy=its)
    stage.begin([SUCCESS, RETRY, CANCELLED, LOST_POD] * 3)
    stage.create()
    wait_until(lambda: "Running" in stage.open_ones().values(), what="something to run")
    late = Delay(seconds=LATE, deterred=False)
    its.event_rules = [EventRule(fault=Drop())]
    its.rules = [
        Rule(where=lambda call: call.is_write and call.resource != "leases", fault=late),
        Rule(where=calls(), fault=Hold()),
    ]
    assert first.wait() != 0
    sent = [one for one in its.writes() if one.status is None and one.call.resource != "leases"]
    stage.wait_until_over()
    assert second.leads()
    wait_until(lambda: all(one.status for one in sent), what="all that was on its way to arrive")
    done = [(one.call.verb, one.call.name) for one in sent if one.call.resource.endswith("/status") and one.status == 200]
    assert done == [], "the second has written them since"
    stage.wait_until_quiet()
    check_all(stage)


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
    stage.wait_until_quiet()
    check_all(stage)
    created = [[one for one in proxy.writes() if one.call.resource == "pods" and one.status == 201] for proxy in stage.proxies]
    assert all(created), "only one of them has acted"


ACTS: Mapping[str, Callable[[Stage, Replicas], None]] = {
    act.__name__.replace("_", " "): act
    for act in (
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
