"""The list of executions in a browser: live, filtered and sorted by its address, and thousands of rows long."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from glider_client.cluster import paths
from glider_client.cluster.client import Cluster as Client
from glider_core.api.phases import Phase
from tests.cluster.fixtures import Cluster
from tests.cluster.ports import free_ports
from tests.conftest import new_namespace
from tests.integration.console.conftest import PATIENCE, running_console
from tests.integration.console.entering import create_user, serving_in_a_cluster
from tests.integration.console.samples import REPORT, Samples

MANY = 1_500
#: As many connections as the client keeps.
_AT_ONCE = 8

Json = Mapping[str, Any]


@pytest.fixture(scope="module")
def client(crds: Cluster) -> Client:
    return Client.connect(kubeconfig=crds.kubeconfig)


@pytest.fixture(scope="module")
def many(crds: Cluster, client: Client) -> Iterator[str]:
    """A namespace with thousands of executions: run-0000 and so on."""
    with new_namespace(crds) as namespace:
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            list(threads.map(lambda number: create(client, namespace, f"run-{number:04}"), range(MANY)))
        yield namespace


@pytest.fixture
def own(crds: Cluster) -> Iterator[str]:
    """A namespace of the test's own."""
    with new_namespace(crds) as namespace:
        yield namespace


def create(client: Client, namespace: str, name: str, **labels: str) -> None:
    document = {
        "apiVersion": "glider.dev/v1alpha1",
        "kind": "TaskExecution",
        "metadata": {"name": name, "labels": labels},
        "spec": {"taskRef": {"name": "train"}, "suspend": True},
    }
    client.create(paths.executions(namespace), document)


def report(client: Client, namespace: str, name: str, **status: Any) -> None:
    client.patch(f"{paths.executions(namespace, name)}/status", {"status": status})


def rows(page: Page) -> Locator:
    return page.locator("tr[data-uid]")


def names(page: Page) -> Locator:
    return rows(page).locator(".executions-name a")


def row(page: Page, name: str) -> Locator:
    return rows(page).filter(has=page.get_by_role("link", name=name, exact=True))


def go(page: Page, **filters: str) -> None:
    page.goto(f"/executions?{urlencode(filters)}")


def in_address(page: Page, name: str, value: str) -> None:
    """Until the address has this parameter."""
    expect(page).to_have_url(re.compile(rf"[?&]{name}={re.escape(value)}(&|$)"))


def test_changes_appear_as_they_happen(page: Page, client: Client, own: str):
    go(page, namespace=own, sort="name")
    expect(page.get_by_text(f"There are no executions in the namespace {own}")).to_be_visible()
    create(client, own, "b")
    expect(names(page)).to_have_text(["b"])
    create(client, own, "a")
    expect(names(page)).to_have_text(["a", "b"])
    report(
        client, own, "a", phase="Failed", error={"code": "USER:ValueError", "reason": "UserError", "message": "Traceback\nValueError: no"}
    )
    expect(row(page, "a")).to_contain_text("Failed")
    expect(row(page, "a")).to_contain_text("ValueError: no")
    expect(page.get_by_role("button", name="Failed 1")).to_be_visible()
    client.delete(paths.executions(own, "b"))
    expect(names(page)).to_have_text(["a"])
    expect(page.locator(".executions-state")).to_contain_text("Live")


def _created_by(samples: Samples, takes: Callable[[Json], bool]) -> list[str]:
    return sorted(name for name, body in samples.executions.items() if takes(body))


FILTERS = [
    pytest.param({"phase": "Failed"}, lambda body: body["status"]["phase"] == "Failed", id="a phase"),
    pytest.param({"phase": "Running,TimedOut"}, lambda body: body["status"]["phase"] in ("Running", "TimedOut"), id="two phases"),
    pytest.param({"task": REPORT}, lambda body: body["spec"]["taskRef"]["name"].startswith("weekly-report-"), id="a task by its name"),
    pytest.param({"task": "weekly-report-*"}, lambda body: body["spec"]["taskRef"]["name"].startswith("weekly-report-"), id="a task"),
    pytest.param(
        {"label": "team=forecast,example.com/label-0"}, lambda body: "example.com/label-0" in body["metadata"]["labels"], id="labels"
    ),
    pytest.param({"label": "team notin (forecast)"}, lambda _: False, id="labels of nothing"),
    pytest.param({"since": "1h"}, lambda _: True, id="lately"),
    pytest.param({"until": "2020-01-01"}, lambda _: False, id="long ago"),
    pytest.param(
        {"text": "TEMPERATURE' has"},
        lambda body: "'temperature' has" in (body["status"].get("error") or {}).get("message", ""),
        id="a text in the error",
    ),
    pytest.param({"text": "train-f"}, lambda body: "train-f" in body["metadata"]["name"], id="a text in the name"),
    pytest.param(
        {"text": "train-v1", "phase": "Failed"},
        lambda body: body["metadata"]["name"].startswith("train-v1") and body["status"]["phase"] == "Failed",
        id="several at once",
    ),
]


