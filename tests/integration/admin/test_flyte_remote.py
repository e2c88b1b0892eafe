"""flytekit's FlyteRemote, unmodified: it registers, executes, waits, syncs, lists and terminates.

Executions are run by `glider run --local`, whose status the test writes as the operator does. So what FlyteRemote shows is what a task
made, and the same as where flytekit runs the task itself.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flytekit.configuration import AuthType, Config, Image, ImageConfig, PlatformConfig, SerializationSettings
from flytekit.exceptions.system import FlyteSystemException
from flytekit.exceptions.user import FlyteAssertion, FlyteEntityNotExistException
from flytekit.models.core.execution import WorkflowExecutionPhase
from flytekit.remote import FlyteRemote
from flytekit.remote.executions import FlyteWorkflowExecution

from glider_client.cluster.paths import executions, templates
from glider_core.api.labels import API_VERSION, EXECUTION_KIND
from tests.cluster.fixtures import Cluster
from tests.conftest import ROOT
from tests.integration.admin.conftest import Address, Users
from tests.integration.admin.everything import Colour, Point, divided, everything, halved
from tests.integration.admin.objects import DOMAIN, Lab, lab

VALUES = {
    "whole": 2**53 + 1,
    "number": 0.5,
    "text": "päron\n",
    "flag": True,
    "moment": datetime(2026, 1, 31, 12, 0, 0, 250_000, tzinfo=UTC),
    "time": timedelta(days=1, milliseconds=500),
    "wholes": [1, 2],
    "words": {"a": "b"},
    "nested": [{"a": [0.5, 1.0]}, {}],
    "point": Point(x=1, y=2.5, tags=["t"]),
    "colour": Colour.GREEN,
    "maybe": None,
    "either": "x",
    "free": {"a": [1, {"b": None}]},
}
POLL, LONGEST = timedelta(milliseconds=100), timedelta(minutes=2)


@dataclass(frozen=True, kw_only=True)
class Remote:
    """FlyteRemote of a user, and what the administrator sees."""

    remote: FlyteRemote
    lab: Lab

    def run(self, *names: str, folder: Path) -> None:
        """Run executions on this machine, and write their statuses."""
        documents = [self.lab.execution(name) for name in names]
        tasks = [self.lab.client.get(templates(self.lab.namespace, one["spec"]["taskRef"]["name"])) for one in documents]
        file = folder / "executions.json"
        items = [_bare(one) for one in (*tasks, *documents)]
        file.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))
        command = [str(Path(sys.executable).parent / "glider"), "run", "--local", "-q", "-o", "json", "-f", str(file)]
        options = ["--workdir", str(ROOT), "--storage", folder.as_uri()]
        ended = subprocess.run([*command, *options], capture_output=True, text=True, timeout=120, check=False)
        results = json.loads(ended.stdout)["items"]
        assert len(results) == len(names), ended.stderr
        for result in results:
            kept = {field: value for field, value in result["status"].items() if not field.lower().endswith(("uri", "prefix"))}
            self.lab.report(result["metadata"]["name"], **kept)


def _bare(document: Any) -> dict[str, Any]:
    metadata = {field: document["metadata"][field] for field in ("name", "namespace")}
    return {**{field: document[field] for field in ("apiVersion", "kind", "spec")}, "metadata": metadata}


def _settings(lab: Lab) -> SerializationSettings:
    images = ImageConfig(default_image=Image("default", "app", "1"))
    return SerializationSettings(image_config=images, project=lab.namespace, domain=DOMAIN, version="v1")


@pytest.fixture(scope="module")
def ada(front: Address, users: Users, crds: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remote]:
    with lab(front, users, crds) as found:
        platform = PlatformConfig(
            endpoint=front.grpc, insecure=True, auth_mode=AuthType.EXTERNALCOMMAND, command=["echo", users.token(found.namespace)]
        )
        remote = FlyteRemote(Config(platform=platform), default_project=found.namespace, default_domain=DOMAIN)
        for one in (everything, divided):
            remote.register_task(one, _settings(found), version="v1")
        yield Remote(remote=remote, lab=found)


@pytest.fixture(scope="module")
def finished(ada: Remote, tmp_path_factory: pytest.TempPathFactory) -> dict[str, FlyteWorkflowExecution]:
    """One that succeeded, and one that failed."""
    made = {
        "all": ada.remote.execute(everything, inputs=VALUES, version="v1", execution_name="all"),
        "fails": ada.remote.execute(divided, inputs={"a": 1, "b": 0}, version="v1", execution_name="fails"),
    }
    assert not any(one.is_done for one in made.values())
    ada.run(*made, folder=tmp_path_factory.mktemp("local"))
    return {name: ada.remote.wait(one, poll_interval=POLL, timeout=LONGEST, sync_nodes=True) for name, one in made.items()}


def test_outputs_of_all_types_are_those_of_flytekits_local_run(finished: dict[str, FlyteWorkflowExecution]) -> None:
    execution = finished["all"]
    assert execution.is_successful
    expected = everything(**VALUES)
    hints = everything.python_interface.outputs
    assert [execution.outputs.get(name, hint) for name, hint in hints.items()] == list(expected)


def test_inputs_come_back_as_they_were_given(finished: dict[str, FlyteWorkflowExecution]) -> None:
    hints = everything.python_interface.inputs
    assert {name: finished["all"].inputs.get(name, hint) for name, hint in hints.items()} == VALUES


def test_the_node_and_its_attempt_have_the_same(finished: dict[str, FlyteWorkflowExecution]) -> None:
    [node] = finished["all"].node_executions.values()
    [attempt] = node.task_executions
    assert node.id.node_id == "n0"
    assert (node.outputs.get("o0", int), attempt.outputs.get("o0", int)) == (2**53 + 2, 2**53 + 2)
    assert (attempt.id.retry_attempt, attempt.is_done) == (0, True)


def test_a_failure_has_code_kind_and_the_end_of_the_traceback(finished: dict[str, FlyteWorkflowExecution]) -> None:
    execution = finished["fails"]
    assert (execution.is_done, execution.is_successful) == (True, False)
    assert "ZeroDivisionError" in execution.error.message
    [node] = execution.node_executions.values()
    [attempt] = node.task_executions
    assert "ZeroDivisionError" in attempt.closure.error.message
    with pytest.raises(FlyteAssertion):
        _ = execution.outputs


def test_it_is_fetched_listed_and_relaunched(ada: Remote, finished: dict[str, FlyteWorkflowExecution]) -> None:
    fetched = ada.remote.fetch_execution(name="all")
    assert fetched.closure.phase == WorkflowExecutionPhase.SUCCEEDED
    assert {"all", "fails"} <= {one.id.name for one in ada.remote.recent_executions(limit=10)}
    again = ada.remote.client.relaunch_execution(finished["all"].id, "all-again")
    assert ada.remote.fetch_execution(name=again.name).spec.launch_plan == fetched.spec.launch_plan
    with pytest.raises(FlyteEntityNotExistException):
        ada.remote.fetch_execution(name="gone")


def test_it_is_terminated_with_a_cause(ada: Remote) -> None:
    execution = ada.remote.execute(divided, inputs={"a": 1, "b": 2}, version="v1", execution_name="stops")
    ada.remote.terminate(execution, cause="too expensive")
    ada.lab.report("stops", phase="Aborted")
    ended = ada.remote.wait(execution, poll_interval=POLL, timeout=LONGEST)
    assert (ended.closure.phase, ended.closure.abort_metadata.cause) == (WorkflowExecutionPhase.ABORTED, "too expensive")


def test_a_loop_of_equal_unnamed_executions_makes_one_each(ada: Remote) -> None:
    made = [ada.remote.execute(divided, inputs={"a": 5, "b": 2}, version="v1").id.name for _ in range(3)]
    assert len(set(made)) == 3


def test_a_workflow_is_refused_with_its_nodes(ada: Remote) -> None:
    ada.remote.register_workflow(halved, _settings(ada.lab), version="v1")
    with pytest.raises(FlyteSystemException) as refusal:
        ada.remote.execute(halved, inputs={"a": 1}, version="v1")
    details = getattr(refusal.value.__cause__, "details", str)()
    assert "halved of version v1 can't run" in details
    assert "its nodes are n0" in details


def test_one_that_was_applied_by_hand_is_synced_with_the_task_that_is_written_out_in_it(ada: Remote) -> None:
    task = {"container": {"image": "app:1", "args": ["run"]}, "interface": {"inputs": {"a": "integer"}, "outputs": {"o0": "float"}}}
    metadata, spec = {"name": "by-hand", "namespace": ada.lab.namespace}, {"task": task, "inputs": {"a": 1}}
    document = {"apiVersion": API_VERSION, "kind": EXECUTION_KIND, "metadata": metadata, "spec": spec}
    ada.lab.client.create(executions(ada.lab.namespace), document)
    ada.lab.report("by-hand", phase="Succeeded", outputs={"o0": 0.5})
    execution = ada.remote.wait(ada.remote.fetch_execution(name="by-hand"), poll_interval=POLL, timeout=LONGEST)
    assert (execution.inputs.get("a", int), execution.outputs.get("o0", float)) == (1, 0.5)
