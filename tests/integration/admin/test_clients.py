"""Flyte's own clients, unmodified, against the front: what needs no pod. The test is the operator where an execution has to end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from glider.version import __version__
from glider_client.cluster import paths
from glider_client.cluster.client import Cluster as Client
from glider_client.cluster.errors import NotFoundError
from tests.clients import programs
from tests.clients.projects import TASKS, copy_shop, copy_teashop, printed, remote, start_remote
from tests.clients.users import Person, ended, failed
from tests.cluster.fixtures import Cluster
from tests.conftest import new_namespace
from tests.e2e.conftest import wait_until
from tests.integration.admin.conftest import Address, Users

pytestmark = pytest.mark.cluster

IMAGE = "app:1"
#: pyflyte by the release of flytekit.
RELEASES: Mapping[str, Callable[[], Path]] = {"new": programs.pyflyte, "old": programs.old_pyflyte}
#: A task by its name, and with the release that can, by its version.
TASK: Mapping[str, str] = {"new": "teashop.tasks.double:v1.16", "old": "teashop.tasks.double"}
DONE = {
    "phase": "Succeeded",
    "startTime": "2026-01-31T12:00:00Z",
    "completionTime": "2026-01-31T12:00:10Z",
    "duration": "10s",
    "outputs": {"o0": 42},
    "attempts": [
        {
            "number": 0,
            "podName": "done-0",
            "reason": "Completed",
            "exitCode": 0,
            "startTime": "2026-01-31T12:00:00Z",
            "completionTime": "2026-01-31T12:00:10Z",
        }
    ],
}
ERROR = {"code": "USER:ValueError", "kind": "NON_RECOVERABLE", "origin": "USER", "message": "tea can't be used"}
FAILED = {
    "phase": "Failed",
    "startTime": "2026-01-31T12:00:00Z",
    "completionTime": "2026-01-31T12:00:10Z",
    "error": ERROR,
    "attempts": [{"number": 0, "podName": "bad-0", "reason": "ValueError"}],
}


@dataclass(frozen=True, kw_only=True)
class Site:
    """A namespace, the project in a folder to which nothing is written, since that would be other code, and who works there."""

    namespace: str
    folder: Path
    files: Path
    ada: Person
    cluster: Client

    def execution(self, name: str) -> Any:
        """The TaskExecution of that name, once there is one."""
        return wait_until(lambda: self._found(name), what=f"the execution {name}")

    def _found(self, name: str) -> Any:
        try:
            return self.cluster.get(paths.executions(self.namespace, name))
        except NotFoundError:
            return None

    def end(self, name: str, status: Mapping[str, Any]) -> None:
        """Write how the execution ended, as the operator does."""
        self.execution(name)
        self.cluster.patch(f"{paths.executions(self.namespace, name)}/status", {"status": {"observedGeneration": 1, **status}})

    def templates(self, version: str) -> dict[str, Any]:
        """The TaskTemplates of a version, by their tasks' names."""
        items = self.cluster.get(paths.templates(self.namespace))["items"]
        return {item["spec"]["id"]["name"]: item for item in items if item["spec"]["id"]["version"] == version}


