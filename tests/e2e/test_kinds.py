"""Tasks of each kind, with the very command line that the installed flytekit compiles into them."""

from __future__ import annotations

import io
import sys
import tarfile
from collections import OrderedDict
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from flyteidl.core import dynamic_job_pb2
from flytekit.configuration import FastSerializationSettings, Image, ImageConfig, SerializationSettings
from flytekit.tools.translator import get_serializable

from tests.conftest import S3
from tests.e2e.conftest import EXAMPLES, Glider
from tests.resources import FLYTEKIT_IMAGE, execution, task

BUNDLE = Path(__file__).parent / "bundle"


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(EXAMPLES))
    monkeypatch.syspath_prepend(str(BUNDLE))
    yield
    for name in [name for name in sys.modules if name.split(".")[0] in ("app", "fresh_tasks")]:
        del sys.modules[name]


def compiled(module: str, name: str, *, fast: FastSerializationSettings | None = None) -> Any:
    """The container that flytekit compiles for the task: its command line, the paths still template variables, and environment."""
    settings = SerializationSettings(
        image_config=ImageConfig(default_image=Image(name="default", fqn="examples", tag="v1")),
        project="flytesnacks",
        domain="development",
        version="v1",
        fast_serialization_settings=fast,
    )
    entity = getattr(import_module(module), name)
    return get_serializable(OrderedDict(), settings.with_serialized_context(), entity).template.container


def run(
    glider: Glider,
    name: str,
    container: Any,
    *,
    inputs: dict[str, Any],
    interface: dict[str, Any],
    env: dict[str, str] | None = None,
) -> dict[str, Any]:
    """The status at the end of an execution of the compiled `container` in an image that has flytekit."""
    spec = task(list(container.args), image=FLYTEKIT_IMAGE, **interface)
    spec["container"]["env"] = [{"name": key, "value": value} for key, value in {**container.env, **(env or {})}.items()]
    glider.apply(execution(name, task=spec, inputs=inputs))
    return glider.wait_for(name, timeout=120)


INTEGER = {"inputs": {"x": "integer"}, "outputs": {"o0": "integer"}}


def test_a_plain_task(glider: Glider):
    status = run(glider, "plain", compiled("app.workflows.flytekit_kinds", "square"), inputs={"x": 7}, interface=INTEGER)
    assert status["outputs"] == {"o0": 49}


def test_an_asynchronous_task(glider: Glider):
    status = run(glider, "later", compiled("app.workflows.flytekit_kinds", "later"), inputs={"x": 7}, interface=INTEGER)
    assert status["outputs"] == {"o0": 8}


def test_one_element_of_a_mapped_task(glider: Glider):
    container = compiled("app.workflows.flytekit_kinds", "squares")
    interface = {"inputs": {"x": "list[integer]"}, "outputs": {"o0": "integer"}}
    index = {"BATCH_JOB_ARRAY_INDEX_VAR_NAME": "FLYTE_K8S_ARRAY_INDEX", "FLYTE_K8S_ARRAY_INDEX": "2"}
    status = run(glider, "mapped", container, inputs={"x": [2, 3, 5]}, interface=interface, env=index)
    assert status["outputs"] == {"o0": 25}


def test_a_dynamic_task_says_where_its_nodes_are_and_claims_no_outputs(glider: Glider, s3: S3):
    container = compiled("app.workflows.flytekit_kinds", "fan_out")
    interface = {"inputs": {"count": "integer"}, "outputs": {"o0": "list[integer]"}}
    status = run(glider, "dynamic", container, inputs={"count": 2}, interface=interface)
    assert (status["phase"], status["conditions"][0]["reason"]) == ("Succeeded", "FuturesWritten"), status
    assert "outputs" not in status and "outputsUri" not in status
    uri = next(word for word in status["conditions"][0]["message"].split() if word.startswith("s3://")).rstrip(",")
    assert len(dynamic_job_pb2.DynamicJobSpec.FromString(s3.read(uri)).nodes) == 2


def test_a_fast_registered_task_brings_code_that_its_image_has_not(glider: Glider, s3: S3):
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        tar.add(BUNDLE / "fresh_tasks.py", arcname="fresh_tasks.py")
    uri = f"{s3.uri}/bundle.tar.gz"
    s3.write(uri, archive.getvalue())
    fast = FastSerializationSettings(enabled=True, destination_dir="/tmp/code", distribution_location=uri)
    interface = {"inputs": {"name": "string"}, "outputs": {"o0": "string"}}
    status = run(glider, "fresh", compiled("fresh_tasks", "greet", fast=fast), inputs={"name": "you"}, interface=interface)
    assert status["outputs"] == {"o0": "hello you, from a bundle"}
