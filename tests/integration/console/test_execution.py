"""The page of one execution: why it waits, what it spent its time with, why it failed, and what there is beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from glider_client.cluster import paths
from glider_client.cluster.client import Cluster as Client
from glider_core.api.labels import ATTEMPT, EXECUTION_UID, RERUN_OF
from glider_core.api.moments import format_time
from tests.cluster.fixtures import Cluster
from tests.conftest import new_namespace
from tests.integration.console.conftest import PATIENCE, running_console
from tests.integration.console.samples import Samples

IMAGE = "registry.example/forecast:v3"


def open_page(page: Page, samples: Samples, name: str, query: str = "") -> None:
    page.goto(f"/executions/{samples.namespace}/{name}{query}")
    expect(page.get_by_role("tab", selected=True)).to_be_visible()


def notice(page: Page, title: str) -> Locator:
    return page.locator(".notice").filter(has_text=title)


@pytest.mark.parametrize(
    ("name", "title", "words"),
    [
        pytest.param("clean-in-line", "Too many others run", ["Waits for its turn: 4 executions", "raise maxConcurrent"], id="others run"),
        pytest.param("clean-without-secret", "A Secret is missing", ["Secret warehouse-password isn't there."], id="a Secret is missing"),
        pytest.param("train-unschedulable", "No node has room for it", ["3 Insufficient memory", "Ask for less"], id="no node fits"),
        pytest.param("report-image-missing", "An image can't be pulled", ["not found", "Check the image's name"], id="no image"),
        pytest.param("train-suspended", "It is suspended", ["Resume it"], id="it is suspended"),
        pytest.param("clean-retrying", "It waits before the next attempt", ["attempt 1 follows in 20s"], id="it backs off"),
    ],
)
def test_it_shows_why_it_waits_and_what_to_do(page: Page, samples: Samples, name: str, title: str, words: list[str]) -> None:
    open_page(page, samples, name)
    for text in words:
        expect(notice(page, title)).to_contain_text(text)


@pytest.mark.parametrize("name", ["train-running", "train-succeeded", "train-aborted"])
def test_what_runs_or_has_ended_does_not_wait(page: Page, samples: Samples, name: str) -> None:
    open_page(page, samples, name)
    expect(page.get_by_role("heading", name="Timeline")).to_be_visible()
    expect(page.locator(".notice-warning")).to_have_count(0)


def test_an_error_has_the_users_own_line_first_and_the_rest_folded(page: Page, samples: Samples) -> None:
    open_page(page, samples, "train-failed")
    error = page.get_by_role("region", name="Error", exact=True)
    expect(error).to_contain_text("ValueError: column 'temperature' has 318 empty values of 8760")
    expect(error.get_by_role("figure")).to_contain_text("forecast/model.py, line 17, in fit")
    expect(error).to_contain_text("The task's own failure, and another attempt would not help.")
    users, librarys = error.get_by_text("model.fit(frame, epochs=epochs)"), error.get_by_text("return function(**inputs)")
    expect(users).to_be_hidden()
    error.get_by_text("Traceback", exact=True).click()
    expect(users).to_be_visible()
    expect(librarys).to_be_hidden()
    error.get_by_text("1 line of a library").click()
    expect(librarys).to_be_visible()


def test_each_attempt_has_its_error_and_its_place_in_the_timeline(page: Page, samples: Samples) -> None:
    open_page(page, samples, "train-oom-killed", "?attempt=1")
    expect(page.get_by_role("region", name="Error", exact=True)).to_contain_text("Raise the memory limit, or set retries.oom.")
    expect(page.get_by_role("region", name="Attempt 1")).to_be_visible()
    expect(page.get_by_role("region", name="Attempt 0")).to_be_hidden()
    rows = page.locator(".execution-timeline > li")
    expect(rows).to_have_count(3)
    expect(rows.nth(1)).to_contain_text("Attempt 1")
    expect(rows.nth(1)).to_contain_text("Backs off 1m28s")
    expect(rows.nth(1)).to_contain_text("Waits for its container 12s")
    expect(rows.nth(1)).to_contain_text("Executes 4m54s")
    page.get_by_text("As a table, with times").click()
    expect(page.get_by_role("region", name="Timeline").get_by_role("row", name="Loads the task").first).to_contain_text("2.4s")


def test_it_shows_what_it_used_beside_what_was_asked_for(page: Page, samples: Samples) -> None:
    open_page(page, samples, "train-second-attempt")
    used = page.get_by_role("region", name="What it used")
    expect(used.get_by_role("row").nth(1)).to_contain_text("2 GiB")
    expect(notice(page, "Ask for 4096Mi of memory")).to_be_visible()


def test_a_refused_execution_shows_the_field(page: Page, samples: Samples) -> None:
    open_page(page, samples, "train-invalid")
    error = page.get_by_role("region", name="Error", exact=True)
    expect(error).to_contain_text("spec.inputs.epochs: expected an integer, found 1.5.")
    expect(error).to_contain_text("Correct the field that the message names")


def test_links_lead_to_web_pages_only(page: Page, samples: Samples) -> None:
    open_page(page, samples, "train-succeeded")
    link = page.get_by_role("link", name="Logs", exact=True)
    expect(link).to_have_attribute("href", "https://logs.example/explore?pod=train-succeeded-0")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    template = samples.executions["train-succeeded"]["spec"]["taskRef"]["name"]
    expect(page.get_by_role("link", name=f"template {template}")).to_have_attribute("href", f"/templates/{samples.namespace}/{template}")
    task = page.get_by_role("link", name="forecast.training.train_model")
    expect(task).to_have_attribute("href", f"/tasks/{samples.namespace}/forecast.training.train_model")


def test_every_tab_has_an_address(page: Page, samples: Samples) -> None:
    open_page(page, samples, "train-succeeded", "?attempt=0")
    expect(page).to_have_title(re.compile("^train-succeeded Succeeded"))
    page.get_by_role("tab", name="YAML").click()
    expect(page).to_have_url(re.compile(r"\?tab=yaml&attempt=0$"))
    execution = page.get_by_role("region", name="TaskExecution train-succeeded")
    expect(execution.locator("pre")).to_contain_text("kind: TaskExecution")
    expect(page.get_by_role("region", name=re.compile("TaskTemplate train-model"))).to_be_visible()
    with page.expect_download() as downloaded:
        execution.get_by_role("button", name="Download").click()
    assert downloaded.value.suggested_filename == "taskexecution-train-succeeded.yaml"
    page.get_by_role("tab", name="Where values are from").click()
    expect(page.get_by_role("row", name="spec.containers[task].image")).to_contain_text("TaskTemplate train-model-")
    page.get_by_role("searchbox", name="Filter").fill("limits.memory")
    expect(page.get_by_role("row", name="spec.containers[task].image")).to_be_hidden()
    expect(page.get_by_role("row", name="spec.containers[task].resources.limits.memory")).to_contain_text("2Gi")
    page.go_back()
    expect(page.get_by_role("tab", name="YAML")).to_have_attribute("aria-selected", "true")
    page.reload()
    expect(page.get_by_role("tab", name="YAML")).to_have_attribute("aria-selected", "true")


def test_on_a_phone_nothing_is_wider_than_the_page(page: Page, samples: Samples) -> None:
    page.set_viewport_size({"width": 360, "height": 780})
    for name, tab in (("train-oom-killed", "overview"), ("train-failed", "yaml"), ("train-succeeded", "origin")):
        open_page(page, samples, name, f"?tab={tab}")
        expect(page.get_by_role("tabpanel").locator("h2, table").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_an_execution_that_is_not_there_is_named(page: Page, samples: Samples) -> None:
    page.goto(f"/executions/{samples.namespace}/nothing")
    expect(page.get_by_role("alert")).to_contain_text("nothing")


# What changes while the page is open, in a namespace of its own.


@pytest.fixture(scope="module")
def client(crds: Cluster) -> Client:
    return Client.connect(kubeconfig=crds.kubeconfig)


@pytest.fixture(scope="module")
def own(crds: Cluster) -> Iterator[str]:
    with new_namespace(crds) as namespace:
        yield namespace


TASK = {"container": {"image": IMAGE, "args": ["pyflyte-execute"]}, "interface": {"outputs": {"o0": "integer"}}}


def execution(client: Client, namespace: str, name: str, *, labels: dict[str, str] | None = None, **spec: Any) -> dict[str, Any]:
    body = {
        "apiVersion": "glider.dev/v1alpha1",
        "kind": "TaskExecution",
        "metadata": {"name": name, "labels": labels or {}},
        "spec": {"task": TASK, **spec} if "taskRef" not in spec else spec,
    }
    return client.create(paths.executions(namespace), body)


def write_status(client: Client, body: dict[str, Any], **status: Any) -> None:
    metadata = body["metadata"]
    client.patch(f"{paths.executions(metadata['namespace'], metadata['name'])}/status", {"status": {"observedGeneration": 1, **status}})


def ago(seconds: float) -> str:
    return str(format_time(datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=seconds)))


def pod_for(client: Client, body: dict[str, Any]) -> dict[str, Any]:
    """A pod of the execution's first attempt that got its node, which pulls its image."""
    namespace, name, uid = (body["metadata"][field] for field in ("namespace", "name", "uid"))
    owner = {"apiVersion": body["apiVersion"], "kind": body["kind"], "name": name, "uid": uid, "controller": True}
    security = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    pod = client.create(
        paths.pods(namespace),
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": f"{name}-a0", "labels": {EXECUTION_UID: uid, ATTEMPT: "0"}, "ownerReferences": [owner]},
            "spec": {
                "nodeName": "node-1",
                "serviceAccountName": "default",
                "automountServiceAccountToken": False,
                "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
                "containers": [
                    {
                        "name": "task",
                        "image": IMAGE,
                        "securityContext": security,
                        "resources": {"requests": {"cpu": "500m"}, "limits": {"cpu": "2"}},
                    }
                ],
            },
        },
    )
    waits = {
        "name": "task",
        "image": IMAGE,
        "imageID": "",
        "ready": False,
        "restartCount": 0,
        "state": {"waiting": {"reason": "ContainerCreating"}},
    }
    scheduled = {"type": "PodScheduled", "status": "True", "lastTransitionTime": pod["metadata"]["creationTimestamp"]}
    status = {"conditions": [scheduled], "containerStatuses": [waits]}
    return client.patch(f"{paths.pods(namespace, pod['metadata']['name'])}/status", {"status": status})


