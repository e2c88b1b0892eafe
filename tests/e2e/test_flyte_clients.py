"""Flyte's own clients, unmodified, on a real node: tasks registered and run by them, with the outputs that flytekit makes here.

All executions start at once, since each waits for its pod most of the time; then each test reads what came of one.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from flyteidl.admin import execution_pb2
from flyteidl.core import identifier_pb2

from glider.wire.jsonform import from_literal_map
from glider_client.cluster.client import Cluster as Client
from glider_client.cluster.kubeconfig import load_config
from tests.clients import programs
from tests.clients.projects import copy_shop, copy_teashop, printed, start_remote
from tests.clients.users import DOMAIN, Person, ended
from tests.cluster.fixtures import Cluster
from tests.conftest import S3, new_namespace, s3_beside
from tests.e2e.conftest import with_store
from tests.integration.admin.conftest import Address, Users, running_front, stubs
from tests.projected import CASES, discovered, local_outputs
from tests.resources import FLYTEKIT_IMAGE

pytestmark = pytest.mark.node

#: The task that returns a file.
WRITTEN = ("shop.tasks", "written")
USER = "ada"
TEASHOP = "teashop.tasks"
#: How many clients run at once: each takes a core while it starts.
AT_ONCE = 3


@dataclass(frozen=True, kw_only=True)
class Site:
    """A front, a namespace with the store's credentials, and an editor of it."""

    front: Address
    ada: Person
    token: str
    folder: Path
    s3: S3

    def outputs(self, name: str) -> dict[str, Any]:
        """The outputs of an execution by the RPC that all clients use."""
        identifier = identifier_pb2.WorkflowExecutionIdentifier(project=self.ada.project, domain=DOMAIN, name=name)
        with stubs(self.front, self.token) as ada:
            answer = ada.admin.GetExecutionData(execution_pb2.WorkflowExecutionGetDataRequest(id=identifier))
        return dict(from_literal_map(answer.full_outputs))


