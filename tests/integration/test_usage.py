"""`glider usage` and `glider recommend` over a history in a real S3 server, with the store's keys alone and no cluster."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
import yaml
from click.testing import CliRunner

from glider.settings.reading import read_settings
from glider.storage.store import Storage
from glider_client.cli.glider import main
from glider_core.api.moments import format_time
from glider_core.archive.index import Index
from glider_core.history.rows import Row
from tests.conftest import S3

pytestmark = pytest.mark.cluster

GIB = 1 << 30


def test_from_a_machine_with_the_store_s_keys_alone(s3: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in s3.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("KUBECONFIG", "/nonexistent")
    monkeypatch.setenv("GLIDER_HISTORY_PREFIX", f"{s3.uri}/.history")
    index = Index(Storage(read_settings(s3.env).storage), f"{s3.uri}/.history")
    completed = format_time(datetime.now(UTC) - timedelta(hours=1)) or ""
    for number in range(9):  # a segment each, which makes one that is merged and one that isn't
        killed = number == 8
        row = Row(
            uid=f"{number:08x}", namespace="team", name=f"run-{number}", completed=completed, archived=completed, task="app.train",
            template="train-v1", version="v1", phase="Failed" if killed else "Succeeded", reason="OOMKilled" if killed else "Completed",
            memory_request=GIB, memory_limit=GIB, peak_memory=None if killed else GIB // 2, cpu_request=0.5, cpu_limit=0.5,
            cpu_seconds=None if killed else 720.0, run_seconds=3600.0, attempts=1,
        )  # fmt: skip
        index.append([row])
        index.compact("team", datetime.fromisoformat(completed).date())
    used = CliRunner().invoke(main, ["usage", "-n", "team", "-o", "json"])
    assert used.exit_code == 0, used.output
    [group] = json.loads(used.stdout)["groups"]
    assert (group["key"], group["executions"], group["reasons"], group["unreported"]) == ("app.train", 9, {"OOMKilled": 1}, 1)
    assert group["cpuHours"] == {"asked": 4.5, "used": 1.6, "share": 0.4}
    recommended = CliRunner().invoke(main, ["recommend", "train", "-n", "team"])
    assert recommended.exit_code == 0, recommended.output
    assert yaml.safe_load(recommended.stdout)["spec"]["resources"]["limits"] == {"cpu": "500m", "memory": "2048Mi"}
    assert "# Ask for 2048Mi of memory: the task was killed at 1024Mi." in recommended.stdout.splitlines()
