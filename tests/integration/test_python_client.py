"""The Python client on a real API server. No pod runs here: an execution's end is written as the operator would write it."""

from __future__ import annotations

import asyncio
import importlib
import json
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any, assert_type

import pytest

from glider.storage.errors import StorageError
from glider.wire.interface import parse_type
from glider.wire.jsonform import FieldError, LiteralMap, from_literal_map, to_literal_map
from glider_client import (
    AbortedError,
    AsyncGlider,
    DeletedError,
    Execution,
    FinishedError,
    Glider,
    TaskFailedError,
    TimedOutError,
    WaitTimeoutError,
)
from glider_client.cluster.client import Cluster as Connection
from glider_client.cluster.errors import AlreadyExistsError, ConflictError, ForbiddenError, NotFoundError
from glider_client.sdk.acting import act
from glider_client.sdk.verbs import CANCEL, DELETE, Verb
from glider_core.api.template_names import template_labels
from tests.cluster.fixtures import Cluster
from tests.conftest import S3
from tests.resources import divider, execution, task, template

pytestmark = pytest.mark.cluster

#: No operator serves that: another test's may be running.
NOBODY = {"glider.dev/instance-id": "nobody"}


@pytest.fixture
def glider(crds: Cluster, namespace: str) -> Glider:
    return Glider(namespace=namespace, kubeconfig=crds.kubeconfig).options(labels=NOBODY)


@pytest.fixture
def kubectl(crds: Cluster, namespace: str) -> Callable[..., str]:
    def run(*arguments: str, document: Any = None) -> str:
        return crds.kubectl("-n", namespace, *arguments, input=None if document is None else json.dumps(document))

    return run


@pytest.fixture
def divide(kubectl) -> str:
    """The name of a template."""
    kubectl("create", "-f", "-", document=template("divide", divider()))
    return "divide"


@pytest.fixture
def end(kubectl) -> Callable[..., None]:
    """Ends an execution, as the operator would."""

    def write(name: str, phase: str, **status: Any) -> None:
        patch = json.dumps({"status": {"phase": phase, **status}})
        kubectl("patch", f"te/{name}", "--subresource=status", "--type=merge", "-p", patch)

    return write


ERROR = {
    "code": "USER:RuntimeError",
    "kind": "NON_RECOVERABLE",
    "origin": "USER",
    "reason": "UserError",
    "message": "Trace:\n\n    Traceback (most recent call last):\n    ZeroDivisionError: b\n\nMessage:\n\n    ZeroDivisionError: b",
}


def test_a_template_runs_with_its_inputs_by_name(glider: Glider, divide: str, end):
    running = glider.run(divide, a=10, b=4)
    assert running.name.startswith("task-"), "the task's name"
    assert running.document["spec"] == {"taskRef": {"name": "divide"}, "inputs": {"a": 10, "b": 4}}
    assert running.phase == "Pending"
    end(running.name, "Succeeded", outputs={"o0": 2.5})
    assert running.wait().result() == 2.5
    assert running.outputs == {"o0": 2.5}
    assert (running.phase, running.finished, running.exception()) == ("Succeeded", True, None)


def test_what_is_set_beside_the_inputs(glider: Glider, divide: str):
    options = glider.options(name="mine", image="app:1", env={"A": "1"}, labels={"team": "a"}).options(image="app:2", retries=2)
    document = options.run(divide, a=1, b=1).document
    assert (document["metadata"]["name"], document["metadata"]["labels"]) == ("mine", {"team": "a", **NOBODY})
    spec = document["spec"]
    assert (spec["image"], spec["env"], spec["retries"]) == ("app:2", [{"name": "A", "value": "1"}], {"user": 2})
    with pytest.raises(AlreadyExistsError):
        options.run(divide, a=1, b=1)


@pytest.mark.parametrize(
    ("phase", "kind", "words"),
    [
        ("Failed", TaskFailedError, "failed: ZeroDivisionError: b (USER:RuntimeError)"),
        ("TimedOut", TimedOutError, "timed out: ZeroDivisionError: b (USER:RuntimeError)"),
        ("Aborted", AbortedError, "was cancelled: ZeroDivisionError: b (USER:RuntimeError)"),
    ],
)
def test_a_bad_end_is_an_exception(glider: Glider, divide: str, end, phase: str, kind: type[Exception], words: str):
    running = glider.run(divide, a=1, b=0)
    end(running.name, phase, error=ERROR)
    with pytest.raises(kind) as caught:
        running.result()
    assert str(caught.value) == f"{running.name} {words}"
    assert "ZeroDivisionError: b" in str(caught.value.__cause__)
    assert type(running.exception()) is kind


