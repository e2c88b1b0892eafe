"""The console as a process beside a real API server, and Debian's Chromium.

Playwright's loop runs in this thread while the package's tests do, so no test here is asynchronous.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from glider_client.cluster.client import Cluster as Client
from tests.browser import chromium
from tests.cluster.fixtures import Cluster
from tests.conftest import new_namespace
from tests.integration.conftest import end_operators
from tests.integration.console.samples import Samples, create

#: In milliseconds: as long as a busy machine may take. Whatever is there before is used at once.
PATIENCE = 30_000


@contextmanager
def started_console(kubeconfig: Path, folder: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`glider console` as a process, and the address that opens its one session."""
    program = Path(sys.executable).parent / "glider"
    command = [str(program), "console", "--no-browser", "--port", "0", "--kubeconfig", str(kubeconfig), *arguments]
    with (folder / "console.log").open("w") as log, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            found = re.search(r"http://\S+", line)
            assert found is not None, f"expected an address, found {line!r}:\n{(folder / 'console.log').read_text()}"
            yield process, found[0]
        finally:
            process.terminate()
            process.wait(timeout=20)


@contextmanager
def running_console(kubeconfig: Path, folder: Path, *arguments: str) -> Iterator[str]:
    """The address alone."""
    with started_console(kubeconfig, folder, *arguments) as (_, address):
        yield address


@pytest.fixture(scope="package", autouse=True)
def alone() -> None:
    """No operator changes the executions here."""
    end_operators()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium."""
    with chromium() as found:
        expect.set_options(timeout=PATIENCE)
        yield found


@pytest.fixture(scope="package")
def session(crds: Cluster, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    """The browser of somebody who started the console with an administrator's kubeconfig, and opened its address."""
    with running_console(crds.kubeconfig, tmp_path_factory.mktemp("console")) as address:
        origin = address.rpartition("/enter")[0]
        context = browser.new_context(base_url=origin)
        context.set_default_timeout(PATIENCE)
        context.new_page().goto(address)
        yield context
        context.close()


@pytest.fixture
def page(session: BrowserContext) -> Iterator[Page]:
    """A new page in the session. An error in its scripts, and a request to elsewhere, fail the test."""
    opened = session.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda message: faults.append(message.text) if "Content Security Policy" in message.text else None)
    yield opened
    opened.close()
    assert faults == []


@pytest.fixture(scope="package")
def samples(crds: Cluster) -> Iterator[Samples]:
    """Executions of every kind, and the templates of their tasks, in a namespace of their own. To be read only."""
    with new_namespace(crds) as namespace:
        yield create(Client.connect(kubeconfig=crds.kubeconfig), namespace)
