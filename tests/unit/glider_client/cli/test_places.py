"""Where commands look for executions, on a machine without a cluster; the history is in a folder."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from glider.settings.reading import read_settings
from glider.storage.store import Storage
from glider_client.cli.glider import main
from glider_client.cli.places import Places
from glider_client.cluster.client import Cluster
from glider_client.cluster.config import ClientConfig
from glider_client.history.source import History
from glider_core.history.records import Record
from glider_core.history.rows import row_of
from tests.unit.glider_core.builders import execution_body


def glider(*arguments: str, home: Path, prefix: str | None = None) -> Result:
    env = {"HOME": str(home), "KUBECONFIG": "", "KUBERNETES_SERVICE_HOST": None, "GLIDER_HISTORY_PREFIX": prefix}
    return CliRunner().invoke(main, list(arguments), env=env)


@pytest.fixture
def prefix(tmp_path: Path) -> str:
    """A history with one execution of the namespace default."""
    history = History(Storage(read_settings({}).storage), str(tmp_path / "history"))
    record = Record(
        execution=execution_body(name="train", status={"phase": "Succeeded", "completionTime": "2026-01-31T12:00:00Z"}),
        archived=datetime(2026, 1, 31, 12, 0, 1, tzinfo=UTC),
    )
    history.records.write(record)
    history.index.append([row_of(record)])
    return history.prefix


def test_the_history_alone_needs_no_kubeconfig(tmp_path: Path, prefix: str):
    by_variable = glider("describe", "te/train", "--history", home=tmp_path, prefix=prefix)
    by_option = glider("describe", "train", "--history", "--history-prefix", prefix, home=tmp_path)
    for result in (by_variable, by_option):
        assert (result.exit_code, result.stderr) == (0, "")
        assert result.stdout.startswith("Execution:  default/train\n")


def test_without_a_kubeconfig_the_error_names_what_works(tmp_path: Path, prefix: str):
    assert glider("describe", "train", home=tmp_path, prefix=prefix).stderr == (
        "Error: no kubeconfig was found, and this isn't a pod. Set $KUBECONFIG, or pass --kubeconfig FILE. "
        "--history needs none: it shows what is in the history alone.\n"
    )
    assert glider("describe", "train", "--history", home=tmp_path).stderr == (
        "Error: --history-prefix: expected where the history is, such as s3://bucket/metadata/.history, since no cluster can be asked: "
        "no kubeconfig was found, and this isn't a pod. Set $KUBECONFIG, or pass --kubeconfig FILE.\n"
    )


@pytest.mark.parametrize("asked", [("-l", "team=a"), ("train", "--for", "deleted")])
def test_what_only_a_cluster_knows_is_not_waited_for_in_the_history(tmp_path: Path, prefix: str, asked: tuple[str, ...]):
    refused = glider("wait", *asked, "--history", home=tmp_path, prefix=prefix)
    assert refused.exit_code == 2
    assert ": expected executions on the cluster, found --history." in " ".join(refused.stderr.split())
    assert glider("wait", "train", "--history", home=tmp_path, prefix=prefix).stdout == "train: Succeeded\n"


def test_what_was_compacted_is_not_reported_as_gone(prefix: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    times = {"startTime": "2026-01-31T11:00:00Z", "completionTime": "2026-01-31T12:00:00Z"}
    there = execution_body(name="train", status={"phase": "Succeeded", **times})
    monkeypatch.setattr(Cluster, "get", lambda *_: there)
    cluster = Cluster(ClientConfig(server="https://127.0.0.1:1", namespace="default"))
    found = Places(connect=lambda: cluster, prefix=prefix).find("train")
    assert found.record is not None and "startTime" not in found.execution["status"]
    assert capsys.readouterr().err == "train is from the history: it was compacted on the cluster\n"


def test_a_torn_segment_is_named_and_the_others_are_read(tmp_path: Path, prefix: str):
    torn = tmp_path / "history" / "v1" / "_index" / "default" / "2026" / "01" / "31" / "0-torn.jsonl.zst"
    torn.write_bytes(b"something else")
    result = glider("inputs", "train", "--history", "-o", "json", home=tmp_path, prefix=prefix)
    assert result.exit_code == 0
    assert result.stderr.startswith(f"Warning: {torn}: ")
    assert result.stderr.count("\n") == 1


def test_events_of_the_history_are_those_of_one(tmp_path: Path, prefix: str):
    assert "expected a NAME with --history, found none." in glider("events", "--history", home=tmp_path, prefix=prefix).stderr
    none = glider("events", "train", "--history", home=tmp_path, prefix=prefix)
    assert (none.exit_code, none.stderr) == (0, "There are no Events of train in the namespace 'default'.\n")


def test_a_log_that_no_store_has(tmp_path: Path, prefix: str):
    result = glider("logs", "train", "--history", home=tmp_path, prefix=prefix)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "train has no attempt, and so no log; its phase is Succeeded" in result.stderr


def test_waiting_for_what_has_ended(tmp_path: Path, prefix: str):
    assert glider("wait", "train", "--history", home=tmp_path, prefix=prefix).stdout == "train: Succeeded\n"
    absent = glider("wait", "absent", "--history", home=tmp_path, prefix=prefix)
    assert (absent.exit_code, absent.stdout) == (1, "")
    assert absent.stderr.startswith("absent: there is none of that name, or it was deleted.")
