"""A task's statsd handle: names and datagrams are flytekit's, and a sink that isn't there hurts nobody."""

from __future__ import annotations

import os
import socket
import threading

import pytest
from flytekit.configuration import StatsConfig
from flytekit.interfaces.stats import client as flytekit_client
from flytekit.interfaces.stats.taggable import get_stats

from glider.settings.model import Identity, StatsdSettings
from glider.telemetry.sink import Sink
from glider.telemetry.stats import user_stats
from tests.unit.glider.support import StatsdSink, Workspace

IDENTITY = Identity(task_project="Proj", task_domain="dom", task_name="mod.Task", execution_project="p", workflow="a.b|c:d")
PREFIX = "proj.dom.mod.task.user_stats"
EVERY_CALL = """
from flytekit import current_context, task

@task
def main() -> int:
    stats = current_context().stats
    stats.incr("hits")
    stats.incr("hits", 3, tags={"mine": "a|b.c:d", "empty": ""})
    stats.incr("hits", tags={"ä": "x"})
    stats.decr("hits", 2)
    stats.gauge("level", 4.5, tags={"z": 1})
    stats.gauge("level", -4)
    stats.gauge("level", -1, delta=True)
    stats.timing("took", 12)
    stats.set("users", "me")
    stats.incr("host", per_host=True)
    stats.extend_tags({"more": "yes"})
    stats.incr("tagged")
    with stats.pipeline() as together:
        together.incr("one")
        together.timing("two", 2.5)
    stats.clear_tags()
    stats.incr("bare")
    return 1
"""


@pytest.mark.parametrize("disable_tags", ["", "true"], ids=["with tags", "without tags"])
def test_a_tasks_datagrams_are_flytekits_byte_for_byte(workspace: Workspace, sink: StatsdSink, disable_tags: str) -> None:
    workspace.write(EVERY_CALL)
    workspace.environment |= {
        "FLYTE_SECRETS_HOST": "localhost",
        "FLYTE_SECRETS_PORT": str(sink.port),
        "FLYTE_SECRETS_DISABLE_TAGS": disable_tags,
    }
    workspace.environment |= {"_F_TK_PRJ": "Proj", "_F_TK_DM": "dev", "_F_TK_NM": "app.main", "_F_PRJ": "p", "_F_WF": "w.f", "_F_NM": "run"}
    assert workspace.run(program="pyflyte-execute").exit_code == 0
    theirs = sink.all()
    assert len(theirs) == 13
    assert workspace.run().outputs is not None
    assert [datagram for datagram in sink.all() if ".executor." not in datagram] == theirs


@pytest.mark.parametrize(
    ("environment", "sends"),
    [
        pytest.param({"FLYTE_SECRETS_HOST": "HOST", "FLYTE_SECRETS_PORT": "PORT"}, True, id="the names that flytekit reads"),
        pytest.param({"FLYTE_STATSD_HOST": "HOST", "FLYTE_STATSD_PORT": "PORT"}, True, id="the names that it means"),
        pytest.param(
            {"FLYTE_STATSD_HOST": "HOST", "FLYTE_STATSD_PORT": "PORT", "FLYTE_SECRETS_HOST": "127.9.9.9", "FLYTE_SECRETS_PORT": "9"},
            True,
            id="of both, FLYTE_STATSD_ wins",
        ),
        pytest.param({"FLYTE_SECRETS_PORT": "PORT", "FLYTE_SECRETS_DISABLED": "true"}, False, id="disabled"),
        pytest.param({"FLYTE_SECRETS_PORT": "PORT", "FLYTE_STATSD_DISABLED": "1"}, False, id="disabled by the other name"),
        pytest.param(
            {"FLYTE_SECRETS_PORT": "PORT", "FLYTE_SECRETS_DISABLED": "1", "FLYTE_STATSD_DISABLED": "0"}, True, id="not disabled wins"
        ),
    ],
)
def test_where_metrics_go(workspace: Workspace, sink: StatsdSink, environment: dict[str, str], sends: bool) -> None:
    workspace.write("import glider\ndef main() -> int:\n    glider.current_context().stats.incr('hits')\n    return 1\n")
    workspace.environment |= {
        name: value.replace("HOST", "127.0.0.1").replace("PORT", str(sink.port)) for name, value in environment.items()
    }
    assert workspace.run().outputs is not None
    names = [line.partition(".__")[0] for datagram in sink.all() for line in datagram.splitlines()]
    assert ("...user_stats.hits" in names, "...executor.succeeded" in names) == (sends, sends)


