"""`glider delete --data` on a real API server and a real S3 server, and with access to the store alone."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from glider.settings.reading import read_settings
from glider.storage.store import Storage
from glider_client.cli.glider import main
from glider_core.api.moments import format_time
from glider_core.history.queries import Query
from tests.cluster.fixtures import Cluster
from tests.resources import divider, execution
from tests.unit.glider_core.archive.deletable import Deletable

pytestmark = [pytest.mark.cluster, pytest.mark.s3]

Glider = Callable[..., Result]


@pytest.fixture
def store(s3: Any) -> Deletable:
    return Deletable(Storage(read_settings(s3.env).storage), f"s3://{s3.bucket}/delete-{uuid.uuid4().hex}")


@pytest.fixture
def glider(crds: Cluster, namespace: str, s3: Any, store: Deletable, tmp_path: Path) -> Glider:
    """`cluster=False`: without a kubeconfig, as on a laptop that has access to the store alone."""

    def run(*arguments: str, cluster: bool = True, answer: str = "") -> Result:
        where = ["--kubeconfig", str(crds.kubeconfig)] if cluster else ["--kubeconfig", str(tmp_path / "nothing"), "--history"]
        env = {**s3.env, "GLIDER_HISTORY_PREFIX": store.history}
        return CliRunner().invoke(main, ["delete", *arguments, "-n", namespace, *where], env=env, input=answer)

    return run


@pytest.fixture
def create(crds: Cluster, namespace: str, store: Deletable) -> Callable[..., str]:
    """Creates an execution that no operator reconciles, with data where its status has them. Returns its UID."""

    def make(name: str, *, phase: str = "", labels: dict[str, str] | None = None, **spec: Any) -> str:
        body = execution(name, task=divider(), **spec)
        body["metadata"]["labels"] = {"glider.dev/instance-id": "nobody", **(labels or {})}
        crds.kubectl("-n", namespace, "create", "-f", "-", input=json.dumps(body))
        uid = str(json.loads(crds.kubectl("-n", namespace, "get", f"te/{name}", "-o", "json"))["metadata"]["uid"])
        if phase:
            folders = store.folders(name, namespace=namespace, uid=uid, attempts=1)
            status = {
                "phase": phase,
                "completionTime": "2026-01-31T12:02:00Z",
                "outputsUri": f"{folders.metadata}/0/outputs.pb",
                "rawOutputDataPrefix": folders.raw[0],
                "attempts": [{"number": 0, "podName": "p"}],
            }
            crds.kubectl(
                "-n", namespace, "patch", f"te/{name}", "--subresource=status", "--type=merge", "-p", json.dumps({"status": status})
            )
            for path in store.paths(name, namespace=namespace, uid=uid, attempts=1):
                store.storage.write(f"{store.base}/{path}", b"data")
        return uid

    return make


def test_what_would_go_is_shown_and_asked_for(store: Deletable, namespace: str, glider: Glider) -> None:
    row = store.add("old", namespace=namespace, attempts=1)
    store.decoys(row)
    before = store.there()
    dry = glider("old", "--data", "--dry-run")
    folders = store.folders("old", namespace=namespace, uid=row.uid, attempts=1)
    assert dry.exit_code == 0 and store.there() == before
    assert f"{folders.raw[0]}/\n{folders.metadata}/\none execution with 5 objects" in dry.output
    refused = glider("old", "--data", answer="n\n")
    assert refused.exit_code == 1 and store.there() == before
    done = glider("old", "--data", answer="y\n")
    assert (done.exit_code, done.output.splitlines()[-1][:35]) == (0, "one execution deleted, with 5 object"[:35]), done.output
    assert before - store.there() == set(store.paths("old", namespace=namespace, uid=row.uid, attempts=1)) and store.rows() == []


def test_one_on_the_cluster_goes_with_its_data_and_its_history(
    crds: Cluster, store: Deletable, namespace: str, create, glider: Glider
) -> None:
    uid = create("live", phase="Succeeded")
    store.add("live", namespace=namespace, uid=uid, attempts=1, completed=format_time(datetime.now(UTC)))
    other = create("not-archived", phase="Failed")
    done = glider("live", "--data", "--yes")
    assert done.exit_code == 0, done.output
    assert store.there() == set(store.paths("not-archived", namespace=namespace, uid=other, attempts=1)) and store.rows() == []
    by_uid = create("by-uid", phase="Succeeded")
    store.add("by-uid", namespace=namespace, uid=by_uid, attempts=1)
    assert glider(by_uid, "--data", "--yes").exit_code == 0
    # no operator archives the other one
    assert glider("not-archived", "--data", "--yes", "--timeout", "3").exit_code == 0
    assert store.there() == set() and crds.kubectl("-n", namespace, "get", "te", "-o", "name").strip() == ""
    assert {row.uid for row in store.index.tombstones(Query())} == {uid, by_uid, other}, "whoever archives it later changes nothing"


def test_a_customers_data_go_wherever_they_are_but_for_what_is_used(store: Deletable, namespace: str, create, glider: Glider) -> None:
    acme = {"customer": "acme"}
    old, used = (store.add(name, namespace=namespace, attempts=1, labels=acme) for name in ("old", "used"))
    other = store.add("other", namespace=namespace, attempts=1, labels={"customer": "other"})
    live = create("live", phase="Succeeded", labels=acme)
    create(
        "user",
        inputs={"a": 1, "b": 2},
        env=[{"name": "X", "value": f"{store.folders('used', namespace=namespace, uid=used.uid, attempts=1).raw[0]}/m"}],
    )
    result = glider("-l", "customer=acme", "--data", "--yes", "--timeout", "2", "-o", "json")
    found = {one["name"]: one for one in json.loads(result.stdout)["items"]}
    assert result.exit_code == 1 and {name: one["deleted"] for name, one in found.items()} == {"old": True, "used": False, "live": True}
    assert found["used"]["held"] == "InputOfLiveExecution" and found["used"]["heldBy"] == [f"{namespace}/user"]
    assert found["old"]["uid"] == old.uid and found["live"]["uid"] == live and found["live"]["objects"] == 4
    kept = [path for row in (used, other) for path in store.paths(row.name, namespace=namespace, uid=row.uid, attempts=1)]
    assert store.there() == set(kept) and store.rows() == ["other", "used"]


def test_one_that_runs_is_cancelled_first(operator: Cluster, store: Deletable, namespace: str, glider: Glider) -> None:
    storage = {"metadataPrefix": f"{store.base}/meta", "rawOutputDataPrefix": f"{store.base}/raw"}
    body = execution("busy", task=divider(), inputs={"a": 1, "b": 2}, storage=storage)
    operator.kubectl("-n", namespace, "create", "-f", "-", input=json.dumps(body))
    operator.kubectl("-n", namespace, "wait", "te/busy", "--for=jsonpath={.status.attempts[0].podName}", "--timeout=30s")
    uid = operator.kubectl_json("-n", namespace, "get", "te", "busy")["metadata"]["uid"]
    for path in store.paths("busy", namespace=namespace, uid=uid, attempts=1):
        store.storage.write(f"{store.base}/{path}", b"data")
    done = glider("busy", "--data", "--yes", "--timeout", "8")
    assert done.exit_code == 0, done.output
    assert "one execution deleted, with 4 objects" in done.output
    assert operator.kubectl("-n", namespace, "get", "te,pods", "-o", "name").strip() == "" and store.there() == set()


def test_with_access_to_the_store_alone(store: Deletable, namespace: str, glider: Glider) -> None:
    store.add("old", namespace=namespace, attempts=1)
    twice = [store.add("twice", namespace=namespace, attempts=1) for _ in range(2)]
    result = glider("old", "--data", "--yes", cluster=False)
    assert result.exit_code == 0, result.output
    assert "no cluster was asked whether executions that run use the data" in result.output
    refused = glider("twice", "--data", "--yes", cluster=False)
    assert refused.exit_code == 1 and "2 executions in the history are called twice" in refused.output
    assert glider(twice[0].uid, "--data", "--yes", cluster=False).exit_code == 0
    assert [row.uid for row in store.index.rows(Query())] == [twice[1].uid]
    missing = glider("nothing", "--data", "--yes", cluster=False)
    assert missing.exit_code == 1 and f"there is no TaskExecution 'nothing' in the namespace '{namespace}' of the history" in missing.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("x", "--dry-run"), "--dry-run: expected --data beside it"),
        (("x", "--history"), "--history: expected --data beside it"),
        (("x", "--data", "-o", "json"), "-o json: expected --yes or --dry-run beside it"),
        (("x", "--data", "--yes", "-o", "name"), "-o name: expected json or yaml with --data"),
        (("--data",), "expected the name of an execution"),
    ],
)
def test_options_that_do_not_fit_together(glider: Glider, arguments: tuple[str, ...], message: str) -> None:
    result = glider(*arguments)
    assert result.exit_code == 2 and message in result.output
