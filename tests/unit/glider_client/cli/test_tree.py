"""`glider tree` of what the history has, in a folder and without a cluster. tests/integration/test_history_verbs.py has a cluster."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from glider.settings.reading import read_settings
from glider.storage.store import Storage
from glider_client.cli import tree as module
from glider_client.cli.glider import main
from glider_client.history.families import Member, family_of
from glider_client.history.source import History
from glider_core.api.labels import RERUN_OF
from glider_core.history.queries import Query
from glider_core.history.records import Record
from glider_core.history.rows import row_of
from tests.unit.glider_core.builders import execution_body

ARCHIVED = datetime(2026, 1, 31, 23, tzinfo=UTC)
TREE = """divider-v1
└── fan  Failed, 2 attempts
    ├── attempt 0  fan-0 (gone)
    ├── attempt 1  fan-1 (gone)
    ├── child one  Succeeded
    │   └── child deep  Succeeded
    └── rerun fan-again  Succeeded
"""


def uid(name: str) -> str:
    return f"{name.encode().hex():0<8.8}-0000-4000-8000-000000000000"


def body(name: str, *, day: int = 31, rerun_of: str = "", parent: str = "", phase: str = "Succeeded", **status: Any) -> dict[str, Any]:
    status = {"phase": phase, "completionTime": f"2026-01-{day}T12:00:10Z", **status}
    document = execution_body(name=name, uid=uid(name), status=status, taskRef={"name": "divider-v1"})
    document["metadata"]["creationTimestamp"] = f"2026-01-{day}T12:00:00Z"
    document["metadata"]["labels"] = {RERUN_OF: uid(rerun_of)} if rerun_of else {}
    owner = {"apiVersion": "glider.dev/v1alpha1", "kind": "TaskExecution", "name": parent, "uid": uid(parent), "controller": True}
    document["metadata"]["ownerReferences"] = [owner] if parent else []
    return document


@pytest.fixture
def history(tmp_path: Path) -> History:
    """An eager execution, what it has started, what repeats it, and one that is unrelated."""
    history = History(Storage(read_settings({}).storage), str(tmp_path / "history"))
    attempts = [{"number": 0, "podName": "fan-0"}, {"number": 1, "podName": "fan-1"}]
    for document in (
        body("fan", day=10, phase="Failed", attempts=attempts),
        body("one", day=11, parent="fan"),
        body("deep", day=12, parent="one"),
        body("fan-again", day=20, rerun_of="fan"),
        body("other", day=20),
        body("before", day=1, parent="fan"),  # no execution ends before its parent is created
    ):
        record = Record(execution=document, archived=ARCHIVED)
        history.records.write(record)
        history.index.append([row_of(record)])
    return history


def glider(*arguments: str, history: History) -> Result:
    env = {"HOME": history.prefix, "KUBECONFIG": "", "KUBERNETES_SERVICE_HOST": None, "GLIDER_HISTORY_PREFIX": history.prefix}
    return CliRunner().invoke(main, ["tree", *arguments, "--history"], env=env)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("fan", id="its name"),
        pytest.param("te/fan", id="as kubectl has it"),
        pytest.param(uid("fan"), id="its UID"),
        pytest.param("fan-again", id="what repeats it"),
    ],
)
def test_all_that_belongs_together(history: History, name: str):
    result = glider(name, history=history)
    assert (result.exit_code, result.stdout, result.stderr) == (0, TREE, "")


def test_of_a_template_it_is_all_there_is(history: History):
    result = glider("divider-v1", "-o", "json", history=history)
    assert result.exit_code == 0, result.output
    [found] = json.loads(result.stdout)
    assert (found["template"], found["exists"]) == ("divider-v1", None)
    assert [one["name"] for one in found["executions"]] == ["before", "deep", "fan", "one", "other"]


def test_what_is_nowhere_and_what_is_needed(history: History):
    absent = glider("absent", history=history)
    assert absent.exit_code == 1
    assert absent.stderr.startswith(
        f"Error: there is no TaskTemplate and no TaskExecution 'absent' in the namespace 'default' of the history at {history.prefix}. "
    )
    assert "expected a NAME with --history, found none." in glider(history=history).stderr


def test_what_cannot_be_read_is_named_and_the_rest_is_shown(history: History):
    segment = next(Path(history.prefix).glob("v1/_index/default/2026/01/12/*"))
    segment.write_bytes(segment.read_bytes()[:-5])
    record = Path(history.records.uri(next(history.index.rows(Query(names=("fan-again",))))).removeprefix("file://"))
    record.write_bytes(b"half")
    result = glider("fan", history=history)
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (1, "    └── child one  Succeeded")
    assert {line.split(":")[0] for line in result.stderr.splitlines()} == {"Error"}
    assert segment.name in result.stderr
    assert "default/fan-again: " in result.stderr


def test_there_is_a_bound(history: History, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "_MOST", 2)
    result = glider("fan", history=history)
    assert result.exit_code == 0
    assert result.stderr == "2 more executions of the history belong to it, and aren't shown\n"


def test_what_is_on_the_cluster_counts_as_it_is_there(history: History):
    live = [body("fan-again", rerun_of="fan"), body("newest", rerun_of="fan-again"), body("stranger")]
    family = family_of(history, Member.of_live(live[1]), live, namespace="default", most=10)
    assert (family.first, family.left_out) == (uid("fan"), 0)
    assert sorted(row.name for row in family.rows) == ["deep", "fan", "one"]


def test_what_was_deleted_does_not_count(history: History):
    row = next(history.index.rows(Query(names=("one",))))
    history.index.append([row.tombstone(deleted=ARCHIVED)])
    [fan] = history.index.rows(Query(names=("fan",)))
    family = family_of(history, Member.of_row(fan), [], namespace="default", most=10)
    assert sorted(one.name for one in family.rows) == ["fan", "fan-again"]
