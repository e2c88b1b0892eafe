"""What may go on around executions while they live: each is an act, which tells what was wrong afterwards.

A situation that didn't come about is as wrong as an execution that didn't end: each rule has to have been met.
"""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any, TypeAlias

from glider_core.api import labels
from tests.faults.apiserver.rules import Answer, Delay, Drop, EventRule, Gone, Paged, Rule, Stale, calls
from tests.integration.fire.invariants import violations
from tests.integration.fire.lives import CANCELLED, EXHAUSTED, LOST_POD, RESUMED, RETRY, SUCCESS, WELL, Life, Waits
from tests.integration.fire.stage import PATIENCE, Stage, wait_until
from tests.resources import divider, template

Situation: TypeAlias = Callable[[Stage], list[str]]

WATCHED = (labels.EXECUTIONS, labels.TEMPLATES, "pods")
#: Longer than kopf tries by itself, and so long that anybody's patience ends.
OUTAGE = 90.0
#: kopf's own back-offs end after 54 s.
OUTAGE_OF_A_WATCH = 60.0
REFUSAL = 15.0
#: Its time is over if the operator's clock says so for a moment.
IN_TIME = Life(
    name="in-time",
    attempts=[WELL],
    phase="Succeeded",
    reason="Completed",
    spec={"timeouts": {"queued": "2m", "attempt": "2m", "total": "2m"}},
)
#: The Events about its pod are asked for, since the pod says nothing for so long.
SILENT = Life(name="silent", attempts=[Waits()], phase="TimedOut", reason="QueuedTimeout", spec={"timeouts": {"queued": "30s"}})


def watched(lives: Sequence[Life], *rules: EventRule) -> Situation:
    """These lives, twice, while watches are like that. Where events are lost sweeps make up for it, and only there."""

    def act(stage: Stage) -> list[str]:
        stage.begin([*lives, *lives])
        stage.proxy.event_rules = list(rules)
        stage.create()
        stage.wait_until_over()
        return wrong_in(stage, rules)

    def act_with_sweeps(stage: Stage) -> list[str]:
        with stage.operator.sweeping():
            return act(stage)

    return act_with_sweeps if any(isinstance(rule.fault, Drop) for rule in rules) else act


def wrong_in(stage: Stage, rules: Iterable[Rule | EventRule] = ()) -> list[str]:
    """What is wrong in the scene; and which of the rules were never met."""
    unmet = [f"it never came to {rule}" for rule in rules if not stage.proxy.met(rule)]
    return [*unmet, *(f"{name}: {text}" for name, texts in violations(stage).items() for text in texts)]


def is_over(pod: Any) -> bool:
    return pod["status"].get("phase") in ("Succeeded", "Failed")


def too_old_everywhere(stage: Stage) -> list[str]:
    """Whenever something is deleted the watch is too old, and so is each list from its second page on. A watch may die of that.

    Then the operator ends, and is started again as Kubernetes does it.
    """
    stage.begin([SUCCESS, RETRY, LOST_POD, CANCELLED] * 2)
    gone = EventRule(type="DELETED", fault=Gone(), first=4)
    expired = Rule(where=lambda call: call.continued, fault=Answer(status=410, reason="Expired"), first=6)
    stage.proxy.event_rules, stage.proxy.rules = [gone], [expired, Rule(where=calls(verb="list"), fault=Paged(size=2))]
    stage.create()
    _keep_running_until_over(stage)
    return wrong_in(stage, [gone, expired])


def refused_reads(status: int, reason: str, *, ends: bool = False) -> Situation:
    """Watches are too old, and everything that is read then is refused a few times; `ends`: the operator may end by that."""

    def act(stage: Stage) -> list[str]:
        stage.begin([RETRY, LOST_POD, CANCELLED] * 2)
        process, refused = stage.operator.pid, Answer(status=status, reason=reason)
        kinds = [("list", resource) for resource in WATCHED] + [("watch", resource) for resource in WATCHED] + [("get", "pods")]
        rules = [Rule(where=calls(verb=verb, resource=resource), fault=refused, first=2) for verb, resource in kinds]
        too_old = [EventRule(resource=resource, fault=Gone(), first=1) for resource in WATCHED]
        stage.proxy.rules, stage.proxy.event_rules = rules, too_old
        stage.api.create(_templates(stage), template("unused", divider()))
        stage.create()
        _keep_running_until_over(stage)
        stage.proxy.cut_watches()
        patience = time.monotonic() + PATIENCE
        while unmet := [one for one in rules if not stage.proxy.met(one)]:
            assert time.monotonic() < patience, f"it never came to {unmet}"
            stage.keep_running()
            time.sleep(0.5)
        ended = [] if ends or (stage.operator.runs and stage.operator.pid == process) else ["the operator ended by it"]
        return [*ended, *wrong_in(stage, [*rules, *too_old])]

    return act