def event_about(client: Client, subject: dict[str, Any], name: str, *, kind: str, reason: str, message: str, type: str = "Normal") -> None:
    metadata = subject["metadata"]
    about = {"kind": kind, "name": metadata["name"], "namespace": metadata["namespace"], "uid": metadata["uid"]}
    moment = metadata["creationTimestamp"]
    client.create(
        paths.events(metadata["namespace"]),
        {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": name},
            "involvedObject": about,
            "reason": reason,
            "message": message,
            "type": type,
            "firstTimestamp": moment,
            "lastTimestamp": moment,
            "count": 3,
        },
    )


def test_it_follows_what_happens_without_moving_the_viewer(page: Page, client: Client, own: str) -> None:
    body = execution(client, own, "followed")
    page.set_viewport_size({"width": 900, "height": 400})
    page.goto(f"/executions/{own}/followed")
    expect(page.locator(".badge").first).to_have_text("Pending")
    rows = page.locator(".execution-timeline > li")
    expect(rows).to_contain_text("Attempt 0, which hasn't begun")
    expect(page.get_by_role("button", name="Delete")).to_be_visible()
    summary = page.get_by_text("As a table, with times")
    summary.focus()
    page.evaluate("scrollTo(0, 200)")
    running = [{"number": 0, "podName": "followed-a0", "queuedTime": ago(30), "startTime": ago(10), "nodeName": "node-1"}]
    write_status(client, body, phase="Running", startTime=ago(30), attempts=running)
    expect(page.locator(".badge").first).to_have_text("Running")
    expect(rows).to_contain_text(re.compile("Runs [1-9]"))
    expect(summary).to_be_focused()
    assert page.evaluate("scrollY") > 0
    shown = re.findall(r"Runs (\S+)", rows.inner_text())
    expect(rows).not_to_contain_text(re.compile(rf"Runs {shown[0]}(?![0-9])"))  # it grows, and 1m1s has 1m in it, too
    page.get_by_role("tab", name="Events").click()
    client.delete(paths.executions(own, "followed"))
    expect(page.get_by_text("The execution followed was deleted.")).to_be_visible()
    expect(page.get_by_role("tab", name="Events")).to_have_attribute("aria-selected", "true")


