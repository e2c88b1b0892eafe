"""Executions that the cluster has no more, and logs of pods that are gone: of the history in a real store, for two users of two namespaces.

What Bob has carries a mark: an answer to Ada with it would be a leak.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from glider.settings.reading import read_settings
from glider.storage.store import Storage
from glider.wire import zstd
from glider_client.cluster import paths
from glider_client.cluster.client import Cluster as Client
from glider_client.stored.source import Source
from glider_client.stored.store import Store
from glider_console.history.history import History
from glider_core.api.labels import API_VERSION, EXECUTION_KIND, TEMPLATE_KIND
from glider_core.api.moments import format_time
from glider_core.archive.index import Index
from glider_core.archive.records import Records
from glider_core.history.records import Record
from glider_core.history.rows import row_of
from tests.cluster.fixtures import Cluster
from tests.conftest import S3, new_namespace, s3_beside
from tests.e2e.conftest import wait_until
from tests.integration.console.conftest import PATIENCE
from tests.integration.console.entering import Answer, Served, create_user, serving_in_a_cluster
from tests.integration.console.stored import Keeper, serving
from tests.integration.console.test_accessibility import ALL, AXE, violations

Json = Mapping[str, Any]

MARK = "only-bobs-own"
TASK: dict[str, Any] = {
    "interface": {"inputs": {"a": "integer"}, "outputs": {"o0": "string"}},
    "container": {"image": "registry.example/task:v1", "args": ["true"]},
}
ID = {"project": "p", "domain": "development", "version": "v1"}
SPEC: dict[str, Any] = {"task": TASK, "inputs": {"a": 7}}
#: Times of the index are whole seconds.
NOW = datetime.now(UTC).replace(microsecond=0)
OLD = NOW - timedelta(days=20)


@dataclass(frozen=True, kw_only=True)
class Past:
    """Two namespaces with a history, and a console that Ada and Bob use."""

    cluster: Cluster
    keeper: Keeper
    s3: S3
    config: Path
    own: str
    other: str
    ada: str
    bob: str
    served: Served

    @property
    def storage(self) -> Storage:
        return Storage(read_settings(self.s3.env).storage)

    @property
    def prefix(self) -> str:
        return f"{self.s3.uri}/meta/.history"

    def get(self, path: str, *, as_bob: bool = False, until: str = "data:") -> Answer:
        """What the console answers to Ada, or to Bob; {own} and {other} are their namespaces."""
        token = self.bob if as_bob else self.ada
        return self.served.ask("GET", path.format(own=self.own, other=self.other), token=token, until=until)

    def names(self, query: str = "") -> dict[str, str]:
        """The names that Ada's list has, with their sources."""
        answer = self.get(f"/api/executions?namespace={{own}}{query}")
        assert answer.status == 200, answer.text
        return {row["name"]: row["source"] for row in answer.json["rows"]}

    def keep(
        self,
        namespace: str,
        name: str,
        *,
        ended: datetime = NOW,
        message: str = "",
        gone: bool = True,
        spec: Json = SPEC,
        template: Json | None = None,
    ) -> Json:
        """An execution that was, and is kept; its document."""
        made = self.keeper.create(namespace, name, spec=spec)
        error = {"code": "x", "kind": "NON_RECOVERABLE", "origin": "USER", "reason": "UserError", "message": message}
        attempt = {"number": 0, "podName": f"{name}-0", "podUid": "p-0", "completionTime": format_time(ended)}
        ending = {"phase": "Failed", "error": error} if message else {"phase": "Succeeded"}
        status = {
            **ending,
            "completionTime": format_time(ended),
            "attempts": [attempt],
            "outputsUri": self.keeper.paths(made).outputs(0),
        }
        document = self.keeper.change_status(namespace, name, status)
        document = {"apiVersion": API_VERSION, "kind": EXECUTION_KIND, **document}
        pod = {
            "metadata": {"name": f"{name}-0", "uid": "p-0", "creationTimestamp": format_time(ended), "labels": {"glider.dev/attempt": "0"}},
            "spec": {"containers": [{"name": "main", "image": "registry.example/task:v1"}]},
            "status": {"phase": "Succeeded"},
        }
        record = Record(execution=document, archived=NOW, pods=[pod], template=template)
        Records(self.storage, self.prefix).write(record)
        Index(self.storage, self.prefix).append([row_of(record)])
        if gone:
            self.keeper.cluster.delete(paths.executions(namespace, name))
        return document

    def log(self, execution: Json, *parts: str) -> None:
        """The log that the executor has kept of its first attempt."""
        for number, part in enumerate(parts):
            self.s3.write(f"{self.keeper.paths(execution).output_prefix(0)}/logs/{number}.log.zst", zstd.compress(part.encode()))