def test_a_handle_has_flytekits_prefix_and_tags(sink: StatsdSink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flytekit_client, "_stats_client", None)
    tags = {"exec_project": "p", "exec_domain": "", "exec_workflow": "a.b|c:d", "exec_launchplan": "", "api_version": "1_0"}
    theirs = get_stats(cfg=StatsConfig(host="127.0.0.1", port=sink.port), prefix="Proj.dom.mod.Task.user_stats", tags=tags)
    ours = user_stats(sink.settings, IDENTITY, api_version="1_0")
    for stats in (theirs, ours):
        stats.incr("hits", tags={"mine": "x"})
        assert sink.next() == f"{PREFIX}.hits.__api_version=1_0.__exec_project=p.__exec_workflow=a_b_c_d.__mine=x:1|c"
    assert ours.full_prefix == theirs.full_prefix == PREFIX
    flytekit_client._stats_client._sock.close()


@pytest.mark.parametrize("method", ["get_stats", "scope"])
def test_scopes_work_where_flytekits_raise(sink: StatsdSink, method: str) -> None:
    stats = user_stats(sink.settings, IDENTITY, api_version="1")
    below = getattr(getattr(stats, method)("sub"), method)("Deeper")
    below.incr("f", 5, tags={"k": "v"})
    assert sink.next() == f"{PREFIX}.sub.Deeper.f.__api_version=1.__exec_project=p.__exec_workflow=a_b_c_d.__k=v:5|c"
    assert below.full_prefix == f"{PREFIX}.sub.Deeper"
    below.extend_tags({"own": "1"})
    stats.incr("g")
    assert "__own" not in sink.next()
    stats.get_stats("sub", copy_tags=False).incr("h")
    assert sink.next() == f"{PREFIX}.sub.h:1|c"


def test_timers_and_pipelines(sink: StatsdSink) -> None:
    stats = user_stats(StatsdSettings(host="127.0.0.1", port=sink.port, tags_disabled=True), IDENTITY, api_version="1")
    with stats.timer("g"):
        pass
    assert sink.next().startswith(f"{PREFIX}.g:")

    @stats.timer("decorated")
    def decorated() -> int:
        return 3

    assert decorated() == 3
    assert sink.next().startswith(f"{PREFIX}.decorated:")
    with stats.pipeline() as together:
        together.incr("h")
        together.incr("i")
    assert sink.next() == f"{PREFIX}.h:1|c\n{PREFIX}.i:1|c"
    with stats.pipeline() as together:
        for number in range(100):
            together.incr(f"many{number}")
    assert all(len(datagram) <= 512 for datagram in sink.all())


def test_what_is_not_ascii_fails_no_task(sink: StatsdSink) -> None:
    user_stats(sink.settings, Identity(task_name="größe"), api_version="1").incr("x")
    assert sink.next() == "..gr??e.user_stats.x.__api_version=1:1|c"


def test_nobody_waits_for_a_name_server(sink: StatsdSink, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fake resolver, since no real one can be made to hang."""
    answer = threading.Event()
    real = socket.getaddrinfo

    def slow(host: str, *arguments: object, **options: object) -> object:
        if options.get("flags"):
            raise socket.gaierror("not a number")
        answer.wait(30)
        return real("127.0.0.1", *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    target = Sink("statsd.example", sink.port)
    target.send(b"a")
    target.send(b"b")
    target.flush(0.01)
    assert sink.all() == []
    answer.set()
    target.flush(30)
    target.send(b"c")
    assert [sink.next() for _ in range(3)] == ["a", "b", "c"]
    assert target._socket is not None
    target._socket.close()


@pytest.mark.parametrize("host", ["::1", "[::1]"])
def test_metrics_go_by_ipv6_too(host: str) -> None:
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as server:
        server.bind(("::1", 0))
        server.settimeout(5)
        target = Sink(host, server.getsockname()[1])
        target.send(b"a")
        assert server.recv(10) == b"a"
        assert target._socket is not None
        target._socket.close()


@pytest.mark.parametrize("host", ["no.such.host.invalid", "bad..name", "x" * 300, "255.255.255.255", "::1"])
def test_a_sink_that_is_not_there_never_hurts(host: str) -> None:
    stats = user_stats(StatsdSettings(host=host, configured=True), IDENTITY, api_version="1")
    for _ in range(3):
        stats.incr("x")


def test_a_forked_child_has_metrics_of_its_own(sink: StatsdSink) -> None:
    stats = user_stats(sink.settings, IDENTITY, api_version="1")
    pid = os.fork()
    if pid == 0:
        stats.incr("child")
        os._exit(0)
    os.waitpid(pid, 0)
    assert ".child." in sink.next()