@pytest.mark.parametrize(("filters", "takes"), FILTERS)
def test_filters(session: BrowserContext, samples: Samples, filters: dict[str, str], takes: Callable[[Json], bool]):
    """The front end passes its address on to the back end, so what that answers is what is shown."""
    address = f"/api/executions?{urlencode({'namespace': samples.namespace, 'limit': '500', **filters})}"
    answer = session.request.get(address).json()
    assert sorted(one["name"] for one in answer["rows"]) == _created_by(samples, takes)
    assert answer["total"] == len(answer["rows"])


def test_the_filters_are_in_the_address(page: Page, samples: Samples):
    go(page, namespace=samples.namespace)
    expect(rows(page).first).to_be_visible()
    page.get_by_role("button", name="Failed").click()
    in_address(page, "phase", "Failed")
    page.get_by_label("Search").fill("train-oom")
    in_address(page, "text", "train-oom")
    expect(names(page)).to_have_text(["train-oom-killed"])
    page.get_by_label("Labels").fill("team=forecast")
    page.get_by_label("Labels").press("Enter")
    in_address(page, "label", "team%3Dforecast")
    page.get_by_label("Created within").select_option("24h")
    in_address(page, "since", "24h")
    expect(names(page)).to_have_text(["train-oom-killed"])
    page.go_back()
    expect(page).not_to_have_url(re.compile("since="))
    expect(page.get_by_label("Created within")).to_have_value("")
    page.go_forward()
    in_address(page, "since", "24h")
    page.get_by_role("button", name="Clear filters").click()
    expect(page).to_have_url(re.compile(rf"/executions\?namespace={samples.namespace}$"))
    expect(page.get_by_label("Search")).to_have_value("")


def test_a_filter_that_is_none_names_its_field(page: Page, samples: Samples):
    go(page, namespace=samples.namespace, label="a b")
    expect(page.get_by_label("Labels")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("expected a label selector such as team=a").first).to_be_visible()
    page.get_by_label("Labels").fill("team=forecast")
    page.get_by_label("Labels").press("Enter")
    expect(rows(page).first).to_be_visible()


def test_filters_that_nothing_passes_lead_on(page: Page, samples: Samples):
    go(page, namespace=samples.namespace, text="no such text")
    expect(page.get_by_text(f"No execution in the namespace {samples.namespace} passes these filters")).to_be_visible()
    page.locator(".empty").get_by_role("button", name="Clear filters").click()
    expect(rows(page).first).to_be_visible()


def test_columns_sort(page: Page, samples: Samples):
    go(page, namespace=samples.namespace)
    page.get_by_role("columnheader", name="Name").get_by_role("button").click()
    in_address(page, "sort", "name")
    expect(names(page).first).to_have_text(min(samples.executions))
    page.get_by_role("columnheader", name="Name").get_by_role("button").click()
    in_address(page, "sort", "-name")
    expect(names(page).first).to_have_text(max(samples.executions))
    expect(page.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "descending")


def test_the_whole_message_can_be_read(page: Page, samples: Samples):
    go(page, namespace=samples.namespace, text="train-failed")
    row(page, "train-failed").locator(".executions-why button").click()
    dialog = page.get_by_role("dialog", name="train-failed")
    expect(dialog).to_contain_text("model.fit(frame, epochs=epochs)")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_thousands_of_rows_are_scrolled_through(page: Page, many: str):
    go(page, namespace=many, sort="name")
    expect(page.get_by_role("grid")).to_have_attribute("aria-rowcount", str(MANY + 1))
    expect(names(page).first).to_have_text("run-0000")
    for place in (300, 1_100, 700):
        page.evaluate("([place, all]) => window.scrollTo(0, document.body.scrollHeight * place / all)", [place, MANY])
        shown = page.locator(f'tr[aria-rowindex="{place + 2}"]')
        expect(shown.locator(".executions-name a")).to_have_text(f"run-{place:04}")
    assert rows(page).count() < 100
    rows(page).first.focus()
    page.keyboard.press("End")
    expect(row(page, f"run-{MANY - 1:04}")).to_be_focused()
    page.keyboard.press("Home")
    expect(row(page, "run-0000")).to_be_focused()


