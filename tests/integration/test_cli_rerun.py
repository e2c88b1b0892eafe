"""`glider rerun` on a real API server, as a person sees it. No pod runs here, so nothing is followed."""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from glider_client.cli.glider import main
from tests.cluster.fixtures import Cluster
from tests.resources import divider, execution, template

pytestmark = pytest.mark.cluster

#: No operator serves that: another test's may be running. A rerun keeps it.
NOBODY = {"glider.dev/instance-id": "nobody"}
LABEL = "glider.dev/instance-id=nobody"


class Rerun:
    """`glider rerun --detach`, and what it creates."""

    def __init__(self, cluster: Cluster, namespace: str) -> None:
        self.cluster, self.namespace = cluster, namespace

    def kubectl(self, *arguments: str, document: Any = None) -> str:
        return self.cluster.kubectl("-n", self.namespace, *arguments, input=None if document is None else json.dumps(document))

    def create(self, name: str, **spec: Any) -> None:
        body = execution(name, **spec)
        self.kubectl("create", "-f", "-", document={**body, "metadata": {"name": name, "labels": {"team": "a", **NOBODY}}})

    def get(self, resource: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.kubectl("get", resource, "-o", "json"))
        return found

    def glider(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, [*arguments, "-n", self.namespace, "--kubeconfig", str(self.cluster.kubeconfig)])

    def __call__(self, *arguments: str) -> dict[str, Any]:
        """The execution that it creates."""
        result = self.glider("rerun", *arguments, "--detach")
        assert result.exit_code == 0, result.output
        return self.get(f"te/{result.stdout.strip()}")

    def fail(self, *arguments: str) -> str:
        """The error with which it ends."""
        result = self.glider("rerun", *arguments, "--detach")
        assert result.exit_code in (1, 2), result.output
        assert result.stdout == ""
        return result.stderr.splitlines()[-1]


@pytest.fixture
def rerun(crds: Cluster, namespace: str) -> Rerun:
    return Rerun(crds, namespace)


@pytest.fixture
def first(rerun: Rerun) -> dict[str, Any]:
    """An execution of a template."""
    rerun.kubectl("create", "-f", "-", document=template("divide", divider()))
    rerun.create("divide-x7k2p", taskRef={"name": "divide"}, inputs={"a": 10, "b": 0}, retries={"user": 1}, suspend=True)
    return rerun.get("te/divide-x7k2p")


def test_the_same_again(rerun: Rerun, first: dict[str, Any]):
    again = rerun("divide-x7k2p")
    assert again["metadata"]["name"].startswith("divide-")
    assert again["metadata"]["labels"] == {"team": "a", **NOBODY, "glider.dev/rerun-of": first["metadata"]["uid"]}
    assert again["spec"] == {"taskRef": {"name": "divide"}, "inputs": {"a": 10, "b": 0}, "retries": {"user": 1}}


@pytest.mark.parametrize(
    ("arguments", "inputs"),
    [
        pytest.param(["--b", "2"], {"a": 10, "b": 2}, id="one input"),
        pytest.param(["--inputs", '{"a": 1, "b": 1}', "--b", "2"], {"a": 1, "b": 2}, id="several, an option winning"),
    ],
)
def test_inputs_that_are_given_are_changed(rerun: Rerun, first: dict[str, Any], arguments: list[str], inputs: dict[str, Any]):
    assert rerun("te/divide-x7k2p", *arguments)["spec"]["inputs"] == inputs


def test_its_name_and_labels(rerun: Rerun, first: dict[str, Any]):
    result = rerun.glider("rerun", "divide-x7k2p", "--name", "mine", "--label", "team=b", "--detach", "-o", "json")
    metadata = json.loads(result.stdout)["metadata"]
    assert (metadata["name"], metadata["labels"]["team"]) == ("mine", "b")


def test_its_help_lists_the_inputs(rerun: Rerun, first: dict[str, Any]):
    result = rerun.glider("rerun", "divide-x7k2p", "--help")
    assert result.output.startswith("Usage: main rerun divide-x7k2p [INPUTS] [OPTIONS]\n")
    assert "--a" in result.output
    assert "--b" in result.output


def test_a_task_that_is_written_out_is_copied(rerun: Rerun):
    rerun.create("inline", task=divider(), inputs={"a": 1, "b": 0})
    assert rerun("inline", "--b", "2")["spec"] == {"task": divider(), "inputs": {"a": 1, "b": 2}}