def test_what_has_not_ended_has_no_result_yet(glider: Glider, divide: str):
    running = glider.run(divide, a=1, b=1)
    with pytest.raises(WaitTimeoutError, match=r"is Pending after 0 s, and goes on$"):
        running.result(timeout=0)
    with pytest.raises(TimeoutError):
        running.outputs  # noqa: B018


@dataclass
class Point:
    x: int
    when: datetime


def move(point: Point, by: int = 1) -> Point:
    return Point(point.x + by, point.when)


def test_a_functions_hints_convert_its_result(glider: Glider, kubectl, end):
    kubectl("create", "-f", "-", document=template("move", task(["x"], inputs={"point": "struct"}, outputs={"o0": "struct"})))
    now = datetime(2026, 1, 31, 12, tzinfo=UTC)
    running = glider.run("move", point=Point(1, now))
    assert running.document["spec"]["inputs"] == {"point": {"x": 1, "when": "2026-01-31T12:00:00+00:00"}}
    end(running.name, "Succeeded", outputs={"o0": {"x": 2, "when": "2026-01-31T12:00:00+00:00"}})
    assert assert_type(glider.get(running.name, task=move).result(), Point) == Point(2, now)
    assert glider.get(running.name).result() == {"x": 2, "when": "2026-01-31T12:00:00+00:00"}


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        pytest.param({"a": 1, "b": "two"}, 'b: expected integer (64 bits), found "two"', id="another type"),
        pytest.param({"a": 1}, "b: expected integer, found nothing", id="one is missing"),
        pytest.param({"a": 1, "b": 2, "c": 3}, "c: expected one of a, b, found an unknown input", id="one is unknown"),
    ],
)
def test_inputs_are_checked_before_anything_is_sent(glider: Glider, divide: str, inputs: dict[str, Any], message: str):
    with pytest.raises(FieldError) as caught:
        glider.run(divide, **inputs)
    assert str(caught.value) == message
    assert glider.executions() == []


def test_cancel_suspend_resume_and_delete(glider: Glider, divide: str, end, kubectl):
    running = glider.run(divide, a=1, b=1)
    assert running.suspend().document["spec"]["suspend"] is True
    assert running.resume().document["spec"]["suspend"] is False
    assert running.cancel().cancel().document["spec"]["cancel"] is True
    with pytest.raises(FinishedError, match="can't be suspended, since it is being cancelled"):
        running.suspend()
    end(running.name, "Aborted")
    assert running.cancel().phase == "Aborted"
    running.delete()
    assert kubectl("get", "te") == ""
    with pytest.raises(NotFoundError):
        glider.get(running.name)


def test_what_somebody_deletes_is_gone(glider: Glider, divide: str, kubectl):
    running = glider.run(divide, a=1, b=1)
    kubectl("delete", f"te/{running.name}")
    for ask in (running.result, running.cancel, lambda: running.phase):
        with pytest.raises(DeletedError, match=f"{running.name} was deleted"):
            ask()


@pytest.mark.parametrize("verb", [CANCEL, DELETE], ids=lambda verb: verb.name)
def test_another_execution_of_that_name_is_not_touched(glider: Glider, crds: Cluster, divide: str, kubectl, verb: Verb):
    """Somebody replaces it between the decision and the request."""
    first = glider.options(name="hello").run(divide, a=1, b=1)
    kubectl("delete", "te/hello")
    second = glider.options(name="hello").run(divide, a=2, b=2)
    connection = Connection.connect(kubeconfig=crds.kubeconfig, namespace=glider.namespace)
    with pytest.raises(ConflictError, match=r"hello can't be .*: it was deleted, and another execution has its name now"):
        act(connection, verb, first.document)
    assert (second.refresh().uid, "cancel" in second.document["spec"]) == (second.uid, False)


