"""What the operator keeps is bounded by what lives, and what it has to tell is bounded too."""

from __future__ import annotations

import asyncio
import copy
import gc
import tracemalloc
from dataclasses import replace
from typing import Any

import pytest

from glider_core.config import Config
from glider_core.kube.errors import Forbidden, NotFound
from glider_core.kube.throttle import TokenBucket
from glider_core.reconcile.plan import Event
from glider_core.render.references import Reference, ReferenceKind
from glider_operator.controller.cluster import Cluster
from glider_operator.controller.controller import Controller
from glider_operator.controller.recorder import EventRecorder
from glider_operator.controller.references import MOST, References
from glider_operator.queue import RetryLater
from tests.unit.glider_core.builders import MINUTE, T0, container_status, execution_body, make_execution, pod_body, task_document
from tests.unit.glider_operator.controller.fakes import FakeCluster

OVER = {"phase": "Succeeded", "completionTime": "2026-01-31T12:00:05Z"}


def controller() -> Controller:
    return Controller(Cluster(FakeCluster()), Config(), clock=lambda: T0)


def body(number: int, *, over: bool = False, version: int = 1, **spec):
    made = execution_body(name=f"e{number}", uid=f"{number:08}-0000", status=copy.deepcopy(OVER) if over else None, **spec)
    made["metadata"]["resourceVersion"] = str(version)
    return made


@pytest.mark.parametrize(
    ("spec", "most"), [pytest.param({}, 4, id="without a TTL"), pytest.param({"ttlSecondsAfterFinished": 3_600}, 2_048, id="with one")]
)
async def test_what_an_execution_that_is_over_costs_at_most(spec, most):
    made, count = controller(), 2_000
    gc.collect()
    tracemalloc.start()
    for number in range(count):
        made.watch_handlers.on_execution(body(number, over=True, env=[{"name": "X", "value": "x" * 5_000}], **spec))
        await made.reconcile(("default", f"e{number}"))
    made.queue._ready._lines.clear()
    made.queue._queued_at.clear()
    gc.collect()
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert used / count < most
    assert len(made.caches.executions) == (count if spec else 0)


async def test_an_execution_that_ends_is_forgotten_when_its_pods_are_gone():
    made, count = controller(), 1_000
    for number in range(count):
        made.watch_handlers.on_execution(body(number, over=True))
        await made.reconcile(("default", f"e{number}"))
    assert len(made.caches.executions) == 0
    assert not (
        made.caches.pods._known or made.caches.resolutions._known or made.caches.templates._waiting or made.caches.templates._waits_for
    )


async def test_a_live_execution_costs_less_than_twenty_kilobytes_however_much_is_told_of_its_pod():
    made, count = controller(), 20
    pods = [pod_body(make_execution(name=f"e{number}", uid=f"{number:08}-0000")) for number in range(count)]
    gc.collect()
    tracemalloc.start()
    for number in range(count):
        made.watch_handlers.on_execution(body(number))
        for version in range(20):
            told = copy.deepcopy(pods[number])
            told["metadata"] |= {"resourceVersion": str(version), "managedFields": [{"manager": "x" * 5_000}]}
            told["status"]["conditions"] = [{"type": "PodScheduled", "status": "False", "message": f"told {version}"}]
            made.watch_handlers.on_pod(told)
        await made.reconcile(("default", f"e{number}"))
    gc.collect()
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert used / count < 20 * 1_024


async def test_executions_that_come_and_go_leave_nothing():
    made = controller()
    for number in range(300):
        one = body(number, taskRef={"name": "nowhere"})
        key = ("default", f"e{number}")
        made.watch_handlers.on_execution(one)
        await made.reconcile(key)
        pod = pod_body(make_execution(name=f"e{number}", uid=f"{number:08}-0000"))
        made.watch_handlers.on_pod(pod)
        if number % 2:
            made.watch_handlers.on_execution(body(number, over=True, version=2))
        made.watch_handlers.on_execution_left(one)
        made.watch_handlers.on_pod_deleted(pod)
        await made.reconcile(key)  # at one that is over, whether its pod is there
        await made.reconcile(key)
    assert len(made.caches.executions) == 0
    assert list(made.caches.executions.live()) == []
    assert made.caches.executions.versions() == {}
    assert not (
        made.caches.pods._known or made.caches.resolutions._known or made.caches.templates._waiting or made.caches.templates._waits_for
    )
    assert made.queue.counts()["later"] == 0
    assert len(made.caches.admission._lines) == 0