@pytest.fixture(scope="module")
def site(glider_with_store: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The front beside the cluster, with the operator's storage. Ada's command is the one of docs/flyte-clients.md."""
    cluster, work, s3 = glider_with_store, tmp_path_factory.mktemp("clients"), s3_beside(glider_with_store)
    prefix = f"s3://{cluster.s3_bucket}/e2e"
    storage = {"metadataPrefix": f"{prefix}/metadata", "rawOutputDataPrefix": f"{prefix}/raw"}
    operators = work / "operator.yaml"
    operators.write_text(yaml.safe_dump({"apiVersion": "glider.dev/v1alpha1", "kind": "Configuration", "storage": storage}))
    settings = {"namespace": "{project}", "operatorConfigFile": str(operators)}
    with new_namespace(cluster) as namespace, running_front(cluster.kubeconfig, work, environment=s3.env, **settings) as front:
        with_store(cluster, namespace)
        token = Users(client=Client(load_config({}, kubeconfig=cluster.kubeconfig, context=None))).token(namespace, USER)
        kubectl = [str(cluster.kubectl_path), "--kubeconfig", str(cluster.kubeconfig)]
        command = [*kubectl, "--namespace", namespace, "create", "token", USER, "--duration", "1h"]
        ada = Person.at(work / "home", endpoint=front.grpc, command=command, project=namespace)
        yield Site(front=front, ada=ada, token=token, folder=copy_teashop(copy_shop(work)), s3=s3)


@pytest.fixture(scope="module")
def ran(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """What clients have printed, by the names of executions that they have run to their ends."""
    ada, folder, new, old = site.ada, site.folder, programs.pyflyte(), programs.old_pyflyte()
    given = ("register", *ada.place, "--image", FLYTEKIT_IMAGE, "--version")
    registering = [ada.start(pyflyte, *given, version, "teashop", folder=folder) for pyflyte, version in ((new, "v1"), (old, "v0"))]
    archive = str(tmp_path_factory.mktemp("package") / "teashop.tgz")
    ada.run(new, "--pkgs", "teashop", "package", "--image", FLYTEKIT_IMAGE, "--copy", "all", "--output", archive, folder=folder)
    ada.run(programs.flytectl(), "register", "files", "--archive", archive, *ada.place, "--version", "v2", folder=folder)
    for process in registering:
        ended(process)

    def run(pyflyte: Path, name: str, task: str, version: str, inputs: Mapping[str, Any], **options: Any) -> subprocess.Popen[str]:
        arguments = {"task": f"{TEASHOP}.{task}", "version": version, "inputs": inputs, "name": name, **options}
        process: subprocess.Popen[str] = start_remote(ada, pyflyte, "run", folder=folder, arguments=arguments)
        return process

    started = {
        "counts": run(new, "counts", "counts", "v1", {"words": ["a", "b", "a"], "start": 1}),
        "variable": run(old, "variable", "variable", "v0", {"name": "GREETING"}, envs={"GREETING": "hello"}),
        "flaky": run(new, "flaky", "flaky", "v2", {"number": 7}),
        "fails": run(old, "fails", "fails", "v2", {"text": "tea"}),
        "decked": run(new, "decked", "decked", "v1", {"name": "ada"}),
    }
    return {name: printed(ended(process)) for name, process in started.items()}


@pytest.mark.parametrize(
    ("name", "outputs"),
    [
        pytest.param("counts", {"o0": {"a": 3, "b": 2}}, id="code by pyflyte register"),
        pytest.param("variable", {"o0": "hello"}, id="code by pyflyte 1.13 register, and a variable of the execution"),
        pytest.param("flaky", {"o0": "7 is ready"}, id="code by pyflyte package and flytectl register, after a retry"),
        pytest.param("decked", {"o0": "ADA"}, id="a task with a deck"),
    ],
)
def test_flyteremote_runs_a_registered_task(ran: Mapping[str, Any], name: str, outputs: Mapping[str, Any]):
    assert ran[name]["phase"] == "SUCCEEDED", ran[name]["error"]
    assert ran[name]["outputs"] == outputs


def test_each_attempt_is_a_task_execution_with_its_phase(ran: Mapping[str, Any]):
    attempts = ran["flaky"]["nodes"]["n0"]["attempts"]
    assert [(attempt["number"], attempt["phase"]) for attempt in attempts] == [(0, "FAILED"), (1, "SUCCEEDED")]
    assert "7 isn't ready" in attempts[0]["error"]


def test_an_error_has_kind_code_and_message(ran: Mapping[str, Any]):
    failed = ran["fails"]
    assert failed["phase"] == "FAILED"
    assert "tea can't be used" in failed["error"]["message"]
    assert "ValueError" in failed["error"]["message"]


def test_inputs_outputs_and_decks_are_fetched_by_their_urls(site: Site, ran: Mapping[str, Any]):
    base, fetching = f"flyte://v1/{site.ada.project}/{DOMAIN}/decked/n0", programs.pyflyte()
    processes = [site.ada.start(fetching, "fetch", f"{base}/{what}", folder=site.folder) for what in ("i", "o", "d")]
    processes.append(site.ada.start(programs.old_pyflyte(), "fetch", f"{base}/o", folder=site.folder))
    inputs, outputs, deck, same = (re.sub(r"[│\s]", "", ended(process)) for process in processes)  # without the frame around them
    assert "'name':'ada'" in inputs
    assert "'o0':'ADA'" in outputs
    assert "hello,ada" in deck
    assert "'o0':'ADA'" in same


@pytest.mark.parametrize(
    ("pyflyte", "name", "waiting"),
    [
        pytest.param(programs.pyflyte, "once", ("--wait", "--poll-interval", "1"), id="flytekit 1.16, which waits"),
        pytest.param(programs.old_pyflyte, "once-old", (), id="flytekit 1.13, whose poll interval is half a minute"),
    ],
)
def test_run_takes_the_code_along(site: Site, pyflyte: Callable[[], Path], name: str, waiting: tuple[str, ...]):
    given = ("run", "--remote", *waiting, *site.ada.place, "--image", FLYTEKIT_IMAGE, "--name", name)
    site.ada.run(pyflyte(), *given, "teashop/tasks.py", "double", "--a", "21", folder=site.folder)
    seen = printed(ended(start_remote(site.ada, programs.pyflyte(), "waited", folder=site.folder, arguments={"names": [name]})))
    assert seen == {name: {"phase": "SUCCEEDED", "error": None}}
    assert site.outputs(name) == {"o0": 42}


def test_all_tasks_of_a_project_run_as_flytekit_runs_them(site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """By pyflyte alone: all at once, since each waits for its pod most of the time."""
    ada, pyflyte = site.ada, programs.pyflyte()
    ada.run(pyflyte, "register", *ada.place, "--image", FLYTEKIT_IMAGE, "--version", "v1", "shop", folder=site.folder)
    names = {place: f"{place[1].replace('_', '-')}-{place[0].count('.')}" for place in CASES}

    def run(place: tuple[str, str]) -> None:
        file = tmp_path / f"{names[place]}.json"
        file.write_text(json.dumps(CASES[place]))
        given = ("run", "--remote", "--copy", "all", *ada.place, "--image", FLYTEKIT_IMAGE, "--name", names[place])
        ada.run(pyflyte, *given, f"{place[0].replace('.', '/')}.py", place[1], "--inputs-file", str(file), folder=site.folder)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(run, CASES))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GREETING", "hello")
    with discovered() as found:
        expected = {place: from_literal_map(local_outputs(found[place])) for place in CASES}
    seen = printed(ended(start_remote(ada, pyflyte, "waited", folder=site.folder, arguments={"names": list(names.values())})))
    assert {name: one["error"] for name, one in seen.items() if one["phase"] != "SUCCEEDED"} == {}
    outputs = {place: site.outputs(name) for place, name in names.items()}
    files = outputs.pop(WRITTEN)["o0"], expected.pop(WRITTEN)["o0"]
    assert outputs == expected
    assert site.s3.read(files[0]) == Path(files[1]).read_bytes() == b"tea"
