"""The API server is restarted while somebody looks on: the rows stay, the list shows that it isn't live, and then it is again."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.browser import chromium
from tests.cluster import api_client
from tests.cluster.private import PrivateControlPlane, programs
from tests.faults.api import Api
from tests.integration.console.conftest import running_console
from tests.integration.fire.stage import ALL_EXECUTIONS, wait_until

API_SERVER = "kube-apiserver"
#: The watch is tried again after 8 s at the latest while an API server starts, and Chromium is slow on a busy machine.
PATIENCE = 60_000
NAMESPACE = "console-restart"
EXECUTIONS = ALL_EXECUTIONS.replace("/taskexecutions", f"/namespaces/{NAMESPACE}/taskexecutions")


def create(api: Api, name: str) -> None:
    spec = {"taskRef": {"name": "none"}, "suspend": True}
    api.create(EXECUTIONS, {"apiVersion": "glider.dev/v1alpha1", "kind": "TaskExecution", "metadata": {"name": name}, "spec": spec})


def test_a_restarted_api_server(plane: PrivateControlPlane, tmp_path: Path):
    api = Api(plane.kubeconfig)
    api.create("/api/v1/namespaces", {"metadata": {"name": NAMESPACE}})
    create(api, "before")
    with running_console(plane.kubeconfig, tmp_path) as address, chromium() as browser:
        page = browser.new_page(base_url=address.rpartition("/enter")[0])
        page.set_default_timeout(PATIENCE)
        page.goto(address)
        page.goto(f"/executions?namespace={NAMESPACE}&sort=name")
        names, state = page.locator("tr[data-uid] .executions-name"), page.locator(".executions-state")
        expect(names).to_have_text(["before"], timeout=PATIENCE)
        expect(state).to_contain_text("Live", timeout=PATIENCE)
        plane.end(API_SERVER)
        expect(state).to_contain_text("Reconnecting", timeout=PATIENCE)
        expect(names).to_have_text(["before"])
        [server] = [program for program in programs(plane) if program.name == API_SERVER]
        plane.restart(server)
        plane.wait(API_SERVER, lambda: api_client.is_api_ready(plane.layout))
        wait_until(lambda: api.get(EXECUTIONS), what="the CRDs to be served")
        create(api, "later")
        expect(names).to_have_text(["before", "later"], timeout=PATIENCE)
        expect(state).to_have_text(re.compile("Live"), timeout=PATIENCE)
        page.close()
