"""Whatever people and programs write is shown as data: no page makes markup, scripts, addresses or requests of it, on any of its ways.

Decks are pages by themselves: test_data.py shows that theirs reach nothing; what else they may try is here.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, expect

from glider_client.cluster import paths
from glider_client.cluster.client import Cluster as Client
from glider_core.api.labels import API_VERSION, EXECUTION_KIND
from tests.cluster.fixtures import Cluster
from tests.conftest import new_namespace
from tests.integration.console.conftest import PATIENCE
from tests.integration.console.hostile import ADDRESSES, EVIL, MARKUP, NAME, Guarded, create, guarded
from tests.integration.console.streamed import Line, answer_logs, log


@pytest.fixture(scope="module")
def hostile(crds: Cluster) -> Iterator[str]:
    """The namespace in which everything is."""
    with new_namespace(crds) as namespace:
        create(Client.connect(kubeconfig=crds.kubeconfig), namespace)
        yield namespace


@pytest.fixture
def guard(session: BrowserContext) -> Iterator[Guarded]:
    """A page on which whatever works fails the test."""
    with guarded(session, "/".join(session.pages[0].url.split("/")[:3])) as found:
        yield found


@pytest.mark.parametrize(
    "tab",
    [
        pytest.param("overview", id="the overview: error, attempts, links, conditions"),
        pytest.param("inputs-outputs", id="inputs and outputs"),
        pytest.param("events", id="Events"),
        pytest.param("pod", id="pods"),
        pytest.param("yaml", id="YAML"),
    ],
)
def test_an_execution_shows_it_as_data(guard: Guarded, hostile: str, tab: str) -> None:
    page = guard.open(f"/executions/{hostile}/{NAME}?tab={tab}")
    expect(page.get_by_text("<script>ran()</script>").first).to_be_attached()
    page.locator("details").evaluate_all("folded => folded.forEach((one) => { one.open = true; })")
    guard.check()


def test_links_lead_to_web_pages_only(guard: Guarded, hostile: str) -> None:
    page = guard.open(f"/executions/{hostile}/{NAME}")
    expect(page.get_by_text(ADDRESSES[0]).first).to_be_visible()
    addresses = page.locator("#main a").evaluate_all("links => links.map(link => link.protocol)")
    assert set(addresses) <= {"http:", "https:"}


@pytest.mark.parametrize(
    ("address", "shows"),
    [
        pytest.param("/executions?namespace={namespace}", NAME, id="the list"),
        pytest.param("/executions?namespace={namespace}&text=%3Cimg%20src%3Dx&phase=Failed", NAME, id="a filter"),
        pytest.param(
            "/executions?namespace=%3Cimg%20src=x%20onerror=ran()%3E&since=%22%3E&sort=%3Cb%3E&label=%3Cb%3E", "", id="an address"
        ),
        pytest.param("/templates?namespace={namespace}", NAME, id="templates"),
        pytest.param("/templates/{namespace}/hostile", NAME, id="a launch form"),
        pytest.param("/tasks/{namespace}/hostile", NAME, id="a task"),
        pytest.param("/tasks/%3Cimg%20src=x%20onerror=ran()%3E/%3Csvg%20onload=ran()%3E", "", id="names in an address"),
        pytest.param(
            "/executions/%3Cimg%20src=x%20onerror=ran()%3E/%E2%80%AEa?tab=%3Cb%3E&attempt=%3Cb%3E", "", id="an execution's address"
        ),
        pytest.param("/sign-in?to=javascript:ran()", "", id="the way back from signing in"),
    ],
)
def test_every_page_shows_it_as_data(guard: Guarded, hostile: str, address: str, shows: str) -> None:
    page = guard.open(address.format(namespace=hostile))
    expect(page.locator("html[data-ready=true]")).to_be_attached()
    expect(page.get_by_text(shows).first if shows else page.locator("#main")).to_be_visible()
    guard.check()


def test_log_lines_are_text(guard: Guarded, hostile: str) -> None:
    lines: list[Line] = [
        EVIL,
        MARKUP * 400,
        ("\u202e" * 65_536, 10_485_760),
        "\x1b[31m" * 13_000,
        "\0" * 65_536,
        "\r" * 1_000 + MARKUP,
        "x" * 65_536,
    ]
    answer_logs(guard.page, log([*lines, "the last line"]))
    page = guard.open(f"/executions/{hostile}/{NAME}?tab=logs&search=%3Cimg%20src%3Dx")
    expect(page.get_by_text("the last line")).to_be_visible()
    expect(page.locator("mark").first).to_be_attached()
    assert page.title() != "title", "a title that a log has set"
    assert MARKUP in page.locator(".log-text").first.inner_text()
    expect(page.get_by_text("10,485,760 bytes in all")).to_be_attached()
    guard.check()


def nested(depth: int) -> object:
    value: object = MARKUP
    for _ in range(depth):
        value = {"a": value}
    return value


#: Close to what an object may have.
LARGE = {
    "long": {"a": MARKUP + "x" * 1_000_000},
    "many": {f"k{number}": number for number in range(80_000)},
    "deep": nested(60),
}


@pytest.fixture(scope="module")
def large(crds: Cluster, hostile: str) -> str:
    """The namespace with executions that have large outputs."""
    client = Client.connect(kubeconfig=crds.kubeconfig)
    task = {"container": {"image": "registry.example/a:1", "args": ["true"]}, "interface": {"outputs": {"o0": "struct"}}}
    for name, outputs in LARGE.items():
        body = {"apiVersion": API_VERSION, "kind": EXECUTION_KIND, "metadata": {"name": name}, "spec": {"task": task}}
        client.create(paths.executions(hostile), body)
        status = {"phase": "Succeeded", "outputs": {"o0": outputs}}
        client.patch(f"{paths.executions(hostile, name)}/status", {"status": status})
    return hostile


@pytest.mark.parametrize(
    ("name", "tab"),
    [
        pytest.param("long", "inputs-outputs", id="a text of a megabyte"),
        pytest.param("long", "yaml", id="a text of a megabyte as YAML"),
        pytest.param("many", "inputs-outputs", id="eighty thousand keys"),
        pytest.param("deep", "inputs-outputs", id="a deep tree"),
    ],
)
def test_a_page_stays_usable_with_large_values(guard: Guarded, large: str, name: str, tab: str) -> None:
    page = guard.open(f"/executions/{large}/{name}?tab={tab}")
    expect(page.get_by_text("o0").first).to_be_visible(timeout=3 * PATIENCE)
    assert page.locator("#main *").count() < 5_000
    page.get_by_role("tab", name="Overview").click()
    expect(page.get_by_role("tabpanel", name="Overview")).to_be_visible(timeout=3 * PATIENCE)
    guard.check()
