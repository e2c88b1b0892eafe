"""What the operator reads and writes in the store for an execution, with a folder for a store."""

from __future__ import annotations

from pathlib import Path

import pytest
from flyteidl.core import tasks_pb2
from prometheus_client import REGISTRY

from glider.wire.interface import parse_type
from glider.wire.jsonform import FieldError, LiteralMap, to_literal_map
from glider_core.config import Config, parse_config
from glider_core.diagnose.evidence import Evidence
from glider_core.resolve.resolution import Resolved
from glider_core.store.access import StoreAccess, StoreUnavailable
from glider_operator.controller.storing import Store
from tests.unit.glider_core.builders import CONFIGURATION, LEGACY_ARGS, make_execution, resolved, task_document
from tests.unit.glider_core.folder_store import folder_access, local

IMAGE = {"mode": "Image"}
INPUTS = to_literal_map({"a": 10, "b": 2}, {"a": parse_type("integer"), "b": parse_type("integer")}, field="inputs")


PREFIX = "s3://bucket/meta"
CONFIG = parse_config({**CONFIGURATION, "storage": {"metadataPrefix": PREFIX}})


@pytest.fixture
def store(tmp_path):
    made = Store(folder_access(tmp_path), CONFIG)
    yield made
    made.close()


def task(*, args: tuple[str, ...] = (), **spec) -> Resolved:
    container = {"image": "registry.example/app:1.4", "args": [*LEGACY_ARGS, *args]}
    return resolved(make_execution(task=task_document(container=container), **spec), config=CONFIG)


#: A file of the namespace.
URI = f"{PREFIX}/default/in.pb"


def put(folder: Path, data: bytes) -> None:
    file = local(folder, URI)
    file.parent.mkdir(parents=True)
    file.write_bytes(data)


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


async def test_an_injected_executor_needs_nothing_of_the_operator(store, tmp_path):
    injected = task()
    assert await store.prepare(injected, namespace="default") == {}
    assert files(tmp_path) == []


async def test_an_image_gets_its_inputs_as_a_file_before_its_pod_is_made(store, tmp_path):
    own = task(executor=IMAGE)
    await store.prepare(own, namespace="default")
    await store.prepare(own, namespace="default")  # another attempt finds them there
    assert files(tmp_path) == ["inputs.pb"]
    assert LiteralMap.FromString(local(tmp_path, own.paths.inputs).read_bytes()) == INPUTS


async def test_what_an_image_left_is_read(store, tmp_path):
    own = task(executor=IMAGE)
    assert await store.read(own.paths.output_prefix(0), namespace="default") == Evidence()
    outputs = local(tmp_path, own.paths.outputs(0))
    outputs.parent.mkdir(parents=True)
    outputs.write_bytes(INPUTS.SerializeToString())
    found = await store.read(own.paths.output_prefix(0), namespace="default")
    assert found == Evidence(outputs={"a": 10, "b": 2}, outputs_found=True)


async def test_an_image_without_a_store_has_nothing_to_be_read():
    own = resolved(make_execution(executor=IMAGE))
    store = Store(StoreAccess({}), Config())
    assert await store.prepare(own, namespace="default") == {}
    store.close()


async def test_inputs_in_a_command_line_are_read_from_their_file(store, tmp_path):
    put(tmp_path, INPUTS.SerializeToString())
    by_file = task(args=("{{.inputs.a}}",), inputsUri=URI, executor=IMAGE)
    assert await store.prepare(by_file, namespace="default") == {"a": "10"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(None, f"spec.inputsUri: expected a file at {URI}, found nothing", id="no file"),
        pytest.param(b"\xff\xff", "spec.inputsUri: expected a serialised flyteidl LiteralMap, found", id="other bytes"),
        pytest.param(INPUTS.SerializeToString()[:-3], "spec.inputsUri: expected a serialised flyteidl LiteralMap, found", id="cut off"),
        pytest.param(b"", "spec.inputsUri: a: expected this input to be in the file, found nothing", id="nothing in it"),
        pytest.param(b"\0" * 3_000_000, "spec.inputsUri: expected a file of at most 2097152 bytes", id="too large"),
    ],
)
async def test_inputs_that_are_none_are_refused(store, tmp_path, content, message):
    if content is not None:
        put(tmp_path, content)
    with pytest.raises(FieldError, match=message):
        await store.prepare(task(args=("{{.inputs.a}}",), inputsUri=URI, executor=IMAGE), namespace="default")


