"""What a probe's end means."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from glider_client.checks.probing import Ran, check
from glider_client.cluster.errors import ForbiddenError
from glider_core.api.moments import format_time

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
POD = {"spec": {"containers": [{"image": "python:3.11-slim"}]}}
STORE = {"prefix": "s3://b/raw", "failed": "", "why": ""}


def execution(phase: str | None, *, reason: str = "", message: str = "", error: str = "", **status: Any) -> dict[str, Any]:
    condition = {"type": "Succeeded", "reason": reason, "message": message}
    seen = {"phase": phase, "observedGeneration": 1, "conditions": [condition], **({"error": {"message": error}} if error else {})}
    return {"metadata": {"creationTimestamp": format_time(NOW)}, "status": (seen if phase else {}) | status}


def succeeded(*, skew: timedelta = timedelta(), **report: Any) -> dict[str, Any]:
    """A probe that ran for four seconds."""
    time = (NOW + timedelta(seconds=2) + skew).timestamp()
    found = {"python": "3.11.9", "time": time, "dns": "", "store": STORE, "statsd": None} | report
    end = format_time(NOW + timedelta(seconds=4))
    return execution("Succeeded", duration="3s", completionTime=end, outputs={"o0": json.dumps(found)})


def lines(ran: Ran) -> list[str]:
    return [f"{one.status.upper()} {one.line}" for one in check(ran)]


def test_one_where_all_is_well():
    assert lines(Ran(execution=succeeded(), pod=POD)) == [
        "OK a pod: python:3.11-slim: ran the probe in 3s",
        "OK Python in the pod: 3.11.9",
        "OK clock in the pod: the node's and the API server's agree",
        "OK DNS in the pod: it looks up the cluster's names",
        "OK store from the pod: s3://b/raw can be written and read",
        "OK statsd from the pod: none is configured",
    ]


@pytest.mark.parametrize(
    ("probe", "line"),
    [
        pytest.param(
            succeeded(dns="kubernetes.default.svc: Name or service not known"),
            "WARNING DNS in the pod: kubernetes.default.svc: Name or service not known. "
            "Check the cluster's DNS, unless all addresses are numbers.",
            id="no DNS",
        ),
        pytest.param(
            succeeded(skew=timedelta(minutes=-5)),
            "WARNING clock in the pod: the node's is 4m58s behind the API server's. "
            "Set it by NTP: stores refuse requests with another time.",
            id="a node's clock that is behind",
        ),
        pytest.param(
            succeeded(skew=timedelta(minutes=5)),
            "WARNING clock in the pod: the node's is 4m57s ahead of the API server's. "
            "Set it by NTP: stores refuse requests with another time.",
            id="a node's clock that is ahead",
        ),
        pytest.param(
            succeeded(store=None),
            "OK store from the pod: none is configured; outputs of up to 3 KiB travel in the execution",
            id="no store",
        ),
        pytest.param(
            succeeded(store=STORE | {"failed": "written", "why": "denied"}),
            "PROBLEM store from the pod: s3://b/raw can't be written: denied. "
            "Check the pod's credentials, such as taskPod.envFrom of the operator's configuration: docs/storage.md.",
            id="a store that can't be written",
        ),
        pytest.param(
            succeeded(store=STORE | {"failed": "deleted", "why": "denied"}),
            "WARNING store from the pod: s3://b/raw can be written and read, but not deleted: denied. Runs don't need that.",
            id="a store that keeps everything",
        ),
        pytest.param(
            succeeded(statsd={"address": "statsd:8125", "why": "Connection refused"}),
            "PROBLEM statsd from the pod: statsd:8125: Connection refused. "
            "Check statsd.host and statsd.port of the operator's configuration.",
            id="no statsd",
        ),
        pytest.param(
            succeeded(statsd={"address": "statsd:8125", "why": ""}),
            "OK statsd from the pod: statsd:8125 takes datagrams, or nothing refuses them",
            id="statsd",
        ),
        pytest.param(
            execution("Initializing", reason="ImagePullBackOff", message="Back-off pulling image python:3.11-slim"),
            "PROBLEM a pod: python:3.11-slim: the probe is Initializing; ImagePullBackOff: Back-off pulling image python:3.11-slim. "
            "Set defaultImage in the operator's configuration, or executor.image, to images that the nodes can pull.",
            id="an image that can't be pulled",
        ),
        pytest.param(
            execution("Failed", reason="UserError", message="no python3", error="no python3"),
            "PROBLEM a pod: python:3.11-slim: the probe is Failed; UserError: no python3. "
            "Correct what that names, and run this again; --timeout waits longer.",
            id="an image without Python",
        ),
    ],
)
def test_finds(probe: dict[str, Any], line: str):
    assert line in lines(Ran(execution=probe, pod=POD))


def test_one_that_takes_too_long():
    ran = Ran(execution=execution("Pending", reason="QuotaExceeded", message="no CPU left"), waited=120, late=True)
    assert lines(ran) == [
        "PROBLEM a pod: the probe is Pending after 120 s; QuotaExceeded: no CPU left. "
        "Correct what that names, and run this again; --timeout waits longer."
    ]


def test_one_that_no_operator_takes_up():
    assert lines(Ran(execution=execution(None), waited=120, late=True)) == [
        "PROBLEM a pod: the probe is Pending after 120 s. No operator took it up: see the operators above."
    ]


def test_one_that_can_not_be_started():
    assert lines(Ran(execution=ForbiddenError("no."))) == ["PROBLEM a pod: the probe can't be started: no."]


def test_one_that_somebody_deleted():
    assert lines(Ran(execution=None)) == ["PROBLEM a pod: somebody deleted the probe while it ran. Run this again."]