def test_a_rerun_changes_the_inputs_that_are_named(glider: Glider, divide: str, end):
    first = glider.options(name="divide-x7k2p", retries=1).run(divide, a=1, b=0)
    end(first.name, "Failed", error=ERROR)
    again = first.rerun(b=2)
    assert again.name.startswith("divide-")
    assert again.name != first.name
    assert again.document["spec"] == {"taskRef": {"name": "divide"}, "inputs": {"a": 1, "b": 2}, "retries": {"user": 1}}
    assert [one.name for one in glider.executions(labels={"glider.dev/rerun-of": first.uid})] == [again.name]
    with pytest.raises(FieldError, match="b: expected integer"):
        first.rerun(b="x")


def test_a_rerun_without_its_template(glider: Glider, divide: str, kubectl):
    first = glider.run(divide, a=1, b=1)
    kubectl("delete", "tt/divide")
    with pytest.raises(NotFoundError) as caught:
        first.rerun()
    assert str(caught.value) == (
        f"the TaskTemplate 'divide' of {first.name} was deleted. Register the task again (glider register), and run that."
    )


def test_a_task_that_is_written_out_is_run_again_as_it_is(glider: Glider, kubectl):
    body = execution("inline", task=divider(), inputs={"a": 1, "b": 1})
    kubectl("create", "-f", "-", document={**body, "metadata": {"name": "inline", "labels": NOBODY}})
    again: Execution[Any] = glider.get("inline").rerun(a=3)
    assert again.document["spec"] == {"task": divider(), "inputs": {"a": 3, "b": 1}}


def test_executions_are_listed_the_newest_first(glider: Glider, divide: str, end):
    for name in ("a", "b"):
        glider.options(name=name, labels={"team": name}).run(divide, a=1, b=1)
    end("b", "Failed", error=ERROR)
    assert {one.name for one in glider.executions()} == {"a", "b"}
    assert [one.name for one in glider.executions(phase="Failed")] == ["b"]
    assert [one.name for one in glider.executions(labels="team in (a)")] == ["a"]
    assert {"a", "b"} <= {one.name for one in glider.executions(all_namespaces=True)}


def test_without_the_right_to_it(crds: Cluster, namespace: str, divide: str):
    with pytest.raises(ForbiddenError, match="the user 'ann' may not get tasktemplates"):
        Glider(namespace=namespace, kubeconfig=crds.kubeconfig, user="ann").run(divide, a=1, b=1)


def test_a_template_that_is_not_there(glider: Glider):
    with pytest.raises(NotFoundError, match="there is no TaskTemplate 'nothing'"):
        glider.run("nothing")


def test_a_task_is_run_by_its_full_name(glider: Glider, kubectl):
    identity = {"project": "p", "domain": "d", "name": "maths.divide", "version": "1"}
    labelled = template("divide-1", {**divider(), "id": identity})
    labelled["metadata"]["labels"] = template_labels(task="maths.divide", version="1")
    kubectl("create", "-f", "-", document=labelled)
    assert glider.run("maths.divide", a=1, b=1).document["spec"]["taskRef"] == {"name": "divide-1"}


def test_code_is_registered_only_for_inputs_that_fit(glider: Glider, kubectl, tmp_path: Path):
    (tmp_path / "fitting.py").write_text("def double(a: int) -> int:\n    return 2 * a\n")
    with pytest.raises(FieldError, match="a"):
        glider.run(f"{tmp_path / 'fitting.py'}:double", a="x")
    assert kubectl("get", "tasktemplates,taskexecutions", "-o", "name") == ""


def test_a_template_takes_its_inputs_by_name(glider: Glider, divide: str):
    with pytest.raises(TypeError, match="expected its inputs by name, found 1 by position"):
        glider.run(divide, 1)  # type: ignore[call-overload]


def test_asyncio(glider: Glider, divide: str, end):
    async def both() -> tuple[Any, Any]:
        client = AsyncGlider(glider)
        first, second = await asyncio.gather(client.run(divide, a=1, b=1), client.run(divide, a=1, b=0))
        end(first.name, "Succeeded", outputs={"o0": 1.0})
        end(second.name, "Failed", error=ERROR)
        return await asyncio.gather(first, second, return_exceptions=True)

    result, error = asyncio.run(both())
    assert result == 1.0
    assert isinstance(error, TaskFailedError)


