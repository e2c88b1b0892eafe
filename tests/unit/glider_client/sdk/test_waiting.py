"""Waiting for an execution, whatever becomes of the watch. The API server is a script here: none breaks off at a given moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

import pytest

from glider_client.cluster.client import Cluster, WatchEvent
from glider_client.cluster.errors import ClusterError, ExpiredError, ForbiddenError, TlsError, UnavailableError, UnreachableError
from glider_client.sdk.failures import WaitTimeoutError
from glider_client.sdk.waiting import PATIENCE, wait_until

Step = dict[str, Any] | None | Exception


def execution(phase: str) -> dict[str, Any]:
    return {"metadata": {"name": "hello", "namespace": "team-a", "uid": "u"}, "status": {"phase": phase}}


RUNNING, DONE = execution("Running"), execution("Succeeded")


class Script:
    """What a cluster answers: each connection is a list (its first step) and then the events of a watch. Time passes with each step."""

    def __init__(self, *connections: Sequence[Step]) -> None:
        self._connections = list(connections)
        self._watch: list[Step] = []
        self.now = 0.0
        self.pauses: list[float] = []
        self.queries: list[dict[str, str]] = []

    def get(self, path: str, *, query: dict[str, str]) -> dict[str, Any]:
        assert (path, query) == ("/apis/glider.dev/v1alpha1/namespaces/team-a/taskexecutions", {"fieldSelector": "metadata.name=hello"})
        self.now += 1
        first, *self._watch = self._connections.pop(0)
        found = self._or_raise(first)
        return {"metadata": {"resourceVersion": "7"}, "items": [] if found is None else [found]}

    def watch(self, path: str, *, resource_version: str, query: dict[str, str]) -> Iterator[WatchEvent]:
        assert resource_version == "7"
        self.queries.append(query)
        for step in self._watch:
            self.now += 1
            found = self._or_raise(step)
            yield WatchEvent("DELETED", RUNNING) if found is None else WatchEvent("MODIFIED", found)
        self.now += float(query["timeoutSeconds"]) if not self._watch else 0

    def _or_raise(self, step: Step) -> dict[str, Any] | None:
        if isinstance(step, Exception):
            raise step
        return step

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


def wait(script: Script, **options: Any) -> Any:
    return wait_until(
        cast(Cluster, script),
        namespace="team-a",
        name="hello",
        done=lambda seen: seen["status"]["phase"] == "Succeeded",
        clock=lambda: script.now,
        pause=script.pause,
        **options,
    )


BROKEN = UnreachableError("no answer")


@pytest.mark.parametrize(
    ("connections", "found"),
    [
        pytest.param([[DONE]], DONE, id="it is done already"),
        pytest.param([[RUNNING, RUNNING, DONE]], DONE, id="a watch reports it"),
        pytest.param([[RUNNING], [RUNNING, DONE]], DONE, id="the API server ends the watch"),
        pytest.param([[RUNNING, ExpiredError("too old")], [DONE]], DONE, id="the watch is too old"),
        pytest.param([[RUNNING, BROKEN], [BROKEN], [UnavailableError("not now")], [DONE]], DONE, id="the API server restarts"),
        pytest.param([[RUNNING, None]], None, id="somebody deletes it"),
        pytest.param([[RUNNING, BROKEN], [None]], None, id="somebody deletes it while nothing answers"),
        pytest.param([[None]], None, id="there is none"),
    ],
)
def test_waiting_ends_with(connections: list[list[Step]], found: Any):
    assert wait(Script(*connections)) == found


def test_pauses_grow_while_nothing_answers():
    script = Script([RUNNING, BROKEN], [BROKEN], [BROKEN], [RUNNING, BROKEN], [DONE])
    wait(script)
    assert script.pauses == [0.5, 1.0, 2.0, 0.5]


@pytest.mark.parametrize(
    ("connections", "known", "error"),
    [
        pytest.param([[BROKEN]], None, UnreachableError, id="an API server that has never answered"),
        pytest.param([[RUNNING, TlsError("another certificate")]], None, TlsError, id="one that isn't trusted"),
        pytest.param([[RUNNING, ForbiddenError("no")]], RUNNING, ForbiddenError, id="one that refuses"),
        pytest.param([[BROKEN]] * int(PATIENCE), RUNNING, UnreachableError, id="one that doesn't answer for long"),
    ],
)
def test_an_error_is_reported_for(connections: list[list[Step]], known: Any, error: type[ClusterError]):
    with pytest.raises(error):
        wait(Script(*connections), known=known)


def test_an_api_server_that_answered_before_is_waited_for():
    assert wait(Script([BROKEN], [DONE]), known=RUNNING) == DONE


def test_it_takes_longer_than_it_may():
    script = Script([RUNNING], [RUNNING])
    with pytest.raises(WaitTimeoutError) as caught:
        wait(script, timeout=20)
    assert str(caught.value) == "hello is Running after 20 s, and goes on"
    assert (caught.value.execution, caught.value.__cause__) == (RUNNING, None)
    assert script.queries == [{"fieldSelector": "metadata.name=hello", "timeoutSeconds": "20"}], "the API server ends the watch in time"


def test_a_timeout_names_what_went_wrong_last():
    with pytest.raises(WaitTimeoutError) as caught:
        wait(Script([RUNNING, BROKEN], *[[BROKEN]] * 20), timeout=5)
    assert caught.value.__cause__ is BROKEN


def test_a_timeout_of_0_reads_it_once():
    with pytest.raises(WaitTimeoutError):
        wait(Script([RUNNING]), timeout=0)
    assert wait(Script([DONE]), timeout=0) == DONE
