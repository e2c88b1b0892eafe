from __future__ import annotations

import json
import logging
import socket
from collections.abc import Iterator

import pytest
from flytekit.configuration import StatsConfig
from flytekit.interfaces.stats import client as flytekit_client
from flytekit.interfaces.stats.taggable import get_stats

from glider.settings.model import Identity, LoggingSettings, StatsdSettings
from glider.telemetry.logs import setup_logging
from glider.telemetry.stats import user_stats
from glider.telemetry.stopwatch import Stopwatch

IDENTITY = Identity(task_project="Proj", task_domain="dom", task_name="mod.Task", execution_project="p", workflow="a.b|c:d")


class Sink:
    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(2)
        self.settings = StatsdSettings(host="127.0.0.1", port=self.socket.getsockname()[1], configured=True)

    def next(self) -> str:
        return self.socket.recv(4096).decode()


@pytest.fixture
def sink() -> Iterator[Sink]:
    sink = Sink()
    yield sink
    sink.socket.close()


def test_a_metric_has_flytekits_name_and_tags(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flytekit_client, "_stats_client", None)
    tags = {"exec_project": "p", "exec_domain": "", "exec_workflow": "a.b|c:d", "exec_launchplan": "", "api_version": "1_0"}
    cfg = StatsConfig(host=sink.settings.host, port=sink.settings.port)
    get_stats(cfg=cfg, prefix="Proj.dom.mod.Task.user_stats", tags=tags).incr("hits", tags={"mine": "x"})
    theirs = sink.next()
    user_stats(sink.settings, IDENTITY, api_version="1_0").incr("hits", tags={"mine": "x"})
    assert (
        sink.next() == theirs == "proj.dom.mod.task.user_stats.hits.__api_version=1_0.__exec_project=p.__exec_workflow=a_b_c_d.__mine=x:1|c"
    )


def test_every_kind_of_metric(sink: Sink) -> None:
    stats = user_stats(StatsdSettings(host=sink.settings.host, port=sink.settings.port, tags_disabled=True), IDENTITY, api_version="1")
    prefix = "proj.dom.mod.task.user_stats"
    stats.decr("a")
    stats.gauge("b", 2)
    stats.timing("c", 3)
    stats.set("d", "e")
    stats.get_stats("sub").incr("f", 5)
    assert [sink.next() for _ in range(5)] == [
        f"{prefix}.a:-1|c", f"{prefix}.b:2|g", f"{prefix}.c:3.000000|ms", f"{prefix}.d:e|s", f"{prefix}.sub.f:5|c",
    ]  # fmt: skip
    with stats.timer("g"):
        pass
    assert sink.next().startswith(f"{prefix}.g:")
    with stats.pipeline() as together:
        together.incr("h")
        together.incr("i")
    assert sink.next() == f"{prefix}.h:1|c\n{prefix}.i:1|c"


@pytest.fixture
def loggers() -> Iterator[None]:
    names = ("glider", "flytekit", "user_space", "developer")
    before = {name: (logging.getLogger(name).handlers[:], logging.getLogger(name).level) for name in names}
    yield
    for name, (handlers, level) in before.items():
        logging.getLogger(name).handlers[:] = handlers
        logging.getLogger(name).setLevel(level)


def test_json_records_carry_execution_and_attempt(loggers: None, capsys: pytest.CaptureFixture[str]) -> None:
    setup_logging(LoggingSettings(), execution="ns/run", attempt=2)
    logging.getLogger("user_space").info("hello %s", "you", extra={"size": 3})
    logging.getLogger("glider").info("not at this level")
    line = json.loads(capsys.readouterr().err)
    assert line.pop("asctime")
    assert line == {
        "name": "user_space", "levelname": "INFO", "message": "hello you", "execution": "ns/run", "attempt": 2, "size": 3,
    }  # fmt: skip


def test_an_exception_is_one_line_of_json(loggers: None, capsys: pytest.CaptureFixture[str]) -> None:
    setup_logging(LoggingSettings(), execution="e", attempt=0)
    try:
        raise ValueError("no")
    except ValueError:
        logging.getLogger("user_space").exception("failed")
    assert "ValueError: no" in json.loads(capsys.readouterr().err)["exc_info"]


def test_plain_records(loggers: None, capsys: pytest.CaptureFixture[str]) -> None:
    setup_logging(LoggingSettings(json=False, level=10), execution="e", attempt=0)
    logging.getLogger("glider").debug("now")
    assert capsys.readouterr().err == "[glider] now\n"


def test_phases_add_up_to_the_age_of_the_process() -> None:
    watch = Stopwatch()
    watch.enter("load")
    watch.enter("execute")
    timings = watch.milliseconds()
    assert list(timings) == ["start", "load", "execute"]
    assert timings["start"] > 0