def no_lists_and_watches_for_long(stage: Stage) -> list[str]:
    """It begins in the middle of everything. The same process comes through it, and goes on by itself."""
    stage.begin([RETRY, LOST_POD, RESUMED] * 2)
    process, unavailable = stage.operator.pid, Answer(status=503, reason="ServiceUnavailable")
    lists = [Rule(where=calls(verb="list", resource=resource), fault=unavailable) for resource in (labels.EXECUTIONS, "pods")]
    watches = Rule(where=calls(verb="watch"), fault=unavailable)
    stage.proxy.rules = [*lists, watches]
    stage.proxy.event_rules = [
        EventRule(resource=labels.EXECUTIONS, type="MODIFIED", fault=Gone(), first=1),
        EventRule(resource="pods", fault=Gone(), first=1),
    ]
    stage.create()
    wait_until(lambda: all(map(stage.proxy.met, lists)), what="executions and pods to be listed again")
    stage.proxy.cut_watches()  # that of templates is left
    time.sleep(OUTAGE)
    if not stage.operator.runs:
        return [f"the operator ended by it\n{stage.operator.log()[-3000:]}"]
    wrong = [] if stage.operator.pid == process else ["it isn't the same process any more"]
    still_open = [] if stage.open_ones() else ["all was over before the end of it"]
    unmet = [f"it never came to {rule}" for rule in (*lists, watches) if not stage.proxy.met(rule)]
    stage.proxy.rules = []
    stage.wait_until_over()
    return [*wrong, *still_open, *unmet, *wrong_in(stage)]


def no_watch_of_executions(stage: Stage) -> list[str]:
    """It ends, and isn't served for longer than kopf tries. The same process outlives it, and isn't ready meanwhile."""
    stage.begin([SUCCESS, SUCCESS])
    stage.proxy.event_rules = [EventRule(resource=labels.EXECUTIONS, fault=Gone(), first=1)]
    started = stage.operator.ask("/metrics").partition("process_start_time_seconds ")[2].partition("\n")[0]
    refused = Rule(where=calls(verb="watch", resource=labels.EXECUTIONS), fault=Answer(status=503))
    stage.proxy.rules = [refused]
    stage.create()
    until = time.monotonic() + OUTAGE_OF_A_WATCH
    wait_until(
        lambda: stage.operator.unready().startswith("no watch of taskexecutions for "),
        what=lambda: f"the operator to be unready for want of a watch, not {stage.operator.unready()!r}",
        timeout=50,
    )
    shown = json.loads(stage.operator.ask("/debug"))["watches"]
    assert (shown["pods"], shown["tasktemplates"]) == ("well", "well")
    assert "HTTP status 503" in shown["taskexecutions"]
    time.sleep(max(0.0, until - time.monotonic()))
    stage.proxy.rules = []
    wait_until(lambda: not stage.operator.unready(), what="the operator to be ready again", timeout=60)
    stage.wait_until_over()
    assert started in stage.operator.ask("/metrics"), "it isn't the same process any more"
    return wrong_in(stage, [refused])


def events_of_pods_refused(stage: Stage) -> list[str]:
    """What the Events say about a pod that doesn't start is a help, and no more."""
    answers = [(429, "TooManyRequests"), (500, "InternalError"), (503, "ServiceUnavailable"), (410, "Expired"), (403, "Forbidden")]
    stage.begin([SILENT] * len(answers))
    lists = calls(verb="list", resource="events")
    rules = [Rule(where=lists, first=1, fault=Answer(status=status, reason=reason)) for status, reason in answers]
    stage.proxy.rules = rules
    stage.create()
    stage.wait_until_over()
    return wrong_in(stage, rules)


