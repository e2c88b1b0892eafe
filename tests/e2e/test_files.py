"""Files that tasks return: under the raw output prefix of their attempt and nowhere else."""

from __future__ import annotations

import pytest

from tests.conftest import S3
from tests.e2e.conftest import EXAMPLES, Glider
from tests.resources import FLYTEKIT_IMAGE, execution, legacy_args, resolver_args, task

ALL_IS_WELL = {"text": "all is well"}


def test_a_returned_file_lies_under_the_raw_output_prefix_and_flytekit_reads_it(glider: Glider, s3: S3, monkeypatch: pytest.MonkeyPatch):
    mine = S3(endpoint=s3.endpoint, access_key=s3.access_key, secret_key=s3.secret_key, bucket=s3.bucket, prefix=s3.prefix)
    storage = {"metadataPrefix": f"{s3.uri}/metadata", "rawOutputDataPrefix": f"{s3.uri}/raw"}
    spec = task(resolver_args("app.workflows.files", "report"), inputs={"text": "string"}, outputs={"o0": "file"})
    glider.apply(execution("report", task=spec, inputs=ALL_IS_WELL, storage=storage))
    status = glider.wait_for("report")
    assert status["phase"] == "Succeeded", status

    uri = status["outputs"]["o0"]
    assert uri.startswith(status["rawOutputDataPrefix"] + "/")
    files = [stored for stored in mine.list() if not stored.endswith((".pb",))]
    assert files == [uri]

    for name, value in s3.env.items():
        monkeypatch.setenv(name, value)
    from flyteidl.core import literals_pb2
    from flytekit.core.context_manager import FlyteContextManager
    from flytekit.core.data_persistence import FileAccessProvider
    from flytekit.core.type_engine import TypeEngine
    from flytekit.models.literals import LiteralMap
    from flytekit.types.file import FlyteFile

    literal = LiteralMap.from_flyte_idl(literals_pb2.LiteralMap.FromString(s3.read(status["outputsUri"]))).literals["o0"]
    context = FlyteContextManager.current_context()
    access = FileAccessProvider(local_sandbox_dir="/tmp/flyte-test", raw_output_prefix=f"{s3.uri}/unused")
    with FlyteContextManager.with_context(context.with_file_access(access)) as with_access:
        file = TypeEngine.to_python_value(with_access, literal, FlyteFile)
        with open(file) as opened:  # noqa: PTH123 - as users write it: open() starts the download
            assert opened.read() == "all is well"


def test_flytekits_own_files_lie_there_too(glider: Glider):
    args = resolver_args("app.workflows.flytekit_workflows", "report")
    spec = task(args, inputs={"text": "string"}, outputs={"o0": "file"}, image=FLYTEKIT_IMAGE)
    glider.apply(execution("report", task=spec, inputs=ALL_IS_WELL))
    status = glider.wait_for("report", timeout=120)
    assert status["phase"] == "Succeeded", status
    assert status["outputs"]["o0"].startswith(status["rawOutputDataPrefix"] + "/")


def test_a_file_travels_from_one_task_to_the_next(glider: Glider):
    glider.apply(EXAMPLES / "report.yaml")
    uri = glider.wait_for("report", "Succeeded")["outputs"]["o0"]
    spec = task(legacy_args("app.workflows.files", "word_count"), inputs={"document": "file"}, outputs={"o0": "integer"})
    glider.apply(execution("count", task=spec, inputs={"document": uri}))
    assert glider.wait_for("count", "Succeeded")["outputs"] == {"o0": 3}
