"""The health page: whatever of the operators can't be had is named, each for itself. What an operator reports is in tests/e2e."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.cluster.fixtures import Cluster
from tests.conftest import new_namespace
from tests.integration.console.conftest import running_console

DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: glider
  labels: {app.kubernetes.io/name: glider, app.kubernetes.io/component: operator, app.kubernetes.io/version: 0.1.0}
spec:
  selector: {matchLabels: {app: operator}}
  template:
    metadata: {labels: {app: operator}}
    spec:
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers:
      - {name: operator, image: glider-operator:0.1.0, securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}
"""


@pytest.fixture
def operator_without_node(crds: Cluster) -> Iterator[str]:
    """An operator whose pods no node runs; the namespace."""
    with new_namespace(crds) as namespace:
        crds.kubectl("-n", namespace, "apply", "-f", "-", input=DEPLOYMENT)
        crds.kubectl("-n", namespace, "wait", "pod", "-l", "app=operator", "--for=create", "--timeout=30s")
        yield namespace
        crds.kubectl("-n", namespace, "delete", "deployment", "glider")


def test_a_cluster_without_an_operator(page: Page) -> None:
    page.goto("/health")
    expect(page.get_by_text("No operator is installed in this cluster")).to_be_visible()
    table = page.get_by_role("region", name="Checks that need somebody")
    expect(table.get_by_role("row", name="Problem operator")).to_contain_text("Install it: helm install glider")
    expect(page).to_have_title("Health · Glider")


def test_an_operator_that_does_not_run(page: Page, operator_without_node: str) -> None:
    page.goto("/health")
    expect(page.get_by_role("heading", name=f"Operator {operator_without_node}/glider")).to_be_visible()
    expect(page.get_by_text("0 of 1 ready").first).to_be_visible()
    expect(page.get_by_text("The pod doesn't run.")).to_be_visible()


def test_a_viewer_who_may_not_see_operators_is_shown_which_right_that_takes(crds: Cluster, browser: Browser, tmp_path: Path) -> None:
    with running_console(crds.kubeconfig, tmp_path, "--as", "ann") as address:
        context = browser.new_context()
        page = context.new_page()
        page.goto(address)
        page.goto(address.replace(address[address.index("/enter") :], "/health"))
        expect(page.get_by_text("the user 'ann' may not list deployments.apps in all namespaces").first).to_be_visible()
        expect(page.get_by_role("heading", name="Checks")).to_be_visible()
        context.close()


def test_a_page_that_fails_leaves_the_frame_and_can_be_loaded_again(page: Page) -> None:
    page.route("**/api/health", lambda route: route.fulfill(json={}))
    page.goto("/health")
    expect(page.get_by_role("alert")).to_contain_text("This page can't be shown")
    page.get_by_role("link", name="Templates").click()
    expect(page.get_by_role("heading", name="Templates", level=1)).to_be_visible()
    page.get_by_role("link", name="Health").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.unroute("**/api/health")
    page.get_by_role("button", name="Load it again").click()
    expect(page.get_by_role("heading", name="Checks")).to_be_visible()