@pytest.mark.parametrize("ends", [False, True], ids=["it goes", "it is cancelled"])
async def test_an_execution_whose_pod_was_refused_leaves_nothing(ends):
    cluster = FakeCluster()
    made, one = Controller(Cluster(cluster), Config(), clock=lambda: T0), body(1)
    cluster.executions["e1"] = copy.deepcopy(one)
    made.watch_handlers.on_execution(one)
    cluster.failing["create", "pods"] = Forbidden("exceeded quota: pods", quota=True)
    with pytest.raises(RetryLater):
        await made.reconcile(("default", "e1"))
    assert len(made.caches.refusals) == 1
    last = copy.deepcopy(cluster.executions["e1"])
    cluster._version += 1
    last["metadata"]["resourceVersion"] = str(cluster._version)
    if ends:
        last["spec"]["cancel"] = True
        cluster.executions["e1"] = copy.deepcopy(last)
        made.watch_handlers.on_execution(last)
        await made.reconcile(("default", "e1"))
    else:
        made.watch_handlers.on_execution_left(last)
    assert len(made.caches.refusals) == 0
    assert not made.caches.admission._places


@pytest.mark.parametrize("call", [("get", "pods"), ("create", "pods"), ("list", "events"), ("delete", "pods")], ids=" ".join)
async def test_executions_that_go_while_they_are_looked_at_leave_nothing(call):
    class Leaving(FakeCluster):
        """Whose execution goes while the call is on its way."""

        async def send(self, request):
            if (request.verb, request.resource) == call:
                made.watch_handlers.on_execution_left({"metadata": one["metadata"] | {"resourceVersion": "9000"}})
            return await super().send(request)

    cluster, now = Leaving(), T0
    cluster.graceful = True
    made = Controller(Cluster(cluster), Config(), clock=lambda: now)
    attempts = [{"number": 0, "podName": "e1-00000001-a0"}] if call == ("get", "pods") else []
    one = body(1, cancel=call == ("delete", "pods"), timeouts={"total": "9h"})
    one["status"] = {"phase": "Pending", "attempts": attempts}
    cluster.executions["e1"] = copy.deepcopy(one)
    made.watch_handlers.on_execution(one)
    pod = pod_body(
        make_execution(name="e1", uid="00000001-0000"), containerStatuses=[container_status("waiting", reason="ContainerCreating")]
    )
    pod["spec"]["nodeName"] = "node-1"
    if call[0] in ("list", "delete"):
        cluster.pods[pod["metadata"]["name"]] = pod
        made.watch_handlers.on_pod(pod)
        now += MINUTE
    await made.reconcile(("default", "e1"))
    made.watch_handlers.on_pod_deleted(pod)
    assert call in cluster.calls
    assert not (made.caches.pods._known or made.caches.resolutions._known or made.caches.admission._places)
    assert made.queue.counts()["later"] == 0


async def test_templates_that_come_and_go_leave_nothing_but_one_of_the_same_name_stays():
    made = controller()
    old = {"metadata": {"namespace": "n", "name": "t", "uid": "1", "resourceVersion": "1"}, "spec": task_document()}
    new = copy.deepcopy(old)
    new["metadata"]["uid"] = "2"
    made.watch_handlers.on_template(old)
    made.watch_handlers.on_template(new)
    made.watch_handlers.on_template_deleted(old)
    assert list(made.caches.templates.of("n")) == ["t"]
    made.watch_handlers.on_template_deleted(new)
    assert not (made.caches.templates._specs or made.caches.templates._known or made.caches.templates._uids)


def recorder_of(cluster: Any) -> EventRecorder:
    return EventRecorder(Cluster(cluster), may_post=TokenBucket(qps=1, burst=1).try_take)


def warn(recorder: EventRecorder, reason: str, *, namespace: str = "default") -> None:
    recorder.record(replace(make_execution(), namespace=namespace), Event(reason=reason, message="", warning=True), now=T0)