def test_pods_and_events_are_shown_while_they_exist(page: Page, client: Client, own: str) -> None:
    body = execution(client, own, "pulling")
    pod = pod_for(client, body)
    event_about(client, pod, "pulling.1", kind="Pod", reason="Pulling", message=f'Pulling image "{IMAGE}"')
    event_about(client, body, "pulling.2", kind="TaskExecution", reason="CheckSpec", message="More CPU than its limit.", type="Warning")
    page.goto(f"/executions/{own}/pulling?tab=pod")
    containers = page.get_by_role("region", name="Containers")
    expect(containers.get_by_role("row").nth(1)).to_contain_text("ContainerCreating")
    expect(containers.get_by_role("row").nth(1)).to_contain_text("cpu 500m, at most 2")
    page.get_by_role("tab", name="Events").click()
    events = page.get_by_role("region", name="Events")
    expect(events.get_by_role("row", name="CheckSpec")).to_contain_text("More CPU than its limit.")
    expect(events.get_by_role("row", name="Pulling")).to_contain_text("Pod pulling-a0")
    page.get_by_role("tab", name="Overview").click()
    expect(page.locator(".execution-timeline")).to_contain_text(f"Pulls an image {IMAGE}")
    expect(notice(page, "Its container is being started")).to_be_visible()
    client.delete(paths.pods(own, "pulling-a0"), query={"gracePeriodSeconds": "0"})
    page.get_by_role("tab", name="Pods").click()
    expect(page.get_by_text("No pods")).to_be_visible()