def test_inputs_in_a_file_stay_there(rerun: Rerun, first: dict[str, Any]):
    rerun.create("stored", taskRef={"name": "divide"}, inputsUri="s3://bucket/inputs.pb")
    assert rerun("stored")["spec"] == {"taskRef": {"name": "divide"}, "inputsUri": "s3://bucket/inputs.pb"}
    assert rerun.fail("stored", "--a", "1").startswith(
        "Error: a: expected no single input, since stored takes all of them from its inputsUri"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["divide-x7k2p", "--b", "two"], 'Error: --b: expected integer, found "two"', id="an input of another type"),
        pytest.param(
            ["divide-x7k2p", "--c", "2"],
            "Error: --c: expected one of the task's inputs --a, --b, or an option of the command, found the unknown option --c",
            id="an unknown input",
        ),
        pytest.param(["nothing"], "Error: there is no TaskExecution 'nothing' in the namespace '", id="no such execution"),
        pytest.param([], "Error: expected the name of an execution, found nothing. `glider get` lists executions.", id="no name"),
        pytest.param(["pod/x"], "Error: expected the name of an execution, such as hello-x7k2p", id="another kind"),
        pytest.param(["divide-x7k2p", "--name", "divide-x7k2p"], "Error: ", id="a name that is taken"),
        pytest.param(["divide-x7k2p", "--as", "ann"], "Error: the user 'ann' may not get taskexecutions.glider.dev", id="no right to it"),
    ],
)
def test_what_can_go_wrong(rerun: Rerun, first: dict[str, Any], arguments: list[str], message: str):
    assert rerun.fail(*arguments).startswith(message)
    assert len(rerun.get("te")["items"]) == 1, "nothing was created"


def test_its_template_was_deleted(rerun: Rerun, first: dict[str, Any]):
    rerun.kubectl("delete", "tt/divide")
    assert rerun.fail("divide-x7k2p") == (
        "Error: the TaskTemplate 'divide' of divide-x7k2p was deleted. Register the task again (glider register), and run that."
    )


CODE = """
def add(a: int, b: int = 2) -> int:
    return a + b
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a module of a name of its own."""
    path = tmp_path / f"adding_{uuid.uuid4().hex[:8]}.py"
    path.write_text(CODE)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield path
    sys.modules.pop(path.stem, None)


@pytest.fixture
def edit(project: Path) -> Callable[[str, str], None]:
    """Changes the module, as another process would find it."""

    def replace(old: str, new: str) -> None:
        project.write_text(project.read_text().replace(old, new))
        sys.modules.pop(project.stem, None)

    return replace


def test_code_that_was_corrected_runs_with_the_same_inputs(rerun: Rerun, project: Path, edit):
    ran = rerun.glider("run", "--label", "team=a", "--label", LABEL, "--detach", str(project), "add", "--a", "1")
    first = rerun.get(f"te/{ran.stdout.strip()}")
    before = rerun.get(f"tt/{first['spec']['taskRef']['name']}")["spec"]
    edit("b: int = 2) -> int:\n    return a + b", "b: int = 2, c: int = 0) -> int:\n    return a + b + c")
    again = rerun(first["metadata"]["name"], "--code", str(project.parent), "--c", "3")
    assert again["spec"]["inputs"] == {"a": 1, "c": 3}
    assert again["metadata"]["labels"] == {"team": "a", **NOBODY, "glider.dev/rerun-of": first["metadata"]["uid"]}
    after = rerun.get(f"tt/{again['spec']['taskRef']['name']}")["spec"]
    assert after["id"]["name"] == before["id"]["name"]
    assert after["code"]["sha256"] != before["code"]["sha256"]
    assert set(after["interface"]["inputs"]) == {"a", "b", "c"}


def test_code_of_a_template_that_is_written_by_hand(rerun: Rerun, project: Path):
    task = divider(["pyflyte-execute", "--inputs", "{{.input}}", "--task-module", project.stem, "--task-name", "add"], retries={"user": 2})
    rerun.create("hand", task=task, inputs={"a": 1, "b": 0})
    spec = rerun("hand", "--code", str(project))["spec"]
    made = rerun.get(f"tt/{spec['taskRef']['name']}")["spec"]
    assert (made["container"]["image"], made["retries"]) == (task["container"]["image"], {"user": 2})
    assert set(made["interface"]["inputs"]) == {"a", "b"}
    assert "configMaps" in made["code"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param("a: int, b", "n: int, b", 'Error: inputs.a: expected one of b, n, found the unknown name "a"', id="other inputs"),
        pytest.param("def add", "def plus", "expected a task add, found the functions plus", id="the function has another name"),
        pytest.param("def add", "import absent_module\ndef add", "No module named 'absent_module'", id="it can't be imported"),
    ],
)
def test_code_that_does_not_fit(rerun: Rerun, project: Path, edit, old: str, new: str, message: str):
    ran = rerun.glider("run", "--label", LABEL, "--detach", str(project), "add", "--a", "1")
    edit(old, new)
    assert message in rerun.fail(ran.stdout.strip(), "--code", str(project.parent))
    assert (len(rerun.get("te")["items"]), len(rerun.get("tt")["items"])) == (1, 1), "nothing was created"


def test_what_is_no_python_task_has_no_code(rerun: Rerun, tmp_path: Path):
    rerun.create("shell", task=divider(["sh", "-c", "true"]), inputs={"a": 1, "b": 0})
    assert rerun.fail("shell", "--code", str(tmp_path)) == (
        "Error: task: expected a command line with a task-module and a task-name, found another one. "
        "Only Python tasks can be run with other code."
    )