@pytest.fixture(scope="module")
def past(crds: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    folder, s3 = tmp_path_factory.mktemp("history"), s3_beside(crds)
    config = folder / "config.yaml"
    storage = {"metadataPrefix": f"{s3.uri}/meta", "rawOutputDataPrefix": f"{s3.uri}/raw"}
    document = {"apiVersion": API_VERSION, "kind": "Configuration", "storage": storage, "history": {"enabled": True}}
    config.write_text(json.dumps(document))
    with ExitStack() as stack:
        own, other = (stack.enter_context(new_namespace(crds)) for _ in range(2))
        ada, bob = create_user(crds, own, "ada"), create_user(crds, other, "bob")
        settings = {"operatorConfigFile": str(config), "namespaces": [own, other]}
        served = stack.enter_context(serving_in_a_cluster(crds.kubeconfig, folder, settings, env={**os.environ, **s3.env}))
        keeper = Keeper(cluster=Client.connect(kubeconfig=crds.kubeconfig), s3=s3, config=config)
        found = Past(cluster=crds, keeper=keeper, s3=s3, config=config, own=own, other=other, ada=ada, bob=bob, served=served)
        secret = found.keep(other, "secret", message=MARK)
        found.log(secret, f"2026-11-29T10:00:00.000000000Z stdout F {MARK}\n")
        yield found


@pytest.fixture(scope="module")
def gone(past: Past) -> Json:
    """An execution that only the history has, and failed; another one, done, has outputs."""
    document = past.keep(past.own, "train", message="ValueError: no space")
    past.keeper.deck(document, "<h1>deck</h1>")
    past.keeper.returned(past.keep(past.own, "done"), {"o0": ("what came of it", str)})
    first = "".join(f"2026-11-29T10:00:0{second}.000000000Z stdout F line {second}\n" for second in range(5))
    past.log(document, first, "2026-11-29T10:00:05.000000000Z stderr F Segmentation fault\n")
    return document


def test_the_list_has_both_each_execution_once_and_the_live_one_wins(past: Past, gone: Json) -> None:
    past.keep(past.own, "both", gone=False)
    past.keeper.create(past.own, "waits", spec={"task": TASK})
    past.keep(past.own, "old", ended=OLD)
    expected = {"both": "live", "waits": "live", "train": "archive", "done": "archive"}
    wait_until(lambda: past.names() == expected, what="all to be listed: a listing is a moment old")
    assert past.names("&history=30d") == {"both": "live", "waits": "live", "train": "archive", "done": "archive", "old": "archive"}
    assert past.names("&history=none") == {"both": "live", "waits": "live"}
    assert past.names("&text=no%20space") == {"train": "archive"}
    assert past.names("&phase=Failed") == {"train": "archive"}
    page = past.get("/api/executions?namespace={own}&limit=2&offset=1&sort=name").json
    assert [row["name"] for row in page["rows"]] == ["done", "train"]
    assert (page["total"], page["counts"]) == (4, {"Succeeded": 2, "Failed": 1, "Pending": 1})


def test_a_stream_begins_with_what_is_live_and_goes_on_with_the_history(past: Past, gone: Json) -> None:
    text = past.get("/api/executions/stream?namespace={own}", until='"ready"').text
    assert '"loading"' in text
    assert "event: history" in text


@pytest.mark.parametrize(
    "path",
    [
        "/api/executions?namespace={other}",
        "/api/executions?namespace=",
        "/api/executions/stream?namespace={other}",
        "/api/executions/{other}/secret",
        "/api/executions/{other}/secret/yaml",
        "/api/executions/{other}/secret/inputs",
        "/api/executions/{other}/secret/logs",
        "/api/executions/{other}/secret/logs/stream",
        "/api/executions/{other}/secret/actions",
        "/api/executions/{other}/secret/form",
    ],
)
def test_nothing_of_another_namespace(past: Past, path: str) -> None:
    answer = past.get(path)
    assert answer.status == 403, answer.text
    assert MARK not in answer.text


@pytest.mark.parametrize("handle", ["name", "uid", "file", "trick"])
def test_another_namespaces_execution_isnt_found_in_ones_own(past: Past, handle: str) -> None:
    row = past.get("/api/executions?namespace={other}", as_bob=True).json["rows"][0]
    assert row["message"] == MARK
    named = {"name": "secret", "uid": row["uid"], "file": f"{row['uid']}.json.zst", "trick": f"..%2F{past.other}%2F{row['uid']}"}[handle]
    answer = past.get(f"/api/executions/{{own}}/{named}")
    assert answer.status == 404, answer.text
    assert MARK not in answer.text
    assert MARK not in past.get(f"/api/executions?namespace={{own}}&text={MARK}").text


@pytest.mark.parametrize("handle", ["train", "uid"])
def test_the_page_of_an_execution_that_is_gone(past: Past, gone: Json, handle: str) -> None:
    base = f"/api/executions/{{own}}/{gone['metadata']['uid'] if handle == 'uid' else handle}"
    found = past.get(base).json
    assert (found["execution"]["metadata"]["name"], found["archived"]) == ("train", format_time(NOW))
    assert found["errors"]["execution"]["headline"] == "ValueError: no space"
    assert [pod["metadata"]["name"] for pod in found["pods"]] == ["train-0"]
    assert found["missing"] == []
    assert [one["kind"] for one in past.get(f"{base}/yaml").json["documents"]] == ["TaskExecution", "Pod"]
    assert past.get(f"{base}/inputs").json["values"][0]["text"] == "7"
    assert "what came of it" in past.get("/api/executions/{own}/done/outputs").text
    assert past.get(f"{base}/decks/0").json["size"] == len("<h1>deck</h1>")
    assert "registry.example" in past.get(f"{base}/origin").text
    possible = {one["action"]: one["possible"] for one in past.get(f"{base}/actions").json["actions"]}
    assert possible == {"cancel": False, "suspend": False, "resume": False, "rerun": True, "delete": False}
    assert past.get(f"{base}/form").json["inputs"] == {"a": "7"}


def test_its_log_is_the_one_that_the_store_has(past: Past, gone: Json) -> None:
    base = "/api/executions/{own}/train/logs"
    text = past.get(f"{base}/stream", until="event: ended").text
    assert '"container": "main"' in text or '"container":"main"' in text
    assert '"archived":true' in text
    assert "line 0" in text
    assert '"Segmentation fault",null,"stderr"' in text
    last = past.get(f"{base}/stream?tail=2", until="event: ended").text
    assert ("line 3" in last, "line 4" in last) == (False, True)
    whole = past.get(base)
    assert whole.text == "".join(f"line {number}\n" for number in range(5)) + "Segmentation fault\n"
    assert 'filename="train-0-main.log"' in whole.headers["content-disposition"]
    assert past.get(f"{base}?container=sidecar").status == 404


def test_a_live_execution_whose_pod_is_gone_has_its_log_too(past: Past) -> None:
    document = past.keep(past.own, "lost", gone=False)
    past.log(document, "2026-11-29T10:00:00.000000000Z stdout F kept\n")
    assert past.get("/api/executions/{own}/lost/logs").text == "kept\n"


def test_it_runs_again(past: Past, gone: Json) -> None:
    uid = gone["metadata"]["uid"]
    answer = past.served.ask("POST", f"/api/executions/{past.own}/{uid}/rerun", token=past.ada, body={"uid": uid, "request": "r"})
    assert answer.status == 200, answer.text
    made = answer.json["execution"]
    assert (made["metadata"]["labels"]["glider.dev/rerun-of"], made["spec"]["inputs"]) == (uid, {"a": 7})
    assert past.get(f"/api/executions/{{own}}/{made['metadata']['name']}/repeated").json == {"name": "train", "archived": True}
    past.keeper.cluster.delete(paths.executions(past.own, made["metadata"]["name"]))


def test_one_of_a_template_that_was_deleted_runs_again_as_it_was_and_with_changes(past: Past) -> None:
    cluster, namespace = past.keeper.cluster, past.own
    spec = {"id": {**ID, "name": "app.train"}, **TASK}
    body = {"apiVersion": API_VERSION, "kind": TEMPLATE_KIND, "metadata": {"name": "train-v1"}, "spec": spec}
    template = {**body, **cluster.create(paths.templates(namespace), body)}
    document = past.keep(namespace, "of-a-template", spec={"taskRef": {"name": "train-v1"}, "inputs": {"a": 7}}, template=template)
    cluster.delete(paths.templates(namespace, "train-v1"))
    uid = document["metadata"]["uid"]
    base = f"/api/executions/{namespace}/{uid}"
    form = past.get(f"{base}/form").json
    assert (form["inputs"], form["name"][:14]) == ({"a": "7"}, "of-a-template-")
    filled = {
        "name": form["name"],
        "form": {"inputs": {"a": "8"}, "settings": form["settings"], "labels": form["labels"], "spec": form["spec"]},
        "source": {"kind": "executions", "namespace": namespace, "name": uid},
    }
    answer = past.served.ask("POST", "/api/executions", token=past.ada, body=filled)
    assert answer.status == 201, answer.text
    made = cluster.get(paths.executions(namespace, answer.json["name"]))
    assert (made["spec"]["taskRef"], made["spec"]["inputs"]) == ({"name": "train-v1"}, {"a": 8})
    assert cluster.get(paths.templates(namespace, "train-v1"))["spec"] == template["spec"]
    cluster.delete(paths.templates(namespace, "train-v1"))
    again = past.served.ask("POST", f"{base}/rerun", token=past.ada, body={"uid": uid, "request": "r"})
    assert "The TaskTemplate train-v1 is created again" in again.json["message"], again.text
    for name in (answer.json["name"], again.json["execution"]["metadata"]["name"]):
        cluster.delete(paths.executions(namespace, name))


def test_a_tasks_page_counts_what_the_history_has(past: Past) -> None:
    spec = {"task": {"id": {**ID, "name": "app.counted"}, **TASK}, "inputs": {"a": 1}}
    document = past.keep(past.own, "counted", spec=spec)
    past.keep(past.own, "counted-live", spec=spec, gone=False)

    def is_counted() -> bool:
        return bool(past.get("/api/tasks/{own}/app.counted").json["statistics"]["succeeded"] == 2)

    wait_until(is_counted, what="both to be counted: a listing is a moment old")
    found = past.get("/api/tasks/{own}/app.counted").json
    assert found["history"] == ""
    assert {run["handle"] for run in found["drawn"]} == {document["metadata"]["uid"], "counted-live"}


def test_who_may_not_see_pods_doesnt_see_those_of_the_history(past: Past, gone: Json) -> None:
    kubectl = past.cluster.kubectl
    kubectl("-n", past.own, "create", "serviceaccount", "eve")
    kubectl("-n", past.own, "create", "rolebinding", "eve", "--role=ada-0", f"--serviceaccount={past.own}:eve")
    eve = replace(past, ada=kubectl("-n", past.own, "create", "token", "eve").strip())
    found = eve.get("/api/executions/{own}/train").json
    assert (found["execution"]["metadata"]["name"], found["pods"]) == ("train", [])
    assert "The pods" in [one["what"] for one in found["missing"]]
    assert eve.get("/api/executions/{own}/train/logs").status == 403


def test_without_the_history_the_live_list_is_as_ever(past: Past, tmp_path: Path) -> None:
    broken = tmp_path / "config.yaml"
    document = json.loads(past.config.read_text())
    document["history"]["prefix"] = "s3://no-such-bucket-at-all/history"
    broken.write_text(json.dumps(document))
    settings = {"operatorConfigFile": str(broken)}
    with serving_in_a_cluster(past.cluster.kubeconfig, tmp_path, settings, env={**os.environ, **past.s3.env}) as served:
        there = replace(past, served=served)
        past.keeper.create(past.own, "goes-on", spec={"task": TASK})
        assert there.names()["goes-on"] == "live"
        text = there.get("/api/executions/stream?namespace={own}", until='"problem"').text
        assert "no-such-bucket-at-all" in text
        answer = there.get("/api/executions/{own}/nothing")
        assert "Whether the history has it isn't known" in answer.json["error"]["message"]


def test_in_a_browser(past: Past, gone: Json, browser: Browser) -> None:
    store = Store({**os.environ, **past.s3.env})
    source, history = Source(config_file=past.config, store=store), History(prefix=lambda: past.prefix, store=store)
    with serving(past.keeper.cluster, source, history=history) as address:
        context = browser.new_context(base_url=address.rpartition("/enter")[0])
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.goto(address)
        page.goto(f"/executions?namespace={past.own}")
        expect(page.get_by_text("With what the history has since")).to_be_visible()
        row = page.get_by_role("row").filter(has_text="ValueError: no space")
        expect(row).to_contain_text("from the history")
        expect(row.get_by_role("checkbox")).to_be_disabled()
        page.evaluate(AXE)
        assert violations(page, ALL) == []
        row.get_by_role("link", name="train").click()
        expect(page.get_by_role("heading", name="train", exact=True)).to_be_visible()
        expect(page.get_by_text("The cluster doesn't have this execution any more.")).to_be_visible()
        expect(page.get_by_role("button", name="Rerun", exact=True)).to_be_visible()
        expect(page.get_by_role("button", name="Delete")).to_have_count(0)
        page.get_by_role("tab", name="Logs").click()
        expect(page.get_by_text("Segmentation fault")).to_be_visible()
        expect(page.get_by_text("The pod is gone: this is its log as the store has it.")).to_be_visible()
        assert violations(page, ALL) == []
        page.get_by_role("tab", name="Deck").click()
        expect(page.frame_locator("iframe").get_by_role("heading", name="deck")).to_be_visible()
        context.close()