def refused_writes(status: int, reason: str, *, retry_after: int | None = None) -> Situation:
    """In the middle of everything no write at all is let in for a while."""

    def act(stage: Stage) -> list[str]:
        stage.begin([SUCCESS, RETRY, CANCELLED, RESUMED, LOST_POD] * 2)
        stage.create()
        wait_until(lambda: "Running" in stage.open_ones().values(), what="something to run")
        refused = Rule(where=calls(writes=True), fault=Answer(status=status, reason=reason, retry_after=retry_after))
        stage.proxy.rules = [refused]
        time.sleep(REFUSAL)
        stage.proxy.rules = []
        stage.wait_until_over()
        return wrong_in(stage, [refused])

    return act


def after_a_restart_to_stale_lists(stage: Stage) -> list[str]:
    """The operator starts with lists from before anything was there, and never gets newer ones; its watches begin there.

    An execution that is over, and whose pod is gone, would get its pod again, and lose it when the watch has caught up. So that
    has to be ruled out by asking for lists that no cache may answer, as we do.
    """
    stage.begin([SUCCESS, RETRY, EXHAUSTED])
    stale = Rule(where=calls(verb="list"), fault=Stale())
    stage.proxy.rules = [stale]
    stage.operator.kill()
    stage.operator.start()  # these lists are the ones to come
    stage.create()
    stage.wait_until_over()
    once = wrong_in(stage)
    stage.operator.kill()
    stage.operator.start()
    stage.wait_until_quiet()
    return [*once, *wrong_in(stage, [stale])]


def slow(stage: Stage) -> list[str]:
    """Each call takes a second longer."""
    stage.begin([SUCCESS, RETRY, CANCELLED, RESUMED])
    slowed = Rule(where=lambda call: call.verb != "watch", fault=Delay(seconds=1))
    stage.proxy.rules = [slowed]
    stage.create()
    stage.wait_until_over()
    return wrong_in(stage, [slowed])


def operator_skewed(*, minutes: float) -> Situation:
    """The operator's clock is ahead by so many minutes."""

    def act(stage: Stage) -> list[str]:
        stage.begin([SUCCESS, RETRY, CANCELLED, RESUMED, LOST_POD])
        with stage.operator.skewed(minutes=minutes):
            stage.create()
            stage.wait_until_over()
            return wrong_in(stage)

    return act


def operator_jumps(*, minutes: float) -> Situation:
    """Somebody sets the operator's clock while it runs, and the first thing after that is a look at those whose time would be over."""

    def act(stage: Stage) -> list[str]:
        stage.begin([IN_TIME, IN_TIME, RETRY, CANCELLED, RESUMED, LOST_POD])
        with stage.operator.skewed(minutes=minutes, later=True):
            stage.create()
            wait_until(lambda: "Running" in stage.open_ones().values(), what="something to run")
            stage.kubelet.frozen = True
            stage.wait_until_quiet()
            stage.operator.signal(signal.SIGUSR1)
            for name in (name for name, life in stage.names.items() if life is IN_TIME):
                stage.api.patch(f"{stage.executions}/{name}", {"metadata": {"annotations": {"touched": "yes"}}})
            stage.wait_until_quiet()
            stage.kubelet.frozen = False
            stage.wait_until_over()
            return wrong_in(stage)

    return act


def node_skewed(*, minutes: float) -> Situation:
    """The node's clock is ahead by so many minutes."""

    def act(stage: Stage) -> list[str]:
        stage.begin([SUCCESS, RETRY, CANCELLED, RESUMED, LOST_POD])
        stage.kubelet.skew = timedelta(minutes=minutes)
        stage.create()
        stage.wait_until_over()
        return wrong_in(stage)

    return act


def _keep_running_until_over(stage: Stage) -> None:
    while stage.open_ones():
        stage.keep_running()
        time.sleep(0.5)
    stage.wait_until_over()


def _templates(stage: Stage) -> str:
    return f"/apis/{labels.API_VERSION}/namespaces/{stage.namespace}/{labels.TEMPLATES}"