def test_what_it_refers_to_may_be_gone(page: Page, client: Client, own: str) -> None:
    first = execution(client, own, "first", taskRef={"name": "gone-v1"})
    execution(client, own, "again", labels={RERUN_OF: first["metadata"]["uid"]})
    links = [{"name": "Bad", "uri": "javascript:alert(1)"}]
    write_status(client, first, phase="Succeeded", startTime=ago(9), completionTime=ago(1), links=links)
    page.goto(f"/executions/{own}/first")
    expect(page.get_by_text("template gone-v1, which isn't there any more")).to_be_visible()
    expect(page.get_by_text("Bad: javascript:alert(1)")).to_be_visible()
    expect(page.get_by_role("link", name="Bad")).to_have_count(0)
    page.get_by_role("link", name="again").click()
    expect(page).to_have_url(re.compile("/again$"))
    page.get_by_role("link", name="first").click()
    expect(page).to_have_url(re.compile("/first$"))
    execution(client, own, "orphan", labels={RERUN_OF: "d9b1f6c2"})
    page.goto(f"/executions/{own}/orphan")
    expect(page.get_by_text("the execution with the UID d9b1f6c2")).to_be_visible()


def test_whoever_may_not_see_pods_and_events_sees_the_rest_and_why(
    crds: Cluster, browser: Browser, client: Client, own: str, tmp_path: Path
) -> None:
    body = execution(client, own, "restricted")
    pod_for(client, body)
    crds.kubectl("-n", own, "create", "role", "viewer", "--verb=get,list,watch", "--resource=taskexecutions.glider.dev")
    crds.kubectl("-n", own, "create", "rolebinding", "viewer", "--role=viewer", "--user=ada")
    with running_console(crds.kubeconfig, tmp_path, "--as", "ada") as address:
        context = browser.new_context(base_url=address.rpartition("/enter")[0])
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.goto(address)
        page.goto(f"/executions/{own}/restricted?tab=pod")
        expect(notice(page, "The pods can't be shown")).to_contain_text("pods")
        expect(notice(page, "The Events can't be shown")).to_contain_text("events")
        expect(page.get_by_text("The notice above has the reason.")).to_be_visible()
        page.get_by_role("tab", name="Overview").click()
        expect(page.get_by_role("heading", name="Timeline")).to_be_visible()
        write_status(client, body, phase="Running", startTime=ago(5), attempts=[{"number": 0, "startTime": ago(5)}])
        expect(page.locator(".badge").first).to_have_text("Running")
        page.goto("/executions/default/anything")
        expect(page.get_by_role("alert")).to_contain_text("default")
        context.close()