def test_in_a_notebook(glider: Glider, divide: str, end):
    running = glider.options(name="hello").run(divide, a=1, b=1)
    end("hello", "Succeeded", duration="3s", links=[{"name": "logs", "uri": "https://logs/?a=1&b"}, {"name": "x", "uri": "javascript:x"}])
    shown = running.refresh()._repr_html_()
    assert shown == (
        f"<table><tr><th>execution</th><td>hello</td></tr><tr><th>namespace</th><td>{glider.namespace}</td></tr>"
        "<tr><th>phase</th><td>Succeeded</td></tr><tr><th>duration</th><td>3s</td></tr>"
        '<tr><th>logs</th><td><a href="https://logs/?a=1&amp;b">https://logs/?a=1&amp;b</a></td></tr></table>'
    )
    assert repr(running) == f"<Execution {glider.namespace}/hello: Succeeded>"


SHOP = """
from dataclasses import dataclass

import glider


@dataclass
class Item:
    price: float


@glider.task
def total(item: Item, count: int = 3) -> float:
    return item.price * count


def half(price: float) -> float:
    return price / 2
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """A module of the user's."""
    name = f"shop_{uuid.uuid4().hex[:8]}"
    (tmp_path / f"{name}.py").write_text(SHOP)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    yield importlib.import_module(name)
    del sys.modules[name]


def test_a_function_is_registered_with_its_code_and_run(glider: Glider, shop: ModuleType, kubectl, end):
    running = glider.run(shop.total, shop.Item(2.5), count=4)
    document = running.document
    assert document["spec"]["inputs"] == {"item": {"price": 2.5}, "count": 4}
    code = json.loads(kubectl("get", f"tt/{document['spec']['taskRef']['name']}", "-o", "json"))["spec"]["code"]
    parts = json.loads(kubectl("get", f"configmap/{code['configMaps'][0]}", "-o", "json"))
    assert parts["metadata"]["ownerReferences"][0]["name"] == document["spec"]["taskRef"]["name"]
    end(running.name, "Succeeded", outputs={"o0": 10})
    assert running.result() == 10.0
    assert type(running.result()) is float


def test_what_can_be_registered_and_run(glider: Glider, shop: ModuleType, tmp_path: Path):
    [template] = glider.register(shop)
    assert (template.task, template.outcome) == (f"{shop.__name__}.total", "created")
    assert [one.outcome for one in glider.register(tmp_path / f"{shop.__name__}.py")] == ["unchanged"]
    half, total = glider.register(shop.half, shop.total)
    assert (half.task, total.name) == (f"{shop.__name__}.half", template.name)
    assert glider.run(half, price=1.0).document["spec"]["taskRef"] == {"name": half.name}
    assert glider.run(f"{tmp_path}/{shop.__name__}.py:half", price=1.0).document["spec"]["taskRef"] == {"name": half.name}
    assert glider.run(f"{shop.__name__}:half", price=1.0).document["spec"]["taskRef"] == {"name": half.name}


def test_code_that_is_corrected_runs_with_the_same_inputs(glider: Glider, shop: ModuleType, tmp_path: Path):
    first = glider.run(shop.half, 3.0)
    (tmp_path / f"{shop.__name__}.py").write_text(
        SHOP.replace("price: float) -> float:\n    return price / 2", "price: float, by: int = 2) -> float:\n    return price / by")
    )
    again = first.rerun_with_code(tmp_path, by=4)
    assert again.document["spec"]["inputs"] == {"price": 3, "by": 4}
    assert sys.modules[shop.__name__] is shop
    assert again.document["spec"]["taskRef"] != first.document["spec"]["taskRef"]
    assert again.document["metadata"]["labels"]["glider.dev/rerun-of"] == first.uid