def test_whoever_comes_back_finds_the_place_again(page: Page, many: str):
    go(page, namespace=many, sort="name")
    expect(names(page).first).to_have_text("run-0000")
    page.evaluate("place => window.scrollTo(0, document.body.scrollHeight * place)", 700 / MANY)
    row(page, "run-0700").get_by_role("link").click()
    expect(page).to_have_url(re.compile("/run-0700$"))
    page.go_back()
    expect(row(page, "run-0700")).to_be_in_viewport()
    page.get_by_role("button", name="Pending").click()
    expect(row(page, "run-0000")).to_be_in_viewport()


def test_rows_that_come_above_move_nothing(page: Page, client: Client, own: str):
    for number in range(60):
        create(client, own, f"b-{number:02}")
    page.set_viewport_size({"width": 1280, "height": 500})
    go(page, namespace=own, sort="name")
    expect(page.get_by_role("grid")).to_have_attribute("aria-rowcount", "61")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    expect(row(page, "b-59")).to_be_in_viewport()
    before = row(page, "b-55").bounding_box()
    create(client, own, "a")
    expect(page.get_by_role("grid")).to_have_attribute("aria-rowcount", "62")
    expect(row(page, "b-55")).to_have_attribute("aria-rowindex", "58")
    assert row(page, "b-55").bounding_box() == before


def test_pages_of_the_api_are_the_list(session: BrowserContext, many: str):
    found = []
    for offset in range(0, MANY, 500):
        answer = session.request.get(f"/api/executions?namespace={many}&sort=name&offset={offset}&limit=500").json()
        assert (answer["total"], answer["counts"]) == (MANY, {"Pending": MANY})
        found += [one["name"] for one in answer["rows"]]
    assert found == [f"run-{number:04}" for number in range(MANY)]


