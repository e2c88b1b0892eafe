"""What is found out about the API server, the user and the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from glider_client.checks.server import Server, check
from glider_client.cluster.errors import ForbiddenError, UnreachableError
from glider_core.api.moments import format_time

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


def lines(*, version: Any = None, review: Any = None, skew: timedelta = timedelta()) -> list[str]:
    """The checks of a server whose clock is ahead by `skew`."""
    own = {"metadata": {"creationTimestamp": format_time(NOW + skew)}, "status": {"userInfo": {"username": "ann"}}}
    server = Server(
        address="https://host",
        context="dev",
        version={"gitVersion": "v1.34.1"} if version is None else version,
        review=own if review is None else review,
        asked=NOW,
        answered=NOW + timedelta(milliseconds=20),
    )
    return [f"{one.status.upper()} {one.line}" for one in check(server)]


def test_a_server_that_answers():
    assert lines() == [
        "OK API server: https://host (context 'dev') answers",
        "OK Kubernetes: v1.34.1",
        "OK client: glider 0.1.0",
        "OK user: ann",
        "OK clock: this machine's and the API server's agree",
    ]


def test_a_server_that_does_not_answer_is_the_only_line():
    assert lines(version=UnreachableError("no answer from https://host. Check the context.")) == [
        "PROBLEM API server: no answer from https://host. Check the context."
    ]


@pytest.mark.parametrize(
    ("answers", "line"),
    [
        pytest.param(
            {"version": {"gitVersion": "v1.30.9-eks-1"}},
            "PROBLEM Kubernetes: expected 1.31 or newer, found v1.30.9-eks-1. Upgrade the cluster.",
            id="an old Kubernetes",
        ),
        pytest.param(
            {"version": {}}, "WARNING Kubernetes: its version is not reported. Glider needs 1.31 or newer.", id="a server without a version"
        ),
        pytest.param({"review": ForbiddenError("no")}, "WARNING user: not checked, since no", id="a user who may not ask who they are"),
        pytest.param({"review": {}}, "WARNING user: the API server doesn't report who you are", id="no answer to who the user is"),
        pytest.param(
            {"skew": timedelta(minutes=10)},
            "WARNING clock: this machine's is 10m behind the API server's. Set it by NTP: credentials expire by it.",
            id="a clock that is behind",
        ),
        pytest.param(
            {"skew": timedelta(minutes=-10)},
            "WARNING clock: this machine's is 9m59s ahead of the API server's. Set it by NTP: credentials expire by it.",
            id="a clock that is ahead",
        ),
        pytest.param(
            {"skew": timedelta(seconds=29)}, "OK clock: this machine's and the API server's agree", id="half a minute makes no difference"
        ),
    ],
)
def test_finds(answers: dict[str, Any], line: str):
    assert line in lines(**answers)
