"""An API server that refuses, hangs up, is slow or starts anew, and watches that tell too little, too much or too late."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial

import pytest

from tests.cluster import api_client
from tests.cluster.private import PrivateControlPlane, programs
from tests.faults.api import Api
from tests.faults.apiserver.calls import Call
from tests.faults.apiserver.rules import (
    Answer,
    Cut,
    Delay,
    Drop,
    EventRule,
    Fault,
    Gone,
    Late,
    Overtake,
    Overtaken,
    Paged,
    Repeat,
    Reset,
    Rule,
    Stale,
    Torn,
    calls,
)
from tests.integration.fire.acts import Lanes, chosen
from tests.integration.fire.invariants import check_all, violations
from tests.integration.fire.lives import CANCELLED, DELETED, EXHAUSTED, LIVES, LOST_POD, RESUMED, RETRY, SUCCESS, Life
from tests.integration.fire.scenes import Write, Writes, in_batches, writes_about
from tests.integration.fire.stage import Stage, wait_until

#: Together they have every kind of write.
FAULTY_LIVES = [RETRY, CANCELLED]
#: How many executions live at once: more, and `Running` is shown later.
BATCH = 25

FAULTS: Mapping[str, Callable[[Stage], Fault]] = {
    "409, though nobody wrote it meanwhile": lambda _: Answer(status=409, reason="Conflict"),
    "somebody writes it meanwhile": lambda stage: Overtake(partial(touch, stage.api, stage.executions)),
    "410, for no reason": lambda _: Answer(status=410, reason="Expired"),
    "429 with Retry-After": lambda _: Answer(status=429, reason="TooManyRequests", retry_after=1),
    "401, once": lambda _: Answer(status=401, reason="Unauthorized"),
    "500": lambda _: Answer(status=500, reason="InternalError"),
    "503": lambda _: Answer(status=503, reason="ServiceUnavailable"),
    "504, though it was done": lambda _: Answer(status=504, reason="Timeout", after=True),
    "a reset before it was done": lambda _: Reset(),
    "a reset after it was done": lambda _: Reset(after=True),
    "three seconds": lambda _: Delay(seconds=3),
}


def touch(api: Api, executions: str, call: Call) -> None:
    """Somebody writes the execution that `call` is about."""
    if call.resource == "taskexecutions/status":
        api.patch(f"{executions}/{call.name}", {"metadata": {"annotations": {"touched": str(call.number)}}})


@pytest.fixture(scope="module")
def after_write_faults(request: pytest.FixtureRequest, lanes: Lanes, writes: Writes) -> Mapping[str, list[str]]:
    """What is wrong with lives of which each met one fault at one of its writes, by the fault."""
    meetings = [(fault, life, write) for fault in chosen(request, "fault") for life in FAULTY_LIVES for write in writes[life.name]]
    batches = in_batches(meetings, most=BATCH)
    answers = lanes.play({n: partial(meet, meetings=batch) for n, batch in enumerate(batches)})
    wrong: dict[str, list[str]] = {fault: [] for fault in FAULTS}
    for n, answer in answers.items():
        for fault, text in [(fault, answer) for fault in {one[0] for one in batches[n]}] if isinstance(answer, str) else answer:
            wrong[fault].append(text)
    return wrong


def meet(stage: Stage, *, meetings: Sequence[tuple[str, Life, Write]]) -> list[tuple[str, str]]:
    """What is wrong with executions after each met its fault, by the fault."""
    names = stage.begin([life for _, life, _ in meetings])
    met = dict(zip(names, meetings, strict=True))
    stage.proxy.rules = [
        Rule(where=writes_about(name, verb=write.verb, resource=write.resource), nth=write.nth, fault=FAULTS[fault](stage))
        for name, (fault, _, write) in met.items()
    ]
    stage.create()
    stage.wait_until_over()
    return [(met[name][0], f"{name}, {met[name][2]}: {text}") for name, texts in violations(stage).items() for text in texts]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_any_write_is_survived(after_write_faults: Mapping[str, list[str]], fault: str):
    assert after_write_faults[fault] == []


def watched(event_rules: Sequence[EventRule], lives: Sequence[Life]) -> Callable[[Stage], list[str]]:
    """An act: these lives, while watches are like that."""

    def act(stage: Stage) -> list[str]:
        stage.begin([*lives, *lives])
        stage.proxy.event_rules = list(event_rules)
        stage.create()
        stage.wait_until_over()
        return wrong_in(stage)

    return act


def wrong_in(stage: Stage) -> list[str]:
    return [f"{name}: {text}" for name, texts in violations(stage).items() for text in texts]


def too_old_everywhere(stage: Stage) -> list[str]:
    """Whenever something is deleted the watch is too old, and so is each list from its second page on. A watch may die of that.

    Then the operator ends, and is started again as Kubernetes does it.
    """
    stage.begin(_ALL * 2)
    stage.proxy.event_rules = [EventRule(type="DELETED", fault=Gone(), first=4)]
    stage.proxy.rules = [
        Rule(where=lambda call: call.continued, fault=Answer(status=410, reason="Expired"), first=6),
        Rule(where=calls(verb="list"), fault=Paged(size=2)),
    ]
    stage.create()
    while stage.open_ones():
        stage.keep_running()
        time.sleep(0.5)
    stage.wait_until_over()
    return wrong_in(stage)


def after_a_restart_to_stale_lists(stage: Stage) -> list[str]:
    """The operator starts with lists from before anything was there, and never gets newer ones; its watches begin there.

    An execution that is over, and whose pod is gone, would get its pod again, and lose it when the watch has caught up. So that
    has to be ruled out by asking for lists that no cache may answer, as we do.
    """
    stage.begin([SUCCESS, RETRY, EXHAUSTED])
    stage.proxy.rules = [Rule(where=calls(verb="list"), fault=Stale())]
    stage.operator.kill()
    stage.operator.start()  # these lists are the ones to come
    stage.create()
    stage.wait_until_over()
    once = wrong_in(stage)
    stage.operator.kill()
    stage.operator.start()
    stage.wait_until_quiet()
    return [*once, *wrong_in(stage)]


def slow(stage: Stage) -> list[str]:
    """Each call takes a second longer."""
    stage.begin([SUCCESS, RETRY, CANCELLED, RESUMED])
    stage.proxy.rules = [Rule(where=lambda call: call.verb != "watch", fault=Delay(seconds=1))]
    stage.create()
    stage.wait_until_over()
    return wrong_in(stage)


def skewed(*, operator: float = 0, node: float = 0) -> Callable[[Stage], list[str]]:
    """An act: clocks are off by so many minutes."""

    def act(stage: Stage) -> list[str]:
        stage.begin([SUCCESS, RETRY, CANCELLED, RESUMED, LOST_POD])
        stage.kubelet.skew = timedelta(minutes=node)
        with stage.operator.skewed(minutes=operator):
            stage.create()
            stage.wait_until_over()
        return wrong_in(stage)

    return act


_ALL = [SUCCESS, RETRY, LOST_POD, CANCELLED, DELETED]

SITUATIONS: Mapping[str, Callable[[Stage], list[str]]] = {
    "every event comes twice": watched([EventRule(fault=Repeat())], _ALL),
    "every event comes late": watched([EventRule(fault=Late(0.05))], _ALL),
    "pods come in another order": watched([EventRule(resource="pods", fault=Overtaken())], _ALL),
    "executions come in another order": watched([EventRule(resource="taskexecutions", fault=Overtaken())], _ALL),
    "watches are cut": watched([EventRule(fault=Cut(), first=4)], _ALL),
    "events are torn": watched([EventRule(fault=Torn(), first=4)], _ALL),
    "watches are too old, and all is listed again": watched([EventRule(fault=Gone(), first=4)], _ALL),
    "watches are too old, lists long, and their second pages too": too_old_everywhere,
    "nothing is told at all": watched([EventRule(fault=Drop())], [RETRY, LOST_POD, CANCELLED]),
    "a pod's end isn't told": watched([EventRule(resource="pods", type="MODIFIED", nth=3, fault=Drop())], [SUCCESS]),
    "no pod's deletion is told": watched([EventRule(resource="pods", type="DELETED", fault=Drop())], [LOST_POD, CANCELLED, DELETED]),
    "watches are too old while pods go": watched([EventRule(resource="pods", type="DELETED", fault=Gone())], [LOST_POD, CANCELLED]),
    "an execution's coming isn't told": watched([EventRule(resource="taskexecutions", type="ADDED", fault=Drop())], [SUCCESS]),
    "no execution's deletion is told": watched([EventRule(resource="taskexecutions", type="DELETED", fault=Drop())], [DELETED]),
    "lists are older than what is there": after_a_restart_to_stale_lists,
    "each call takes a second": slow,
    "the operator's clock is five minutes ahead": skewed(operator=5),
    "the operator's clock is five minutes behind": skewed(operator=-5),
    "the node's clock is five minutes ahead": skewed(node=5),
    "the node's clock is five minutes behind": skewed(node=-5),
}


@pytest.fixture(scope="module")
def after_situations(request: pytest.FixtureRequest, lanes: Lanes) -> Mapping[str, list[str] | str]:
    """What is wrong after each situation."""
    return lanes.play({name: SITUATIONS[name] for name in chosen(request, "situation")})


@pytest.mark.parametrize("situation", SITUATIONS)
def test_lives_end_once_and_well_while(after_situations: Mapping[str, list[str] | str], situation: str):
    assert after_situations[situation] == []


def test_lives_go_on_when_the_api_server_is_back(fire: Stage, plane: PrivateControlPlane):
    """It is killed in the middle, as all of them are on their way, and is away for a while."""
    [_, api_server, *_] = programs(plane)
    fire.begin(LIVES * 2)
    fire.create()
    wait_until(lambda: "Running" in fire.open_ones().values(), what="something to run")
    plane.end(api_server.name)
    time.sleep(2)
    plane.restart(api_server)
    plane.wait(api_server.name, lambda: api_client.is_api_ready(plane.layout))
    fire.wait_until_over()
    check_all(fire)