def errors(operation: str) -> float:
    return REGISTRY.get_sample_value("glider_store_errors_total", {"operation": operation}) or 0.0


async def test_a_store_that_does_not_answer_is_counted_before_a_pod_and_after_its_end(monkeypatch, tmp_path):
    async def unavailable(*_: object, **__: object) -> None:
        raise StoreUnavailable("s3://bucket/meta: no answer within 30 s")

    monkeypatch.setattr("glider_operator.controller.storing.read_inputs", unavailable)
    monkeypatch.setattr("glider_operator.controller.storing.read_results", unavailable)
    silent, before = Store(folder_access(tmp_path), CONFIG), (errors("prepare"), errors("read"))
    with pytest.raises(StoreUnavailable):
        await silent.prepare(task(args=("{{.inputs.a}}",), inputsUri=URI, executor=IMAGE), namespace="default")
    with pytest.raises(StoreUnavailable):
        await silent.read(f"{PREFIX}/default/x/0", namespace="default")
    silent.close()
    assert (errors("prepare"), errors("read")) == (before[0] + 1, before[1] + 1)


async def test_a_command_line_that_asks_for_the_task_gets_task_pb(store, tmp_path):
    await store.prepare(task(args=("{{.taskTemplatePath}}",)), namespace="default")
    assert files(tmp_path) == ["task.pb"]
    written = next(tmp_path.rglob("task.pb")).read_bytes()
    assert tasks_pb2.TaskTemplate.FromString(written).id.name == "app.workflows.divider"


async def test_without_a_store_there_is_no_place_for_task_pb(store):
    container = {"image": "registry.example/app:1.4", "args": ["{{.taskTemplatePath}}"]}
    with pytest.raises(FieldError, match=r"taskTemplatePath.*expected an object store.*storage\.metadataPrefix"):
        await store.prepare(resolved(make_execution(task=task_document(container=container))), namespace="default")


OTHERS = "s3://bucket/meta/other/their-run/0/outputs.pb"


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        pytest.param({"inputsUri": "file:///dev/zero"}, "spec.inputsUri.*expected the URI of an object store", id="a device"),
        pytest.param({"inputsUri": "http://10.0.0.1/x"}, "spec.inputsUri.*expected the URI of an object store", id="a web server"),
        pytest.param({"inputsUri": "memory://x/y"}, "spec.inputsUri.*expected the URI of an object store", id="its own memory"),
        pytest.param({"inputsUri": OTHERS}, "spec.inputsUri.*below s3://bucket/meta/default.*storageAccess.read", id="another namespace's"),
        pytest.param({"storage": {"metadataPrefix": "s3://bucket/mine"}}, "storage.metadataPrefix.*storageAccess.write", id="a prefix"),
        pytest.param({"storage": {"metadataPrefix": "file:///dev/shm"}}, "storage.metadataPrefix.*object store", id="its own disk"),
    ],
)
async def test_a_tenant_cannot_send_the_operator_elsewhere(store, tmp_path, spec, message):
    with pytest.raises(FieldError, match=message):
        await store.prepare(task(args=("{{.inputs.a}}",), executor=IMAGE, **spec), namespace="default")
    assert files(tmp_path) == []


async def test_what_a_forged_pod_says_of_its_prefix_is_not_followed(store):
    found = await store.read("s3://bucket/meta/other/their-run/0", namespace="default")
    assert "storageAccess.read" in found.problem


async def test_the_administrator_allows_more(store, tmp_path):
    store.configure(parse_config({**CONFIGURATION, "storageAccess": {"read": ["s3://bucket/meta/default"], "write": ["s3://bucket/mine"]}}))
    put(tmp_path, INPUTS.SerializeToString())
    own = task(args=("{{.inputs.a}}",), inputsUri=URI, executor=IMAGE, storage={"metadataPrefix": "s3://bucket/mine"})
    assert await store.prepare(own, namespace="default") == {"a": "10"}
