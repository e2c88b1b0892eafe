"""Files that tasks return: under the raw output prefix of their attempt and nowhere else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT, S3
from tests.e2e.conftest import EXAMPLES, Glider
from tests.resources import FLYTEKIT_IMAGE, execution, legacy_args, resolver_args, task

ALL_IS_WELL = {"text": "all is well"}


def test_a_returned_file_lies_under_the_raw_output_prefix_and_flytekit_reads_it(glider: Glider, s3: S3, tmp_path: Path):
    storage = {"metadataPrefix": f"{s3.uri}/metadata", "rawOutputDataPrefix": f"{s3.uri}/raw"}
    spec = task(resolver_args("app.workflows.files", "report"), inputs={"text": "string"}, outputs={"o0": "file"})
    glider.apply(execution("report", task=spec, inputs=ALL_IS_WELL, storage=storage))
    status = glider.wait_for("report")
    assert status["phase"] == "Succeeded", status

    uri = status["outputs"]["o0"]
    assert uri.startswith(status["rawOutputDataPrefix"] + "/")
    files = [stored for stored in s3.list() if not stored.endswith(".pb")]
    assert files == [uri]

    outputs = tmp_path / "outputs.pb"
    outputs.write_bytes(s3.read(status["outputsUri"]))
    reader = [sys.executable, "-m", "tests.e2e.flytekit_reader", str(outputs)]
    assert subprocess.run(reader, cwd=ROOT, env=os.environ | s3.env, capture_output=True, text=True, check=True).stdout == "all is well"


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
