"""The tab of logs: in words where there is none, and live, searchable and in colour where there is one.

Here no container writes anything, as there is no kubelet: what a log looks like is shown with lines that the test sends to the browser.
tests/e2e/test_console_logs.py reads real ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Literal

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from glider_client.cluster import paths
from glider_client.cluster.client import Cluster as Client
from glider_client.cluster.errors import NotFoundError
from tests.cluster.fixtures import Cluster
from tests.integration.console.samples import Samples
from tests.integration.console.streamed import answer_logs, log, time_of
from tests.integration.console.test_accessibility import ALL, AXE, violations


def stream_with(query: str) -> re.Pattern[str]:
    """The address of a stream that asks for `query`."""
    return re.compile(rf"/logs/stream\?.*{re.escape(query)}")


def address_of(samples: Samples, name: str, **query: str) -> str:
    asked = "".join(f"&{key}={value}" for key, value in query.items())
    return f"/executions/{samples.namespace}/{name}?tab=logs{asked}"


# where there is no log


def test_a_log_that_went_with_its_pod(page: Page, samples: Samples) -> None:
    page.goto(address_of(samples, "train-succeeded"))
    expect(page.get_by_text("The pod of attempt 0 is gone, and its log with it.")).to_be_visible()
    link = page.get_by_role("link", name="https://logs.example/explore?pod=train-succeeded-0")
    expect(link).to_have_attribute("rel", re.compile("noopener"))
    expect(page.get_by_role("log")).to_have_count(0)


def test_why_a_container_hasnt_started(page: Page, samples: Samples) -> None:
    page.goto(address_of(samples, "train-unschedulable"))
    expect(page.get_by_text("The container hasn't started yet. Queued: 0/3 nodes are available")).to_be_visible()


@pytest.fixture
def unreachable(crds: Cluster, samples: Samples) -> Iterator[str]:
    """An execution whose pod runs on a node that nobody can reach; its name."""
    client, name = Client.connect(kubeconfig=crds.kubeconfig), "train-running"
    uid = samples.executions[name]["metadata"]["uid"]
    labels = {"glider.dev/execution-uid": uid, "glider.dev/attempt": "0", "app.kubernetes.io/managed-by": "glider"}
    security = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    container = {"name": "task", "image": "registry.example/a:1", "securityContext": security}
    restricted = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "logs-of-nobody", "labels": labels},
        "spec": {
            "nodeName": "no-such-node",
            "containers": [container],
            "securityContext": restricted,
            "automountServiceAccountToken": False,
        },
    }
    client.create(paths.pods(samples.namespace), pod)
    running = {"name": "task", "image": "a", "imageID": "", "ready": True, "restartCount": 0, "state": {"running": {}}}
    status = {"phase": "Running", "containerStatuses": [running]}
    client.patch(f"{paths.pods(samples.namespace, 'logs-of-nobody')}/status", {"status": status})
    yield name
    with suppress(NotFoundError):  # Kubernetes deletes pods of nodes that aren't there, after a while
        client.delete(paths.pods(samples.namespace, "logs-of-nobody"), query={"gracePeriodSeconds": "0"})


def test_a_node_that_cant_be_reached(page: Page, samples: Samples, unreachable: str) -> None:
    page.goto(address_of(samples, unreachable))
    expect(page.get_by_text(re.compile("No lines arrive now; it is tried again.*no-such-node"))).to_be_visible()
    expect(page.get_by_label("Container", exact=True)).to_have_value("task")


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        pytest.param("train-succeeded/logs", 404, "The pod of attempt 0 is gone", id="nothing to download"),
        pytest.param("no-such/logs", 404, "no TaskExecution 'no-such'", id="no such execution"),
        pytest.param("no-such/logs/stream", 404, "no TaskExecution 'no-such'", id="nothing to follow"),
        pytest.param("train-running/logs/stream?attempt=x", 422, "attempt: expected a whole number", id="a wrong attempt"),
        pytest.param("train-running/logs/stream?since=now", 422, "since: expected a time", id="a wrong time"),
    ],
)
def test_what_cant_be_answered_is_in_words(session: BrowserContext, samples: Samples, path: str, status: int, words: str) -> None:
    answer = session.request.get(f"/api/executions/{samples.namespace}/{path}")
    assert (answer.status, words in answer.json()["error"]["message"]) == (status, True), answer.text()


# where there is one


def test_a_log_of_many_lines(page: Page, samples: Samples) -> None:
    lines = [f"\x1b[32mINFO\x1b[0m step {number} of 20000" for number in range(20_000)]
    lines[1234] = "\x1b[1;31mERROR\x1b[0m: no space left"
    answer_logs(page, log(lines))
    page.goto(address_of(samples, "train-running", tail="1"))
    shown = page.get_by_role("log", name="Log of attempt 0, container task")
    expect(shown).to_contain_text("step 19999 of 20000")
    expect(page.get_by_text("The container has ended.")).to_be_visible()
    assert page.locator(".log-line").count() < 1_000, "only what can be seen is in the page"
    expect(shown.locator(".ansi-green").first).to_have_text("INFO")

    # a search leads there, by keyboard, and its address leads there again
    search = page.get_by_role("searchbox", name="Search the log")
    search.fill("NO SPACE")
    expect(page.get_by_text("1 line", exact=True)).to_be_visible()
    search.press("Enter")
    expect(page.locator("mark")).to_have_text("no space")
    expect(page.get_by_text("1 of 1 line", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Follow")).to_have_attribute("aria-pressed", "false")
    expect(page).to_have_url(re.compile("search=NO"))
    page.get_by_label("Regular expression").check()
    search.fill("step (1|2)000 ")
    expect(page.get_by_text("2 lines", exact=True)).to_be_visible()
    search.press("Shift+Enter")
    expect(page.get_by_text("2 of 2 lines", exact=True)).to_be_visible()
    search.fill("step (")
    expect(page.get_by_text("This is no regular expression.")).to_be_visible()
    search.fill("")

    # a line has an address
    page.get_by_role("link", name="Link to line 2001", exact=True).click()
    expect(page).to_have_url(re.compile(r"line=2026-01-31T12%3A00%3A02.000000Z"))
    page.reload()
    expect(page.locator(".log-chosen")).to_contain_text("step 2000 of 20000")
    expect(page.locator(".log-chosen")).to_be_in_viewport()

    # to the end again
    page.get_by_role("button", name="Follow").click()
    expect(shown.get_by_text("step 19999 of 20000")).to_be_in_viewport()
    shown.focus()
    shown.press("Home")
    expect(shown.get_by_text("step 0 of 20000")).to_be_in_viewport()
    expect(page.get_by_role("button", name="Follow")).to_have_attribute("aria-pressed", "false")


def test_times_wrapping_attempts_and_containers_are_in_the_address(page: Page, samples: Samples) -> None:
    answer_logs(page, log(["a " * 2_000, ("b", 10_485_760)], attempt=1))
    page.goto(address_of(samples, "train-second-attempt"))
    expect(page.get_by_text("… 10,485,760 bytes in all; download the log for the whole")).to_be_visible()
    page.get_by_label("Times").select_option("of the day")
    expect(page.locator(".log-time").first).to_have_text(re.compile(r"^\d\d:\d\d:00\.000$"))
    page.get_by_label("Times").select_option("none")
    expect(page.locator(".log-time")).to_have_count(0)
    page.get_by_label("Wrap lines").uncheck()
    expect(page.get_by_role("log")).not_to_have_class(re.compile("log-wraps"))
    page.get_by_label("Container", exact=True).select_option("glider")
    expect(page).to_have_url(re.compile("times=off&wrap=0&container=glider"))
    page.get_by_label("Attempt", exact=True).select_option("0")
    expect(page).to_have_url(re.compile("attempt=0"))
    with page.expect_request(stream_with("attempt=0&container=glider")):
        page.reload()
    expect(page.get_by_label("Wrap lines")).not_to_be_checked()
    expect(page.get_by_role("link", name="Download")).to_have_attribute("href", re.compile(r"/logs\?attempt=0&container=glider$"))


def test_earlier_lines_are_loaded_and_the_view_stays(page: Page, samples: Samples) -> None:
    answer_logs(page, log([f"line {number}" for number in range(10_000)]))
    with page.expect_request(stream_with("tail=10000")):
        page.goto(address_of(samples, "train-running"))
    with page.expect_request(stream_with("tail=50000")):
        page.get_by_role("button", name="Load earlier lines").click()
    expect(page.get_by_role("button", name="Load earlier lines")).to_have_count(0)
    expect(page.get_by_text("line 0", exact=True)).to_be_in_viewport()


def test_a_line_that_is_not_loaded_is_loaded_from_there_on(page: Page, samples: Samples) -> None:
    answer_logs(page, log([f"line {number}" for number in range(10)]))
    page.goto(address_of(samples, "train-running", line="2026-01-30T12:00:00.5Z~3"))
    with page.expect_request(stream_with("since=2026-01-30T12%3A00%3A00.5Z")):
        page.get_by_role("button", name="Load from that line on").click()
    expect(page.get_by_role("button", name="Load from that line on")).to_have_count(0)
    expect(page.get_by_text("The line that the address names is not among those that are loaded.")).to_be_visible()
    expect(page.get_by_role("button", name="Load earlier lines")).to_be_visible()


def test_a_log_is_copied_as_it_is_shown(page: Page, samples: Samples) -> None:
    answer_logs(page, log(["\x1b[31mred\x1b[0m", "10%\r100%"]))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(address_of(samples, "train-running"))
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_text("Copied", exact=True)).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "red\n100%\n"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_colour_can_be_read(page: Page, samples: Samples, theme: Literal["light", "dark"]) -> None:
    codes = [*range(30, 38), *range(90, 98), *range(40, 48), *range(100, 108), 1, 2, 3, 4, 7, 9]
    answer_logs(page, log([f"\x1b[{code}mcolour {code}\x1b[0m \0 and a word" for code in codes]))
    page.emulate_media(color_scheme=theme)
    page.goto(address_of(samples, "train-running", search="word", wrap="0", line=time_of(3)))
    expect(page.locator("mark").first).to_be_visible()
    page.evaluate(AXE)
    assert violations(page, ALL) == []


def test_a_log_that_goes_on_follows_itself_over_reconnects(page: Page, samples: Samples) -> None:
    asked = answer_logs(page, log(["first"], ends=False))
    page.goto(address_of(samples, "train-running"))
    expect(page.get_by_text("first", exact=True).first).to_be_visible()
    expect(page.get_by_text("No lines arrive now; it is tried again. The console doesn't answer.")).to_be_visible()
    expect(page.locator(".log-line").nth(1)).to_be_visible()
    assert f"lastEventId=0%2F{time_of(0).replace(':', '%3A')}%2F1" in asked[1]
