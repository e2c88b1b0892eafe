"""Whether finished executions are kept: a history in a folder, and operators as their configuration has them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from glider.settings.model import StorageSettings
from glider.storage.store import Storage
from glider_client.checks import stores
from glider_client.checks.histories import check, check_access, read
from glider_client.cluster.operators import Operator
from glider_core.api.lifecycle import TtlAction
from glider_core.api.moments import format_time
from glider_core.api.policies import Policies
from glider_core.archive.index import Index
from glider_core.config import Config
from glider_core.config.history import History
from glider_core.history.rows import Row

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def operator(**config: Any) -> Operator:
    return Operator(namespace="system", name="glider", ready=1, wanted=1, config=Config(**config))


def ended(name: str, *, ago: timedelta = HOUR, instance: str = "") -> dict[str, Any]:
    labels = {"glider.dev/instance-id": instance} if instance else {}
    metadata = {"namespace": "a", "name": name, "uid": f"uid-{name}", "labels": labels}
    return {"metadata": metadata, "status": {"phase": "Succeeded", "completionTime": format_time(NOW - ago)}}


def lines(operators: Sequence[Operator], executions: Sequence[Any] = ()) -> list[str]:
    return [f"{one.status.upper()} {one.line}" for one in check(operators, read(operators, executions, now=NOW))]


@pytest.fixture
def prefix(tmp_path: Path) -> str:
    """A history that has one execution, `kept`."""
    uri = tmp_path.as_uri()
    row = Row(uid="uid-kept", namespace="a", name="kept", completed=format_time(NOW - HOUR) or "")
    Index(Storage(StorageSettings()), uri).append([row])
    return uri


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        pytest.param({}, [], id="nothing is deleted"),
        pytest.param(
            {"policies": Policies(ttl=24 * HOUR)},
            [
                "WARNING operator system/glider: finished executions are deleted after 1d, and nothing keeps them. "
                "Set history.enabled to keep them: docs/history.md."
            ],
            id="a TTL without history",
        ),
        pytest.param({"policies": Policies(ttl=24 * HOUR, ttl_action=TtlAction.COMPACT)}, [], id="what is compacted is kept"),
        pytest.param({"history": History(enabled=False, prefix="s3://b/h")}, [], id="a history of before"),
    ],
)
def test_without_history(config: dict[str, Any], expected: list[str]) -> None:
    assert lines([operator(**config)]) == expected


@pytest.mark.parametrize(
    ("executions", "expected"),
    [
        pytest.param([ended("kept")], "OK history P: it has all of 1 executions that ended more than 10m ago", id="it has all"),
        pytest.param(
            [ended("kept"), ended("lost"), ended("new", ago=timedelta(minutes=5)), ended("other", instance="x")],
            "PROBLEM history P: of 2 executions that ended more than 10m ago it lacks 1: a/lost. "
            "See why: kubectl -n system logs deployment/glider. "
            "The operator has to read, write, list and delete there: docs/history.md#permissions.",
            id="one is missing",
        ),
        pytest.param([], "OK history P: it has all of 0 executions that ended more than 10m ago", id="nothing has ended"),
    ],
)
def test_a_history_is_compared_with_what_has_ended(prefix: str, executions: list[Any], expected: str) -> None:
    found = lines([operator(history=History(enabled=True, prefix=prefix), policies=Policies(ttl=HOUR))], executions)
    assert [line.replace(prefix, "P") for line in found] == [expected]


def test_a_history_that_cannot_be_read_from_here_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "v1").write_text("a file where a folder should be")
    [line] = lines([operator(history=History(enabled=True, prefix=tmp_path.as_uri()))], [ended("any")])
    assert line.startswith(f"WARNING history {tmp_path.as_uri()}: it can't be read from here: ")


@pytest.mark.parametrize("prefix", ["bucket/x", "file:///tmp/x", "https://host/x", "s3://"])
def test_what_is_no_prefix_is_refused_before_anything_is_written(prefix: str) -> None:
    assert stores.read(prefix, lists=True).failed == "used"


def test_a_step_that_fails_is_a_problem() -> None:
    [one] = check_access(stores.Store(prefix="s3://b/h", failed="deleted", why="denied"))
    assert (one.status, one.message) == ("problem", "it can't be deleted: denied")
