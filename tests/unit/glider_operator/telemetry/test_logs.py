"""Log lines for machines: each says which execution it is about, and which attempt of it."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from typing import Any

import kopf
import pytest

from glider_core.api.conditions import Condition
from glider_core.api.phases import Phase
from glider_core.api.status import Status
from glider_core.kube.errors import Unavailable
from glider_core.kube.watching import Watched, Watcher
from glider_core.reconcile.plan import Event
from glider_operator.controller.cluster import Cluster
from glider_operator.controller.recorder import EventRecorder
from glider_operator.sweep.kinds import Kind
from glider_operator.sweep.sweeper import Sweeper
from glider_operator.telemetry.logs import JsonFormatter, about, in_one_line
from tests.unit.glider_core.builders import SECOND, T0, execution_body, make_execution, pod_body
from tests.unit.glider_operator.controller.fakes import FakeCluster
from tests.unit.glider_operator.controller.harness import KEY, POD, Harness


def json_line(record: logging.LogRecord) -> dict[str, Any]:
    line: dict[str, Any] = json.loads(JsonFormatter().format(record))
    return line


class Lines(logging.Handler):
    """What is logged, formatted where it is said, as a stream handler does."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json_line(record))

    def saying(self, words: str) -> dict[str, Any]:
        return next(line for line in self.lines if words in line["message"])


@pytest.fixture
def said(caplog):
    caplog.set_level(logging.INFO)
    lines = Lines()
    logging.getLogger().addHandler(lines)
    yield lines
    logging.getLogger().removeHandler(lines)


def test_a_record_is_one_json_object():
    try:
        raise ValueError("boom")
    except ValueError:
        record = logging.LogRecord("glider", logging.WARNING, __file__, 1, "no %s", ("luck",), sys.exc_info())
    line = JsonFormatter().format(record)
    document = json.loads(line)
    assert "\n" not in line
    assert (document["level"], document["message"], document["logger"]) == ("warning", "no luck", "glider")
    assert "ValueError: boom" in document["exception"]
    assert "execution" not in document


async def test_what_a_task_says_is_about_its_attempt(said):
    async def look() -> None:
        about(make_execution(), attempt=3)
        logging.info("looking")

    await asyncio.create_task(look())
    logging.info("something else")
    assert (said.saying("looking")["execution"], said.saying("looking")["attempt"]) == ("default/divide", 3)
    assert "execution" not in said.saying("something else")


async def test_a_line_of_the_second_attempt_says_so_from_its_creation_on(said):
    harness = Harness(task={"retries": {"system": 1, "backoff": {"initial": "0s"}}} | execution_body()["spec"]["task"])
    await harness.reconcile()
    await harness.pod_becomes("running", phase="Running", startedAt="2026-01-31T12:00:01Z")
    harness.controller.watch_handlers.on_pod_deleted(harness.cluster.pods.pop(POD))
    await harness.reconcile()
    await harness.reconcile()
    assert said.saying("Retrying")["attempt"] == 0
    harness.cluster.failing[("create", "pods")] = Unavailable("no")
    queue = harness.controller.queue
    queue.start()
    harness.now += 60 * SECOND
    queue.add(KEY)
    await asyncio.sleep(0.05)
    await queue.close()
    assert said.saying("default/divide: no")["attempt"] == 1


async def test_an_event_that_cant_be_posted_names_its_execution(said):
    cluster = FakeCluster()
    cluster.failing[("create", "events")] = Unavailable("no")
    recorder = EventRecorder(Cluster(cluster), may_post=lambda: True)
    recorder.record(make_execution(), Event(reason="Created", message="", attempt=2), now=T0)
    await recorder.flush()
    line = said.saying("could not post the Event")
    assert (line["execution"], line["attempt"]) == ("default/divide", 2)


def cant_bear(_: Any) -> None:
    raise KeyError("a bug")


def test_an_object_that_no_listener_can_handle_names_the_execution_of_the_pod(said):
    transport: Any = FakeCluster()
    watched = Watched(resource="pods", namespace=None, selector="", saw=cant_bear, deleted=cant_bear, known=lambda: (), gone=lambda _: None)
    Watcher(transport, watched)._deliver(cant_bear, pod_body(make_execution()))
    assert said.saying("unexpected error")["execution"] == "default/divide"


async def test_what_a_sweep_fetches_and_nobody_can_bear_is_named_and_stops_no_sweep(said):
    class Server:
        async def send(self, request):
            body = execution_body()
            return body if request.verb == "get" else {"metadata": {}, "items": [body]}

    kind = Kind(resource="taskexecutions", selector="", known=lambda: {}, saw=cant_bear, gone=len)
    sweeper = Sweeper(Server(), [kind], namespaces=(None,), interval=60, live=lambda: [], requeue=lambda _: None, patience=0)
    assert await sweeper.sweep()
    assert said.saying("unexpected error")["execution"] == "default/divide"


def test_what_kopf_says_of_a_handlers_exception_names_the_execution(said):
    body = kopf.Body(execution_body())  # type: ignore[arg-type]
    kopf.LocalObjectLogger(body=body, settings=kopf.OperatorSettings()).error("Handler failed")
    assert said.saying("Handler failed")["execution"] == "default/divide"


@pytest.mark.parametrize(
    ("status", "line"),
    [
        pytest.param(
            Status(phase=Phase.RUNNING, condition=Condition(reason="Running", message="Attempt 0, pod divide-a0.")),
            "Running: Attempt 0, pod divide-a0.",
            id="a reason that says no more than the phase is left out",
        ),
        pytest.param(
            Status(phase=Phase.FAILED, condition=Condition(reason="UserError", message="Attempt 0 failed: ValueError: boom")),
            "Failed (UserError): Attempt 0 failed: ValueError: boom",
            id="a failure with its cause",
        ),
        pytest.param(
            Status(phase=Phase.QUEUED, condition=Condition(reason="Unschedulable", message="0/1 nodes:\n  too small")),
            "Queued (Unschedulable): 0/1 nodes: too small",
            id="one line",
        ),
        pytest.param(Status(phase=Phase.PENDING, condition=Condition()), "Pending", id="nothing is known yet"),
    ],
)
def test_a_status_in_one_line(status, line):
    assert in_one_line(status) == line


def test_a_line_is_no_page():
    assert len(in_one_line(Status(condition=Condition(message="word " * 1_000)))) < 600