async def test_more_news_of_a_namespace_than_can_be_told_lose_the_oldest_of_its_own():
    cluster = FakeCluster()
    recorder = recorder_of(cluster)
    warn(recorder, "Other", namespace="other")
    for number in range(600):
        warn(recorder, f"R{number}")
    await recorder.flush()
    told = [reason for reason in cluster.events if reason != "Other"]
    assert "Other" in cluster.events
    assert (len(told), told[0], told[-1]) == (500, "R100", "R599")


async def test_more_news_than_can_be_told_lose_the_oldest_of_the_namespace_that_has_most():
    cluster = FakeCluster()
    recorder = recorder_of(cluster)
    for number in range(500):
        for namespace in "abcd":
            warn(recorder, f"{namespace}{number}", namespace=namespace)
    for number in range(10):
        warn(recorder, f"e{number}", namespace="e")
    await recorder.flush()
    assert len(cluster.events) == 2_000
    assert [reason for reason in cluster.events if reason.startswith("e")] == [f"e{number}" for number in range(10)]
    assert recorder.state() == {"waiting": 0, "posting": 0}


async def test_a_namespace_whose_webhook_hangs_does_not_delay_what_others_have_to_tell():
    class Hanging(FakeCluster):
        async def send(self, request):
            if request.body["metadata"]["namespace"] == "slow":
                await asyncio.sleep(60)
            return await super().send(request)

    cluster = Hanging()
    recorder = recorder_of(cluster)
    recorder.start()
    for number in range(1_000):
        warn(recorder, f"S{number}", namespace="slow")
    warn(recorder, "Fast", namespace="fast")
    await asyncio.sleep(0.05)
    assert cluster.events == ["Fast"]
    assert recorder.state() == {"waiting": 496, "posting": 4}
    await recorder.close(flush=False)


async def test_the_last_words_are_waited_for_but_not_for_long(monkeypatch):
    monkeypatch.setattr("glider_operator.controller.recorder._FLUSH_TIMEOUT", 1.0)

    class Slow(FakeCluster):
        async def send(self, request):
            await asyncio.sleep(60 if request.body["metadata"]["namespace"] == "dead" else 0.01)
            return await super().send(request)

    cluster = Slow()
    recorder = recorder_of(cluster)
    recorder.start()
    for number in range(20):
        warn(recorder, f"D{number}", namespace="dead")
        warn(recorder, f"L{number}", namespace="alive")
    await recorder.close()
    assert cluster.events == [f"L{number}" for number in range(20)]


async def test_normal_news_have_a_budget_and_warnings_none():
    cluster, now = FakeCluster(), 0.0
    recorder = EventRecorder(Cluster(cluster), may_post=TokenBucket(qps=2, burst=3, clock=lambda: now).try_take)
    for number in range(10):
        recorder.record(make_execution(), Event(reason=f"N{number}", message=""), now=T0)
        recorder.record(make_execution(), Event(reason=f"W{number}", message="", warning=True), now=T0)
    now = 1.0
    for number in range(10, 20):
        recorder.record(make_execution(), Event(reason=f"N{number}", message=""), now=T0)
    await recorder.flush()
    assert [reason for reason in cluster.events if reason.startswith("N")] == ["N0", "N1", "N2", "N10", "N11"]
    assert [reason for reason in cluster.events if reason.startswith("W")] == [f"W{number}" for number in range(10)]


async def test_who_may_not_speak_any_more_says_nothing():
    cluster = FakeCluster()
    recorder = EventRecorder(Cluster(cluster), may_post=TokenBucket(qps=1, burst=1).try_take)
    recorder.start()
    recorder.record(make_execution(), Event(reason="Late", message=""), now=T0)
    await recorder.close(flush=False)
    assert cluster.events == []


async def test_a_million_secrets_are_not_remembered():
    class Secrets:
        async def send(self, request):
            if request.resource != "secrets":
                raise NotFound(request.resource)
            return {"data": {}}

    lookups = References(Secrets(), clock=lambda: 0.0)
    for number in range(MOST + 100):
        await lookups.require("default", [Reference(kind=ReferenceKind.SECRET, name=f"s{number}")])
    assert len(lookups._keys) <= MOST