def test_a_script_that_would_start_itself_is_refused(crds: Cluster, namespace: str, tmp_path: Path):
    script = f"""
from glider_client import Glider


def add(a: int) -> int:
    return a


print(Glider(namespace={namespace!r}, kubeconfig={str(crds.kubeconfig)!r}).options(labels={NOBODY}).run(add, 1))
"""
    (tmp_path / "unguarded.py").write_text(script)
    result = subprocess.run([sys.executable, tmp_path / "unguarded.py"], capture_output=True, text=True)
    assert result.stderr.splitlines()[-1] == (
        f'glider_client.registration.errors.RegistrationError: {tmp_path}/unguarded.py: expected `if __name__ == "__main__":` around what '
        "starts add, since the pod imports this file; found none. Add it, or move the function into a module of its own"
    )
    guarded = script.replace("print(", 'if __name__ == "__main__":\n    print(')
    (tmp_path / "guarded.py").write_text(guarded)
    result = subprocess.run([sys.executable, tmp_path / "guarded.py"], capture_output=True, text=True)
    assert result.stdout.startswith(f"<Execution {namespace}/add-"), result.stderr


def test_a_function_of_a_notebook_is_refused(glider: Glider, monkeypatch: pytest.MonkeyPatch):
    from glider_client import RegistrationError

    notebook = ModuleType("__main__")  # it has no file
    exec("def add(a: int) -> int:\n    return a", notebook.__dict__)
    monkeypatch.setitem(sys.modules, "__main__", notebook)
    with pytest.raises(RegistrationError, match="put it into a file"):
        glider.run(notebook.add, a=1)


@pytest.fixture
def stored(crds: Cluster, namespace: str, s3: S3, monkeypatch: pytest.MonkeyPatch) -> Glider:
    """A client with a store, and credentials for it."""
    for name, value in s3.env.items():
        monkeypatch.setenv(name, value)
    return Glider(namespace=namespace, kubeconfig=crds.kubeconfig, storage=s3.uri).options(labels=NOBODY)


@pytest.fixture
def read(kubectl) -> str:
    """The name of a template of files and texts."""
    interface = {"inputs": {"file": "file", "text": {"type": "string", "default": "x"}}, "outputs": {"o0": "string"}}
    kubectl("create", "-f", "-", document=template("read", task(["x"]) | {"interface": interface}))
    return "read"


def test_files_are_uploaded_to_the_store(stored: Glider, read: str, s3: S3, tmp_path: Path):
    (tmp_path / "a.csv").write_text("1,2")
    spec = stored.run(read, file=tmp_path / "a.csv").document["spec"]
    assert s3.read(spec["inputs"]["file"]) == b"1,2"
    assert spec["inputs"]["file"].startswith(f"{s3.uri}/inputs/")
    assert spec["storage"] == {"metadataPrefix": s3.uri, "rawOutputDataPrefix": s3.uri}, "the task's data goes there, too"


def test_inputs_that_are_too_large_for_the_execution_go_there_as_a_file(stored: Glider, read: str, s3: S3):
    first = stored.run(read, file="s3://b/a.csv", text="x" * 200_000)
    spec = first.document["spec"]
    assert "inputs" not in spec
    literals = LiteralMap.FromString(s3.read(spec["inputsUri"]))
    assert from_literal_map(literals) == {"file": "s3://b/a.csv", "text": "x" * 200_000}
    assert first.rerun().document["spec"]["inputsUri"] == spec["inputsUri"]


def test_without_a_store_they_are_refused(glider: Glider, read: str, tmp_path: Path):
    (tmp_path / "a.csv").write_text("1,2")
    with pytest.raises(FieldError, match=r"^file: expected a value that travels as JSON, or a store to put it in"):
        glider.run(read, file=tmp_path / "a.csv")
    with pytest.raises(FieldError, match=r"^inputs: expected values that travel as JSON, or a store to put them in .* found 200,0"):
        glider.run(read, file="s3://b/a.csv", text="x" * 200_000)


def test_large_outputs_are_read_from_the_store(stored: Glider, read: str, s3: S3, end):
    running = stored.run(read, file="s3://b/a.csv")
    outputs = to_literal_map({"o0": "y" * 10_000}, {"o0": parse_type("string")}, field="outputs")
    s3.write(f"{s3.uri}/outputs.pb", outputs.SerializeToString())
    end(running.name, "Succeeded", outputsUri=f"{s3.uri}/outputs.pb")
    assert running.result() == "y" * 10_000
    end(running.name, "Succeeded", outputsUri=f"{s3.uri}/nothing.pb")
    with pytest.raises(StorageError, match=r"nothing\.pb"):
        stored.get(running.name).result()