@pytest.fixture(scope="module")
def site(front: Address, users: Users, crds: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An editor of a namespace, who has all of the clients in one home."""
    with new_namespace(crds) as namespace:
        ada = Person.with_token(tmp_path_factory.mktemp("ada"), endpoint=front.grpc, token=users.token(namespace), project=namespace)
        folder = copy_teashop(tmp_path_factory.mktemp("work"))
        yield Site(namespace=namespace, folder=folder, files=tmp_path_factory.mktemp("files"), ada=ada, cluster=users.client)


@pytest.fixture(scope="module")
def registered(site: Site) -> Site:
    """The project, registered by both releases: as v1.16 with its code, as v1.13 without, and by flytectl as v2 from a package."""
    given = ("register", *site.ada.place, "--image", IMAGE)
    first = site.ada.start(programs.pyflyte(), *given, "--version", "v1.16", "teashop", folder=site.folder)
    second = site.ada.start(programs.old_pyflyte(), *given, "--version", "v1.13", "--copy", "none", "teashop", folder=site.folder)
    archive = str(site.files / "teashop.tgz")
    package = ("--pkgs", "teashop", "package", "--image", IMAGE, "--copy", "all", "--output", archive)
    site.ada.run(programs.pyflyte(), *package, folder=site.folder)
    third = ("register", "files", "--archive", archive, *site.ada.place, "--version", "v2")
    site.ada.run(programs.flytectl(), *third, folder=site.folder)
    for process in (first, second):
        ended(process)
    return site


@pytest.fixture(params=RELEASES, ids=["flytekit 1.16", "flytekit 1.13"])
def release(request: pytest.FixtureRequest) -> str:
    """Which flytekit."""
    return str(request.param)


@pytest.fixture
def pyflyte(release: str) -> Path:
    """Its command line."""
    return RELEASES[release]()


def test_flytectl_shows_gliders_version(site: Site):
    """It asks GitHub for a newer one of its own, too: here by a proxy that isn't there."""
    ada = replace(site.ada, variables={"HTTPS_PROXY": "http://127.0.0.1:9"})
    assert f'"Version": "{__version__}"' in ada.run(programs.flytectl(), "version", folder=site.folder)


# --- register ---


@pytest.mark.parametrize(
    ("version", "with_code"),
    [("v1.16", True), ("v1.13", False), ("v2", True)],
    ids=["pyflyte register", "pyflyte 1.13 register --copy none", "pyflyte package and flytectl register files --archive"],
)
def test_each_task_that_is_registered_is_a_template(registered: Site, version: str, with_code: bool):
    templates = registered.templates(version)
    assert templates.keys() == {f"teashop.tasks.{name}" for name in TASKS}
    assert {template["spec"]["container"]["image"] for template in templates.values()} == {IMAGE}
    assert {bool(template["spec"].get("code")) for template in templates.values()} == {with_code}


def test_the_tasks_and_the_workflow_are_registered_again_without_a_change(registered: Site):
    before = registered.templates("v1.16")
    given = ("register", *registered.ada.place, "--image", IMAGE, "--version", "v1.16", "teashop")
    registered.ada.run(programs.pyflyte(), *given, folder=registered.folder)
    assert registered.templates("v1.16") == before


def test_a_version_keeps_what_it_was_registered_with(registered: Site):
    given = ("register", *registered.ada.place, "--image", "app:2", "--copy", "none", "--version", "v1.13", "teashop")
    assert "different structure" in registered.ada.fail(programs.old_pyflyte(), *given, folder=registered.folder)
    assert {template["spec"]["container"]["image"] for template in registered.templates("v1.13").values()} == {IMAGE}


def test_a_project_with_workflows_and_map_tasks_is_registered(site: Site, tmp_path: Path):
    given = ("register", *site.ada.place, "--image", IMAGE, "--version", "shop", "shop")
    site.ada.run(programs.pyflyte(), *given, folder=copy_shop(tmp_path))
    assert len(site.templates("shop")) > 15


# --- run ---


def test_the_options_of_run_come_into_the_execution(registered: Site, pyflyte: Path, release: str):
    name = f"options-{release}"
    given = ["run", "--remote", *registered.ada.place, "--image", IMAGE, "--name", name, "--service-account", "runner"]
    given += ["--envvars", "GREETING=hello", "--tags", "nightly", "--labels", "team=tea", "--annotations", "note=x"]
    given += ["--raw-output-data-prefix", "s3://bucket/raw", "--overwrite-cache", "teashop/tasks.py", "double", "--a", "21"]
    shown = registered.ada.run(pyflyte, *given, folder=registered.folder)
    assert f"/projects/{registered.namespace}/domains/development/executions/{name}" in shown
    spec = registered.execution(name)["spec"]
    assert spec["inputs"] == {"a": 21}
    assert {"name": "GREETING", "value": "hello"} in spec["env"]
    assert spec["serviceAccountName"] == "runner"
    assert spec["storage"] == {"rawOutputDataPrefix": "s3://bucket/raw"}
    assert spec["labels"] == {"team": "tea"}
    assert spec["annotations"] == {"note": "x"}


def test_run_waits_until_the_task_has_succeeded(registered: Site):
    given = ("run", "--remote", "--wait", "--poll-interval", "1", *registered.ada.place, "--name", "good", "remote-task")
    process = registered.ada.start(programs.pyflyte(), *given, TASK["new"], "--a", "21", folder=registered.folder)
    registered.end("good", DONE)
    assert "Execution good has succeeded." in ended(process)


def test_run_waits_until_the_task_has_failed_and_prints_its_error(registered: Site):
    given = ("run", "--remote", "--wait", "--poll-interval", "1", *registered.ada.place, "--name", "bad", "remote-task")
    process = registered.ada.start(programs.pyflyte(), *given, "teashop.tasks.fails:v2", "--text", "tea", folder=registered.folder)
    registered.end("bad", FAILED)
    shown = failed(process)
    assert "phase FAILED" in shown
    assert "tea can't be used" in shown


def test_running_a_workflow_is_refused_with_its_nodes(registered: Site):
    given = ("run", "--remote", *registered.ada.place, "--image", IMAGE, "teashop/tasks.py", "twice", "--a", "1")
    shown = registered.ada.fail(programs.pyflyte(), *given, folder=registered.folder)
    assert "n0" in shown
    assert "n1" in shown


# --- FlyteRemote ---


def test_flyteremote_runs_a_task_to_its_end(registered: Site, pyflyte: Path, release: str):
    name = f"remote-{release}"
    arguments = {
        "task": "teashop.tasks.double",
        "version": "v1.16",
        "inputs": {"a": 21},
        "name": name,
        "envs": {"A": "1"},
        "tags": ["nightly"],
    }
    process = start_remote(registered.ada, pyflyte, "run", folder=registered.folder, arguments=arguments)
    registered.end(name, DONE)
    seen = printed(ended(process))
    assert (seen["phase"], seen["inputs"], seen["outputs"]) == ("SUCCEEDED", {"a": 21}, {"o0": 42})
    assert (seen["envs"], seen["tags"]) == ({"A": "1"}, ["nightly"])
    assert [attempt["phase"] for attempt in seen["nodes"]["n0"]["attempts"]] == ["SUCCEEDED"]


def test_flyteremote_terminates_an_execution(registered: Site, pyflyte: Path, release: str):
    name = f"stopped-{release}"
    given = ("run", "--remote", *registered.ada.place, "--name", name, "remote-task", TASK[release], "--a", "1")
    registered.ada.run(pyflyte, *given, folder=registered.folder)
    process = start_remote(registered.ada, pyflyte, "stop", folder=registered.folder, arguments={"name": name, "cause": "no tea"})
    wait_until(lambda: registered.execution(name)["spec"].get("cancel"), what="the execution to be cancelled")
    registered.end(name, {"phase": "Aborted", "completionTime": "2026-01-31T12:00:10Z"})
    seen = printed(ended(process))
    assert (seen["phase"], seen["cause"]) == ("ABORTED", "no tea")


def test_flyteremote_raises_its_own_exceptions_for_what_isnt_there(registered: Site, pyflyte: Path):
    assert set(remote(registered.ada, pyflyte, "absent", folder=registered.folder).values()) == {"FlyteEntityNotExistException"}


def test_flyteremotes_lists_filter_sort_and_page(registered: Site, pyflyte: Path):
    listed = remote(registered.ada, pyflyte, "listed", folder=registered.folder, version="v2")
    assert listed["tasks"] == sorted(f"teashop.tasks.{name}" for name in TASKS)
    assert set(listed["tasks"]) <= set(listed["ids"])
    assert [name for page in listed["pages"] for name in page] == listed["recent"]
    assert {len(page) for page in listed["pages"][:-1]} <= {2}
    assert set(listed["bad"]) <= set(listed["recent"])


# --- flytectl ---


def test_flytectl_makes_an_execution_of_a_file(registered: Site):
    ada, folder = registered.ada, registered.files
    ada.run(
        programs.flytectl(), "get", "task", *ada.place, "teashop.tasks.counts", "--version", "v2", "--execFile", "e.yaml", folder=folder
    )
    file = yaml.safe_load((folder / "e.yaml").read_text())
    assert file["task"] == "teashop.tasks.counts"
    (folder / "e.yaml").write_text(yaml.safe_dump({**file, "inputs": {"words": ["a", "b"], "start": 3}}))
    shown = ada.run(programs.flytectl(), "create", "execution", *ada.place, "--execFile", "e.yaml", folder=folder)
    name = shown.rpartition('name:"')[2].partition('"')[0]
    assert registered.execution(name)["spec"]["inputs"] == {"words": ["a", "b"], "start": 3}


def test_flytectl_gets_relaunches_and_deletes_an_execution(registered: Site):
    ada, folder, flytectl = registered.ada, registered.folder, programs.flytectl()
    given = ("run", "--remote", *ada.place, "--name", "over", "remote-task", "teashop.tasks.double:v2", "--a", "21")
    ada.run(programs.pyflyte(), *given, folder=folder)
    registered.end("over", DONE)

    def is_over() -> Any:
        shown = json.loads(ada.run(flytectl, "get", "execution", *ada.place, "over", "-o", "json", folder=folder))
        return shown["closure"]["phase"] == "SUCCEEDED"

    wait_until(is_over, what="the front to see the end")
    shown = ada.run(flytectl, "create", "execution", *ada.place, "--relaunch", "over", folder=folder)
    name = shown.rpartition('name:"')[2].partition('"')[0]
    assert registered.execution(name)["spec"]["inputs"] == {"a": 21}
    ada.run(flytectl, "delete", "execution", *ada.place, name, folder=folder)
    assert registered.execution(name)["spec"]["cancel"] is True


def test_flytectl_lists_tasks_and_executions_by_filters(registered: Site):
    ada, folder = registered.ada, registered.folder
    query = ("--filter.fieldSelector", "task.version=v2", "--filter.sortBy", "created_at", "--filter.limit", "3", "-o", "json")
    tasks = json.loads(ada.run(programs.flytectl(), "get", "task", *ada.place, "teashop.tasks.double", *query, folder=folder))
    assert tasks["id"]["version"] == "v2"
