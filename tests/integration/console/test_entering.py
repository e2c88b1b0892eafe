"""The address that `glider console` prints opens one session, once; without it nobody sees anything."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.cluster.fixtures import Cluster
from tests.integration.console.conftest import running_console


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