def test_the_keyboard_is_enough(page: Page, samples: Samples):
    go(page, namespace=samples.namespace, sort="name", text="clean")
    listed = sorted(name for name in samples.executions if "clean" in name)
    expect(names(page)).to_have_text(listed)
    page.keyboard.press("/")
    expect(page.get_by_label("Search")).to_be_focused()
    rows(page).first.focus()
    page.keyboard.press("ArrowDown")
    expect(rows(page).nth(1)).to_be_focused()
    page.keyboard.press(" ")
    expect(rows(page).nth(1)).to_have_attribute("aria-selected", "true")
    expect(page.get_by_text("1 selected")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/executions/{samples.namespace}/{listed[1]}$"))
    page.go_back()
    expect(names(page)).to_have_text(listed)


def test_rows_are_selected_together(page: Page, samples: Samples):
    go(page, namespace=samples.namespace, text="clean")
    count = sum("clean" in name for name in samples.executions)
    expect(rows(page)).to_have_count(count)
    page.get_by_label("Select all that are loaded").check()
    expect(page.get_by_text(f"{count} selected")).to_be_visible()
    page.get_by_role("button", name="Select none").click()
    expect(page.locator("tr[aria-selected=true]")).to_have_count(0)


def test_on_a_phone_columns_fold_away(page: Page, samples: Samples):
    page.set_viewport_size({"width": 360, "height": 740})
    go(page, namespace=samples.namespace, text="train-failed")
    expect(row(page, "train-failed")).to_contain_text("ValueError: column 'temperature'")
    expect(page.locator(".executions-body .executions-task").first).to_be_hidden()
    expect(page.get_by_label("Labels")).to_be_hidden()
    page.get_by_role("button", name="More filters").click()
    expect(page.get_by_label("Labels")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_stream_that_ends_shows_why(page: Page, samples: Samples):
    """Who loses the right while they watch: the back end's part is tested in test_console_live."""
    error = {"error": {"status": 403, "reason": "Forbidden", "message": "ben may not list taskexecutions any more."}}
    body = f"event: end\ndata: {json.dumps(error)}\n\n"
    page.route("**/api/executions/stream?*", lambda route: route.fulfill(content_type="text/event-stream", body=body))
    go(page, namespace=samples.namespace)
    expect(page.get_by_role("alert")).to_contain_text("ben may not list taskexecutions any more.")
    page.unroute("**/api/executions/stream?*")
    page.get_by_role("button", name="Try again").click()
    expect(rows(page).first).to_be_visible()


def grant(client: Client, user: str, namespace: str, resource: str, group: str, verbs: list[str]) -> list[str]:
    """The paths of the role and of its binding; an empty namespace is all of them."""
    api = "rbac.authorization.k8s.io"
    base = f"/apis/{api}/v1" + (f"/namespaces/{namespace}" if namespace else "")
    kind = "Role" if namespace else "ClusterRole"
    rule = {"apiGroups": [group], "resources": [resource], "verbs": verbs}
    role = {"apiVersion": f"{api}/v1", "kind": kind, "metadata": {"name": user}, "rules": [rule]}
    binding = {
        "apiVersion": f"{api}/v1",
        "kind": f"{kind}Binding",
        "metadata": {"name": user},
        "roleRef": {"apiGroup": api, "kind": kind, "name": user},
        "subjects": [{"apiGroup": api, "kind": "User", "name": user}],
    }
    lists = [f"{base}/{kind.lower()}s", f"{base}/{kind.lower()}bindings"]
    for path, document in zip(lists, (role, binding), strict=True):
        client.create(path, document)
    return [f"{path}/{user}" for path in lists]


@pytest.fixture
def ben(crds: Cluster, client: Client, browser: Browser, samples: Samples, tmp_path: Path) -> Iterator[Page]:
    """Somebody else, who may list and watch executions in the samples' namespace only."""
    rights = [(samples.namespace, "taskexecutions", "glider.dev", ["list", "watch"]), ("", "namespaces", "", ["list"])]
    made = [grant(client, "ben", namespace, resource, group, verbs) for namespace, resource, group, verbs in rights]
    try:
        with running_console(crds.kubeconfig, tmp_path, "--as", "ben") as address:
            context = browser.new_context(base_url=address.rpartition("/enter")[0])
            context.set_default_timeout(PATIENCE)
            page = context.new_page()
            page.goto(address)
            yield page
            context.close()
    finally:
        for path in (path for both in made for path in both):
            client.delete(path)


def test_an_address_shows_the_same_to_others_within_their_rights(page: Page, ben: Page, samples: Samples, many: str):
    go(page, namespace=samples.namespace, phase="Failed", text="train", sort="name")
    expected = sorted(name for name in samples.with_phase(Phase.FAILED) if "train" in name)
    expect(names(page)).to_have_text(expected)
    path = page.evaluate("location.pathname + location.search")
    ben.goto(path)
    expect(names(ben)).to_have_text(expected)
    expect(ben.get_by_role("button", name="Failed")).to_have_attribute("aria-pressed", "true")
    expect(ben.get_by_label("Search")).to_have_value("train")
    go(ben, namespace=many)
    expect(ben.get_by_role("alert")).to_contain_text(f"may not list taskexecutions in the namespace {many}")
    expect(rows(ben)).to_have_count(0)
    ben.goto("/executions")
    in_address(ben, "namespace", samples.namespace)
    expect(rows(ben).first).to_be_visible()


def test_a_console_that_is_restarted_goes_on(browser: Browser, crds: Cluster, client: Client, own: str, tmp_path: Path):
    create(client, own, "before")
    token = create_user(crds, own, "ada")
    (port,) = free_ports(1)  # none that a connection on its way out may get while nobody listens there
    settings = {"bindAddress": f"127.0.0.1:{port}"}
    with serving_in_a_cluster(crds.kubeconfig, tmp_path, settings, env=os.environ) as first:
        context = browser.new_context(base_url=first.origin)
        context.set_default_timeout(PATIENCE)
        assert context.request.post("/api/sign-in", data={"token": token}, headers={"X-Glider-Console": "1"}).ok
        page = context.new_page()
        go(page, namespace=own, sort="name")
        expect(names(page)).to_have_text(["before"])
    expect(page.locator(".executions-state")).to_contain_text("Reconnecting")
    expect(names(page)).to_have_text(["before"])
    create(client, own, "later")
    with serving_in_a_cluster(crds.kubeconfig, tmp_path, settings, env=os.environ):
        expect(names(page)).to_have_text(["before", "later"], timeout=3 * PATIENCE)
        expect(page.locator(".executions-state")).to_contain_text("Live")
        context.close()
