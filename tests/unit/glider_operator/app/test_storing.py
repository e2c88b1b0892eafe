"""What the operator reads and writes in the store for an execution, with a folder for a store."""

from __future__ import annotations

from pathlib import Path

import pytest
from flyteidl.core import tasks_pb2

from glider.wire.interface import parse_type
from glider.wire.jsonform import FieldError, LiteralMap, to_literal_map
from glider_operator.app.storing import Store
from glider_operator.diagnose.evidence import Evidence
from glider_operator.resolve.resolution import Resolved
from glider_operator.store.access import StoreAccess
from tests.unit.glider_operator.builders import LEGACY_ARGS, make_execution, resolved, task_document

IMAGE = {"mode": "Image"}
INPUTS = to_literal_map({"a": 10, "b": 2}, {"a": parse_type("integer"), "b": parse_type("integer")}, field="inputs")


@pytest.fixture
def store():
    made = Store(StoreAccess({}))
    yield made
    made.close()


def task(folder: Path, *, args: tuple[str, ...] = (), **spec) -> Resolved:
    container = {"image": "registry.example/app:1.4", "args": [*LEGACY_ARGS, *args]}
    return resolved(make_execution(task=task_document(container=container), storage={"metadataPrefix": folder.as_uri()}, **spec))


def local(uri: str) -> Path:
    return Path(uri.removeprefix("file://"))


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


async def test_an_injected_executor_needs_nothing_of_the_operator(store, tmp_path):
    injected = task(tmp_path)
    assert await store.prepare(injected, namespace="default") is None
    assert files(tmp_path) == []


async def test_an_image_gets_its_inputs_as_a_file_before_its_pod_is_made(store, tmp_path):
    own = task(tmp_path, executor=IMAGE)
    await store.prepare(own, namespace="default")
    await store.prepare(own, namespace="default")  # another attempt finds them there
    assert files(tmp_path) == ["inputs.pb"]
    assert LiteralMap.FromString(local(own.paths.inputs).read_bytes()) == INPUTS


async def test_what_an_image_left_is_read(store, tmp_path):
    own = task(tmp_path, executor=IMAGE)
    assert await store.read(own.paths.output_prefix(0), namespace="default") == Evidence()
    outputs = local(own.paths.outputs(0))
    outputs.parent.mkdir(parents=True)
    outputs.write_bytes(INPUTS.SerializeToString())
    found = await store.read(own.paths.output_prefix(0), namespace="default")
    assert found == Evidence(outputs={"a": 10, "b": 2}, outputs_found=True)


async def test_an_image_without_a_store_has_nothing_to_be_read():
    own = resolved(make_execution(executor=IMAGE))
    store = Store(StoreAccess({}))
    assert await store.prepare(own, namespace="default") is None
    store.close()


async def test_inputs_in_a_command_line_are_read_from_their_file(store, tmp_path):
    (tmp_path / "in.pb").write_bytes(INPUTS.SerializeToString())
    by_file = task(tmp_path, args=("{{.inputs.a}}",), inputsUri=f"{tmp_path.as_uri()}/in.pb")
    assert await store.prepare(by_file, namespace="default") == INPUTS


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(None, "spec.inputsUri: expected a file at file://.*in.pb, found nothing", id="no file"),
        pytest.param(b"\xff\xff", "spec.inputsUri: expected a serialised flyteidl LiteralMap, found", id="other bytes"),
    ],
)
async def test_inputs_that_are_none_are_refused(store, tmp_path, content, message):
    if content is not None:
        (tmp_path / "in.pb").write_bytes(content)
    with pytest.raises(FieldError, match=message):
        await store.prepare(task(tmp_path, args=("{{.inputs.a}}",), inputsUri=f"{tmp_path.as_uri()}/in.pb"), namespace="default")


async def test_a_command_line_that_asks_for_the_task_gets_task_pb(store, tmp_path):
    await store.prepare(task(tmp_path, args=("{{.taskTemplatePath}}",)), namespace="default")
    assert files(tmp_path) == ["task.pb"]
    written = next(tmp_path.rglob("task.pb")).read_bytes()
    assert tasks_pb2.TaskTemplate.FromString(written).id.name == "app.workflows.divider"


async def test_without_a_store_there_is_no_place_for_task_pb(store):
    container = {"image": "registry.example/app:1.4", "args": ["{{.taskTemplatePath}}"]}
    with pytest.raises(FieldError, match=r"taskTemplatePath.*expected an object store.*storage\.metadataPrefix"):
        await store.prepare(resolved(make_execution(task=task_document(container=container))), namespace="default")
