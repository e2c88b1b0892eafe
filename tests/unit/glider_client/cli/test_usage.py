"""`glider usage` and `glider recommend`, over a history in a folder and without a cluster."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from glider.settings.model import StorageSettings
from glider.storage.errors import AccessDeniedError
from glider.storage.store import Storage
from glider_client.cli.glider import main
from glider_core.api.moments import format_time
from glider_core.archive.index import Index
from glider_core.history.rows import Row

GIB = 1 << 30


def row(number: int, *, days: int = 0, **fields: Any) -> Row:
    usual: dict[str, Any] = {
        "namespace": "default", "phase": "Succeeded", "task": "app.train", "template": "train-v1", "version": "v1", "attempts": 1,
        "memory_request": 2 * GIB, "memory_limit": 2 * GIB, "peak_memory": GIB // 4, "cpu_request": 2.0, "cpu_limit": 2.0,
        "cpu_seconds": 1800.0, "run_seconds": 3600.0, "wait_seconds": 3.0, "labels": {"team": "a"},
    }  # fmt: skip
    completed = format_time(datetime.now(UTC) - timedelta(days=days)) or ""
    return Row(uid=f"{number:08x}", name=f"run-{number}", completed=completed, **(usual | fields))


@pytest.fixture
def prefix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("KUBECONFIG", "/nonexistent")
    uri = (tmp_path / "history").as_uri()
    other: dict[str, Any] = {"task": "app.eval", "template": "", "labels": {}, "phase": "Failed", "reason": "UserError"}
    rows = [row(1), row(2, days=3), row(3, namespace="b"), row(4, days=40), row(5, **other)]
    Index(Storage(StorageSettings()), uri).append(rows)
    return uri


def glider(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_usage_by_task_is_that_of_the_last_thirty_days(prefix: str) -> None:
    result = glider("usage", "--history-prefix", prefix)
    assert result.exit_code == 0, result.output
    header, train, evaluation, total = (line.split() for line in result.stdout.splitlines())
    assert header[:3] == ["TASK", "EXECUTIONS", "FAILED"]
    assert train == ["app.train", "2", "0", "0", "4.0", "25%", "4.0", "12%", "0", "3s", "3s"]
    assert (evaluation[:3], total[:3]) == (["app.eval", "1", "1"], ["(all)", "3", "1"])


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param(["--by", "namespace", "-A"], {"default": 3, "b": 1}, id="all namespaces"),
        pytest.param(["-n", "b"], {"app.train": 1}, id="another one"),
        pytest.param(["--since", "90d", "--until", "20d"], {"app.train": 1}, id="a period"),
        pytest.param(["--by", "label=team"], {"a": 2, "(none)": 1}, id="by a label"),
        pytest.param(["-l", "team=a", "--since", "1d"], {"app.train": 1}, id="only those with a label"),
        pytest.param(["--phase", "failed"], {"app.eval": 1}, id="only those that failed"),
    ],
)
def test_usage_as_json(prefix: str, arguments: list[str], expected: dict[str, int]) -> None:
    result = glider("usage", "--history-prefix", prefix, "-o", "json", *arguments)
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert {one["key"]: one["executions"] for one in document["groups"]} == expected
    assert document["total"]["executions"] == sum(expected.values())


def test_usage_of_nothing(prefix: str) -> None:
    result = glider("usage", "--history-prefix", prefix, "-n", "nowhere")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "no such execution of the namespace 'nowhere'" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["--by", "week"], "expected one of task, namespace, label=KEY, day, found 'week'", id="by"),
        pytest.param(["--since", "monday"], "expected how long ago, such as 7d, or when, such as 2026-01-31, found 'monday'", id="since"),
        pytest.param(["--phase", "Running"], "'Running' is not one of", id="a phase that isn't final"),
    ],
)
def test_usage_refuses(prefix: str, arguments: list[str], message: str) -> None:
    result = glider("usage", "--history-prefix", prefix, *arguments)
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(("usage", "-A"), id="usage"),
        pytest.param(("usage", "-n", "b", "-l", "team=none"), id="usage of nothing"),
        pytest.param(("recommend", "train"), id="recommend"),
        pytest.param(("recommend", "absent"), id="recommend for nothing"),
        pytest.param(("get", "--history", "-A"), id="get"),
    ],
)
def test_a_segment_that_is_damaged_is_named_once_and_the_others_are_read(prefix: str, command: tuple[str, ...]) -> None:
    segments = sorted(Path(prefix.removeprefix("file://")).rglob("*.jsonl.zst"))
    whole = glider(*command, "--history-prefix", prefix)
    for segment in segments:
        segment.with_name("0-torn.jsonl.zst").write_bytes(segment.read_bytes()[:-5])
    result = glider(*command, "--history-prefix", prefix)
    assert (result.exit_code, result.stdout) == (1, whole.stdout)
    named = [line for line in result.stderr.splitlines() if "0-torn.jsonl.zst: expected a whole segment of the index" in line]
    assert named
    assert len(set(named)) == len(named)


@pytest.mark.parametrize("command", [("usage",), ("recommend", "train"), ("history", "check")])
def test_a_store_that_refuses_is_an_error_with_a_next_step(prefix: str, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]) -> None:
    def refused(self: Storage, uri: str) -> dict[str, int]:
        raise AccessDeniedError(uri, "no credentials are set")

    for listing in ("sizes", "folders"):
        monkeypatch.setattr(Storage, listing, refused)
    result = glider(*command, "--history-prefix", prefix)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"Error: the history at {prefix} can't be read: ")
    assert result.stderr.endswith("no credentials are set. Check the store's address and credentials in the environment.\n")


def test_without_a_prefix_and_a_cluster_nobody_knows_where_it_is(prefix: str) -> None:
    result = glider("usage")
    assert result.exit_code == 1
    assert "--history-prefix: expected where the history is" in result.stderr


@pytest.mark.parametrize("task", ["app.train", "train", "train-v1"])
def test_a_recommendation_is_yaml_with_comments(prefix: str, task: str) -> None:
    result = glider("recommend", task, "--history-prefix", prefix)
    assert result.exit_code == 0, result.output
    assert yaml.safe_load(result.stdout)["spec"] == {
        "resources": {"requests": {"cpu": "700m", "memory": "320Mi"}, "limits": {"cpu": "2", "memory": "320Mi"}}
    }
    assert "# 320Mi of memory would do: the task used 256Mi of the 2048Mi asked for.\n" in result.stdout


def test_a_recommendation_for_programs_has_its_reasons_beside_it(prefix: str) -> None:
    result = glider("recommend", "train", "--history-prefix", prefix, "-o", "json")
    assert json.loads(result.stdout)["metadata"] == {"name": "train-v1"}
    assert "320Mi of memory would do" in result.stderr


def test_a_task_without_runs_is_an_error(prefix: str) -> None:
    result = glider("recommend", "nothing", "--history-prefix", prefix)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "the history has no run of 'nothing' in the namespace 'default'" in result.stderr
