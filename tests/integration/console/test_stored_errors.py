"""What the console has of an execution beyond its status: the whole error from the store, and values by the operator's configuration."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from glider.wire.contract import ERROR_FILE
from glider.wire.errors import Kind, Origin, TaskError, encode_error
from glider_client.cluster.client import Cluster as Client
from glider_client.stored.source import Source
from glider_client.stored.store import Store
from tests.cluster.fixtures import Cluster
from tests.conftest import new_namespace, s3_beside
from tests.integration.console.conftest import PATIENCE
from tests.integration.console.entering import until_granted
from tests.integration.console.stored import Keeper, serving

TASK: dict[str, Any] = {"container": {"image": "registry.example/task:v1", "args": ["true"]}}
LINES = "\n".join(f"row {number} is empty" for number in range(400))
MESSAGE = f"ValueError: 400 rows are empty\n{LINES}"
PART = {
    "code": "USER:ValueError",
    "kind": "NON_RECOVERABLE",
    "origin": "USER",
    "message": "ValueError: 400 rows are empty\n[…]\nrow 399 is empty",
}


@dataclass(frozen=True, kw_only=True)
class Team:
    """A namespace in which the viewer may read executions, and a console beside an operator's configuration."""

    keeper: Keeper
    namespace: str
    context: BrowserContext

    def failed(self, name: str, **status: Any) -> dict[str, Any]:
        """An execution whose status has a part of its error."""
        attempts = [{"number": 0, "error": PART}]
        self.keeper.create(self.namespace, name, spec={"task": TASK})
        return dict(self.keeper.change_status(self.namespace, name, {"phase": "Failed", "error": PART, "attempts": attempts, **status}))

    def get(self, path: str) -> Any:
        """What the console answers."""
        answer = self.context.request.get(f"/api/executions/{self.namespace}/{path}")
        return answer.json()


@pytest.fixture(scope="module")
def team(crds: Cluster, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    s3 = s3_beside(crds)
    config = tmp_path_factory.mktemp("team") / "config.yaml"
    prefixes = {"metadataPrefix": f"{s3.uri}/meta", "rawOutputDataPrefix": f"{s3.uri}/raw"}
    settings = {"apiVersion": "glider.dev/v1alpha1", "kind": "Configuration", "storage": prefixes, "taskPod": {"labels": {"team": "a"}}}
    config.write_text(json.dumps(settings))
    keeper = Keeper(cluster=Client.connect(kubeconfig=crds.kubeconfig), s3=s3, config=config)
    with ExitStack() as stack:
        namespace = stack.enter_context(new_namespace(crds))
        crds.kubectl("-n", namespace, "create", "role", "viewer", "--verb=get,list,watch", "--resource=taskexecutions.glider.dev")
        crds.kubectl("-n", namespace, "create", "rolebinding", "viewer", "--role=viewer", "--user=grace")
        until_granted(crds, "grace", "list", "taskexecutions.glider.dev", "-n", namespace)
        source = Source(config_file=config, store=Store(s3.env, patience=0.5))
        address = stack.enter_context(serving(Client.connect(kubeconfig=crds.kubeconfig, user="grace"), source))
        context = browser.new_context(base_url=address.removesuffix("/enter"))
        context.set_default_timeout(PATIENCE)
        context.request.get(address)
        stack.callback(context.close)
        yield Team(keeper=keeper, namespace=namespace, context=context)


def test_the_whole_error_is_read_from_the_store(team: Team) -> None:
    body = team.failed("whole")
    place = team.keeper.paths(body).output_prefix(0)
    error = TaskError(code="USER:ValueError", kind=Kind.NON_RECOVERABLE, origin=Origin.USER, message=MESSAGE)
    team.keeper.s3.write(f"{place}/{ERROR_FILE}", encode_error(error))
    page = team.context.new_page()
    page.goto(f"/executions/{team.namespace}/whole")
    panel = page.get_by_role("region", name="Error", exact=True)
    panel.get_by_role("button", name="Show the whole message").click()
    expect(panel.get_by_text("The status holds only a part")).to_be_hidden()
    panel.get_by_text("Whole message", exact=True).click()
    expect(panel.get_by_text("row 200 is empty")).to_be_visible()
    page.close()


def test_without_it_in_the_store_the_status_has_all_that_is_known(team: Team) -> None:
    team.failed("without")
    page = team.context.new_page()
    page.goto(f"/executions/{team.namespace}/without")
    page.get_by_role("button", name="Show the whole message").click()
    expect(page.get_by_text(f"Attempt 0 has left no {ERROR_FILE} in the store.")).to_be_visible()
    page.close()


def test_a_status_that_names_another_place_is_not_believed(team: Team) -> None:
    team.failed("forged", outputsUri=f"{team.keeper.s3.uri}/elsewhere/0/outputs.pb")
    assert team.get("forged/errors/0")["error"]["reason"] == "NotRead"


def test_what_is_no_error_is_named(team: Team) -> None:
    body = team.failed("broken")
    team.keeper.s3.write(f"{team.keeper.paths(body).output_prefix(0)}/{ERROR_FILE}", b"\xff not protobuf")
    assert team.get("broken/errors/0")["error"]["message"].startswith("What is in the store can't be shown: error.pb: expected")


def test_values_by_the_operators_configuration_are_for_those_who_may_see_pods(crds: Cluster, browser: Browser, team: Team) -> None:
    team.failed("configured")
    without = team.get("configured/origin")
    assert without["notes"][0].startswith("Values of the operator's configuration are missing here")
    assert "metadata.labels.team" not in [one["path"] for one in without["values"]]
    kubectl = crds.kubectl
    kubectl("-n", team.namespace, "create", "rolebinding", "hopper", "--role=viewer", "--user=hopper")
    kubectl("-n", team.namespace, "create", "role", "pods", "--verb=get", "--resource=pods")
    kubectl("-n", team.namespace, "create", "rolebinding", "pods", "--role=pods", "--user=hopper")
    until_granted(crds, "hopper", "get", "pods", "-n", team.namespace)
    console = serving(Client.connect(kubeconfig=crds.kubeconfig, user="hopper"), Source(config_file=team.keeper.config))
    with console as address, closing(browser.new_context(base_url=address.removesuffix("/enter"))) as context:
        context.request.get(address)
        found = context.request.get(f"/api/executions/{team.namespace}/configured/origin").json()
        refused = context.request.get(f"/api/executions/{team.namespace}/configured/origin?attempt=x").json()["error"]
    label = next(one for one in found["values"] if one["path"] == "metadata.labels.team")
    assert (label["value"], label["source"]) == ("a", "configuration")
    assert (refused["status"], refused["field"]) == (422, "attempt")
