"""An API server that refuses a write, hangs up in the middle of one, or takes its time over it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeAlias

import pytest

from tests.faults.api import Api
from tests.faults.apiserver.calls import Call
from tests.faults.apiserver.rules import Answer, Delay, Fault, Overtake, Reset, Rule
from tests.integration.fire.acts import Lanes, chosen
from tests.integration.fire.invariants import violations
from tests.integration.fire.lives import CANCELLED, FORGOTTEN, RETRY, Life
from tests.integration.fire.scenes import Write, Writes, in_batches, writes_about
from tests.integration.fire.stage import Stage

FAULTY_LIVES = [RETRY, CANCELLED, FORGOTTEN]
#: How many executions live at once: more, and `Running` is shown later.
BATCH = 25
#: How often a write is tried to be met, since a life that a busy machine delays may have one less.
TIMES = 3
#: Longer than the operator waits for an answer.
TOO_LONG = 45.0

FAULTS: Mapping[str, Callable[[Stage], Fault]] = {
    "so long that nobody waits for the answer": lambda _: Delay(seconds=TOO_LONG, deterred=False),
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
#: Played by itself, so that the others need not wait for it.
SLOW = "so long that nobody waits for the answer"

#: A fault, and the write of a life that it meets.
Meeting: TypeAlias = tuple[str, Life, Write]


def touch(api: Api, executions: str, call: Call) -> None:
    """Somebody writes the execution that `call` is about."""
    if call.resource == "taskexecutions/status":
        api.patch(f"{executions}/{call.name}", {"metadata": {"annotations": {"touched": str(call.number)}}})


@pytest.fixture(scope="module")
def after_write_faults(request: pytest.FixtureRequest, lanes: Lanes, writes: Writes) -> Mapping[str, list[str]]:
    """What is wrong with lives of which each met one fault at one of its writes, by the fault."""
    everything = [(fault, life, write) for fault in chosen(request, "fault") for life in FAULTY_LIVES for write in writes[life.name]]
    meetings = [one for one in everything if is_fair(*one)]
    wrong: dict[str, list[str]] = {fault: [] for fault in FAULTS}
    for _ in range(TIMES):
        batches = [
            *in_batches([one for one in meetings if one[0] == SLOW], most=BATCH, life=lambda one: one[1]),
            *in_batches([one for one in meetings if one[0] != SLOW], most=BATCH, life=lambda one: one[1]),
        ]
        answers = lanes.play({n: partial(meet, meetings=batch) for n, batch in enumerate(batches)})
        meetings = []
        for n, answer in answers.items():
            if isinstance(answer, str):
                for fault in {one[0] for one in batches[n]}:
                    wrong[fault].append(answer)
            else:
                found, missed = answer
                meetings += missed
                for fault, text in found:
                    wrong[fault].append(text)
    for fault, life, write in meetings:
        wrong[fault].append(f"{life.name} never came to {write}")
    return wrong


def is_fair(fault: str, life: Life, write: Write) -> bool:
    """Not all may be so slow. Few Events are on their way at once. And where the pod that was made instead has been deleted by then,
    Kubernetes makes the late one: nobody can call it back, and it is deleted in its turn.
    """
    if fault != SLOW:
        return True
    return not write.is_event and (life is RETRY or (write.verb, write.resource) != ("create", "pods"))


def meet(stage: Stage, *, meetings: Sequence[Meeting]) -> tuple[list[tuple[str, str]], list[Meeting]]:
    """What is wrong with executions after each met its fault, by the fault; and the meetings that didn't come about."""
    names = stage.begin([life for _, life, _ in meetings])
    met = dict(zip(names, meetings, strict=True))
    rules = {
        name: Rule(where=writes_about(name, verb=write.verb, resource=write.resource), nth=write.nth, fault=FAULTS[fault](stage))
        for name, (fault, _, write) in met.items()
    }
    stage.proxy.rules = list(rules.values())
    stage.create()
    stage.wait_until_over()
    stage.proxy.wait_until_arrived(timeout=2 * TOO_LONG)
    found = [(met[name][0], f"{name}, {met[name][2]}: {text}") for name, texts in violations(stage).items() for text in texts]
    return found, [met[name] for name, rule in rules.items() if not stage.proxy.met(rule)]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_any_write_is_survived(after_write_faults: Mapping[str, list[str]], fault: str):
    assert after_write_faults[fault] == []


def test_the_lives_that_meet_them_have_every_kind_of_write(writes: Writes):
    def kinds(*lives: str) -> set[tuple[str, str]]:
        return {(write.verb, write.resource) for life in lives for write in writes[life]}

    assert kinds(*(life.name for life in FAULTY_LIVES)) == kinds(*writes)
