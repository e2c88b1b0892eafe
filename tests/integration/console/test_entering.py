"""The address that `glider console` prints opens one session, once; without it nobody sees anything."""

from __future__ import annotations

import http.client
import re
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.cluster.fixtures import Cluster
from tests.integration.console.conftest import PATIENCE, running_console, started_console


def test_the_address_opens_the_executions(page: Page) -> None:
    page.goto("/")
    expect(page).to_have_url(re.compile("/executions$"))
    expect(page.get_by_role("heading", name="Executions")).to_be_visible()


def test_the_address_works_once(crds: Cluster, browser: Browser, tmp_path: Path) -> None:
    with running_console(crds.kubeconfig, tmp_path) as address:
        origin = address.rpartition("/enter")[0]
        answers = []
        for _ in range(2):
            context = browser.new_context(base_url=origin)
            context.request.get(address)
            answers.append(context.request.get("/api/viewer").status)
            context.close()
        assert answers == [200, 401]


def test_the_viewer_is_who_the_kubeconfig_names(session: BrowserContext) -> None:
    viewer = session.request.get("/api/viewer").json()
    assert (viewer["entrance"], viewer["server"][:8]) == ("local", "https://")


def test_an_address_that_was_used_explains_itself_and_leads_on_where_the_session_is(
    crds: Cluster, browser: Browser, tmp_path: Path
) -> None:
    with running_console(crds.kubeconfig, tmp_path) as address:
        first, second = browser.new_context().new_page(), browser.new_context().new_page()
        for page in (first, second):
            page.set_default_timeout(PATIENCE)
            page.goto(address)
        expect(second.get_by_role("heading", name="Sign in")).to_be_visible()
        expect(second.get_by_role("status")).to_contain_text("Run glider console again, or use the tab where it is open.")
        first.goto(address)
        expect(first.get_by_role("heading", name="Executions")).to_be_visible()
        for page in (first, second):
            page.context.close()


def test_one_browser_has_sessions_of_two_consoles(crds: Cluster, browser: Browser, tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
    with ExitStack() as stack:
        addresses = [stack.enter_context(running_console(crds.kubeconfig, tmp_path / name)) for name in ("first", "second")]
        context = browser.new_context()
        stack.callback(context.close)
        for address in addresses:
            context.request.get(address)
        for address in addresses:
            assert context.request.get(address.rpartition("/enter")[0] + "/api/viewer").status == 200


def test_the_viewer_is_whom_as_names(crds: Cluster, browser: Browser, tmp_path: Path) -> None:
    with running_console(crds.kubeconfig, tmp_path, "--as", "ben") as address:
        context = browser.new_context(base_url=address.rpartition("/enter")[0])
        context.request.get(address)
        assert context.request.get("/api/viewer").json()["name"] == "ben"
        assert context.request.get("/api/executions").status == 403
        context.close()


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "localhost:1"])
def test_another_sites_name_for_this_machine_is_refused(session: BrowserContext, host: str) -> None:
    for path in ("/api/viewer", "/", "/enter?token=x"):
        assert session.request.get(path, headers={"Host": host}).status == 421


def test_ctrl_c_ends_it_though_a_stream_is_open(crds: Cluster, tmp_path: Path) -> None:
    with started_console(crds.kubeconfig, tmp_path) as (process, address):
        url = urlsplit(address)
        assert url.hostname is not None
        connection = http.client.HTTPConnection(url.hostname, url.port or 0, timeout=20)
        connection.request("GET", f"{url.path}?{url.query}")
        entered = connection.getresponse()
        entered.read()
        cookie = entered.headers["Set-Cookie"].partition(";")[0]
        connection.request("GET", "/api/executions/stream", headers={"Cookie": cookie})
        assert connection.getresponse().readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0
        connection.close()
    assert "Traceback" not in (tmp_path / "console.log").read_text()


def test_a_port_in_use_is_named(crds: Cluster) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        program = [str(Path(sys.executable).parent / "glider"), "console", "--kubeconfig", str(crds.kubeconfig), "--port", str(port)]
        done = subprocess.run([*program, "--no-browser"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert f"--port: another program listens on {port}. Pass another one, or 0 for any that is free." in done.stderr
