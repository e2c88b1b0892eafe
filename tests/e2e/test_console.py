"""The console as the chart installs it, behind its Service: somebody signs in with a token, runs a task, and sees what it leaves."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import chromium
from tests.cluster.fixtures import Cluster
from tests.e2e.conftest import SYSTEM, Glider
from tests.resources import task, template

CODE = """
from glider import Deck, task


@task(enable_deck=True)
def tallest(values: list[int]) -> int:
    print("\\x1b[32mmeasuring\\x1b[0m <b>bars</b>", flush=True)
    Deck("Bars", "".join(f"<p>{'|' * value} {value}</p>" for value in values))
    return max(values)
"""
COMMAND = "glider-execute --inputs {{.input}} --output-prefix {{.outputPrefix}} --raw-output-data-prefix {{.rawOutputDataPrefix}}"
PATIENCE = 40_000


@contextmanager
def forwarded(cluster: Cluster) -> Iterator[str]:
    """`kubectl port-forward` to the console's Service, as its page in the docs has it; the address that browsers open."""
    command = [str(cluster.kubectl_path), "--kubeconfig", str(cluster.kubeconfig), "--namespace", SYSTEM]
    with subprocess.Popen([*command, "port-forward", "service/glider-console", ":80"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            found = re.search(r"127\.0\.0\.1:(\d+)", process.stdout.readline())
            assert found is not None, "kubectl forwards no port"
            yield f"http://localhost:{found[1]}"
        finally:
            process.terminate()


@contextmanager
def signed_in(glider: Glider, browser: Browser, path: str, *, token: str) -> Iterator[Page]:
    """The page at `path`, which somebody wanted before they signed in. An error in its scripts fails the test."""
    with forwarded(glider.cluster) as address:
        context = browser.new_context(base_url=address)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(path)
        page.get_by_label("Token").fill(token)
        page.get_by_role("button", name="Sign in").click()
        expect(page).to_have_url(f"{address}{path}")
        yield page
        context.close()
    assert faults == []


def register(glider: Glider) -> None:
    """A task that prints, returns something and leaves a deck."""
    glider.kubectl("create", "configmap", "code", f"--from-literal=bars.py={CODE}")
    mounted: dict[str, Any] = {
        "volumes": [{"name": "code", "configMap": {"name": "code"}}],
        "volumeMounts": [{"name": "code", "mountPath": "/code"}],
    }
    arguments = [*COMMAND.split(), "--task-module", "bars", "--task-name", "tallest"]
    spec = task(arguments, inputs={"values": "list[integer]"}, outputs={"o0": "integer"}, **mounted)
    spec["id"]["name"] = "bars.tallest"
    spec["container"]["workingDir"] = "/code"
    glider.apply(template("tallest", spec))


def token_of(glider: Glider, name: str, *, role: str | None = None) -> str:
    """A token of somebody who has that role in the namespace, or none."""
    glider.kubectl("create", "serviceaccount", name)
    if role is not None:
        glider.kubectl("create", "rolebinding", name, f"--clusterrole={role}", f"--serviceaccount={glider.namespace}:{name}")
    return glider.kubectl("create", "token", name).strip()


@pytest.fixture
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with chromium() as found:
        yield found


def test_a_user_runs_a_task_and_sees_what_it_leaves_and_nobody_else_does(glider: Glider, browser: Browser) -> None:
    register(glider)
    form = f"/templates/{glider.namespace}/tallest?inputs={quote(json.dumps({'values': [1, 3, 2]}))}"
    with signed_in(glider, browser, form, token=token_of(glider, "ada", role="glider-user")) as page:
        run(page, glider)
        path = urlsplit(page.url).path
        look_through(page)
        page.goto(f"/executions?namespace={glider.namespace}")
        expect(page.get_by_role("row").filter(has_text="tallest").get_by_text("Succeeded")).to_be_visible()
    with signed_in(glider, browser, path, token=token_of(glider, "mallory")) as page:
        expect(page.get_by_text(re.compile("may not get|forbidden|can't get", re.IGNORECASE)).first).to_be_visible()
        expect(page.get_by_text("Succeeded")).to_have_count(0)
        urls = [f"/api{path}{below}" for below in ("", "/logs?attempt=0", "/outputs", "/yaml")]
        urls += [f"/decks{path.removeprefix('/executions')}/0"]
        answers = page.evaluate("urls => Promise.all(urls.map(url => fetch(url).then(answer => answer.status)))", urls)
        assert answers == [403] * 5


def run(page: Page, glider: Glider) -> None:
    """Run the task by the form, and wait for its end on the page that follows, which nothing loads again."""
    expect(page.get_by_role("heading", name="bars.tallest")).to_be_visible()
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page).to_have_url(re.compile(f"/executions/{glider.namespace}/[^/?]+$"))
    expect(page.get_by_text("Succeeded", exact=True).first).to_be_visible()


def look_through(page: Page) -> None:
    """The tabs of what the pod and the store have of it."""
    page.get_by_role("tab", name="Logs").click()
    log = page.get_by_role("log")
    expect(log).to_contain_text("measuring <b>bars</b>")
    expect(log.locator(".ansi-green")).to_have_text("measuring")
    page.get_by_role("tab", name="Inputs and outputs").click()
    expect(page.get_by_role("list", name="Outputs").get_by_text("3", exact=True)).to_be_visible()
    page.get_by_role("tab", name="Deck").click()
    deck = page.frame_locator("iframe")
    deck.get_by_role("listitem").filter(has_text="Bars").click()
    expect(deck.get_by_text("||| 3")).to_be_visible()
