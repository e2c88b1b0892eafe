"""The executor's own metrics, as a statsd server gets them."""

from __future__ import annotations

import pytest

from glider.settings.model import Identity
from glider.telemetry.metrics import METRICS, MOST_BYTES, datagrams
from glider.telemetry.stopwatch import PHASES
from glider.wire.errors import Kind, Origin, TaskError
from glider.wire.summary import Summary, Usage
from tests.unit.glider.support import StatsdSink, Workspace

USAGE = Usage(timings=dict.fromkeys(PHASES, 5), peak_memory_bytes=7, cpu_seconds=0.25, bytes_in=3, bytes_out=4)
ERROR = TaskError(code="USER:My code!", kind=Kind.NON_RECOVERABLE, origin=Origin.USER, message="no")


def lines(ended: Summary, *, identity: Identity | None = None, tags_disabled: bool = True) -> list[str]:
    found = datagrams(ended, identity or Identity(task_name="t"), tags_disabled=tags_disabled, api_version="1")
    return [line for datagram in found for line in datagram.decode().split("\n")]


def test_a_success() -> None:
    assert lines(Summary(usage=USAGE, error=None)) == [
        *[f"..t.executor.{phase}:5|ms" for phase in ("start", "load", "download", "convert", "execute", "upload")],
        "..t.executor.total:30|ms",
        "..t.executor.cpu:250|ms",
        "..t.executor.peak_memory_bytes:7|g",
        "..t.executor.bytes_in:3|c",
        "..t.executor.bytes_out:4|c",
        "..t.executor.succeeded:1|c",
    ]


def test_a_failure_says_what_it_was_in_its_tags() -> None:
    (failed,) = [line for line in lines(Summary(usage=USAGE, error=ERROR), tags_disabled=False) if "failed" in line]
    assert failed == "..t.executor.failed.__api_version=1.__code=USER_My_code_.__kind=NON_RECOVERABLE.__origin=USER:1|c"
    assert "..t.executor.failed:1|c" in lines(Summary(usage=USAGE, error=ERROR))


def test_the_table_of_metrics_is_what_is_sent() -> None:
    both = {*lines(Summary(usage=USAGE, error=None)), *lines(Summary(usage=USAGE, error=ERROR))}
    assert {line.rpartition(".")[2].partition(":")[0]: line.rpartition("|")[2] for line in both} == dict(METRICS)


@pytest.mark.parametrize("length", [1, 100, 300, 1100, 5000], ids=lambda length: f"names of {length} characters")
def test_no_datagram_is_larger_than_a_packet(length: int) -> None:
    identity = Identity(task_name="t" * min(length, 1000), workflow="w" * length, launch_plan="l" * length)
    found = list(datagrams(Summary(usage=USAGE, error=ERROR), identity, tags_disabled=False, api_version="1"))
    assert all(len(datagram) <= MOST_BYTES for datagram in found)
    assert sum(datagram.count(b"\n") + 1 for datagram in found) == 12


def test_names_that_no_packet_holds_are_not_sent() -> None:
    assert list(datagrams(Summary(usage=USAGE, error=None), Identity(task_name="t" * 5000), tags_disabled=False, api_version="1")) == []


@pytest.mark.parametrize(
    ("source", "outcome"),
    [
        pytest.param("def main() -> int:\n    return 1\n", "succeeded", id="a success"),
        pytest.param("def main() -> int:\n    return 1 // 0\n", "failed", id="a failure"),
        pytest.param("import os, signal\ndef main() -> int:\n    os.kill(os.getpid(), 15)\n    signal.pause()\n", "failed", id="SIGTERM"),
    ],
)
def test_an_attempt_sends_them_once(workspace: Workspace, sink: StatsdSink, source: str, outcome: str) -> None:
    workspace.write(source)
    workspace.environment |= {"FLYTE_STATSD_HOST": "localhost", "FLYTE_STATSD_PORT": str(sink.port), "_F_TK_NM": "app.main"}
    summary = workspace.run().summary
    assert summary is not None
    found = {line.partition(".__")[0].removeprefix("..app.main.executor."): line for part in sink.all() for line in part.split("\n")}
    assert set(found) == {*summary.usage.timings, "total", "cpu", "peak_memory_bytes", "bytes_in", "bytes_out", outcome}
    assert found["execute"].endswith(f":{summary.usage.timings['execute']}|ms")
    assert found["peak_memory_bytes"].endswith(f":{summary.usage.peak_memory_bytes}|g")


def test_an_attempt_whose_process_was_killed_is_counted_too(workspace: Workspace, sink: StatsdSink) -> None:
    workspace.write("import os, signal\ndef main() -> int:\n    os.kill(os.getpid(), signal.SIGKILL)\n    return 1\n")
    workspace.environment |= {"FLYTE_STATSD_PORT": str(sink.port), "_F_TK_NM": "app.main"}
    summary = workspace.run().summary
    assert summary is not None and summary.error is not None
    assert summary.usage.cpu_seconds > 0.01
    assert summary.usage.peak_memory_bytes > 5_000_000
    found = [line.removeprefix("..app.main.executor.") for part in sink.all() for line in part.split("\n")]
    assert f"failed.__api_version=0_1_0.__code={summary.error.code}.__kind=RECOVERABLE.__origin=USER:1|c" in found
    assert f"cpu.__api_version=0_1_0:{round(summary.usage.cpu_seconds * 1000)}|ms" in found


@pytest.mark.parametrize("host", ["no.such.host.invalid", "127.0.0.1"], ids=["no such host", "nobody listens"])
def test_a_dead_sink_changes_no_outcome(workspace: Workspace, host: str) -> None:
    workspace.write("import glider\ndef main() -> int:\n    glider.current_context().stats.incr('x')\n    return 1\n")
    workspace.environment |= {"FLYTE_STATSD_HOST": host, "FLYTE_STATSD_PORT": "9"}
    ended = workspace.run()
    assert (ended.exit_code, ended.error) == (0, None)
    assert ended.summary is not None and ended.summary.error is None


def test_nothing_is_sent_where_nobody_named_a_sink(workspace: Workspace) -> None:
    workspace.write("import sys\ndef main() -> bool:\n    return 'socket' in sys.modules or 'statsd' in sys.modules\n")
    ended = workspace.run()
    assert ended.outputs is not None
    assert ended.outputs.literals["o0"].scalar.primitive.boolean is False
