"""Local files and folders as inputs, on a real S3 server."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from glider.wire.jsonform import FieldError, LiteralMap, from_literal_map
from glider_client.cluster import paths
from glider_client.inputs.uploads import Uploads
from tests.conftest import S3
from tests.integration.cli import UNSERVED, Cli, glider
from tests.resources import legacy_args, task, template

pytestmark = [pytest.mark.cluster, pytest.mark.s3]
__all__ = ["glider"]
ALONE = [text for name, value in UNSERVED.items() for text in ("--label", f"{name}={value}")]


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, s3: S3) -> None:
    """A folder with files, and credentials of the store in the environment."""
    monkeypatch.chdir(tmp_path)
    for name, value in s3.env.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "folder" / "inner").mkdir(parents=True)
    (tmp_path / "folder" / "a.txt").write_text("a")
    (tmp_path / "folder" / "inner" / "b.txt").write_text("b")
    (tmp_path / "data.csv").write_text("n,s\n1,x\n2,y\n")


def test_files_folders_and_tables_are_uploaded_and_named_in_the_inputs(glider: Cli, s3: S3):
    inputs = {"one": "file", "many": "list[file]", "whole": "directory", "table": "table"}
    glider.cluster.create(paths.templates(glider.namespace), template("reads", task(legacy_args("app", "f"), inputs=inputs)))
    line = "--one data.csv --many folder/a.txt --many s3://other/key --whole folder --table data.csv"
    name = glider.out("run", "-d", "reads", *line.split(), "--storage", s3.uri, *ALONE).strip()
    found = glider.cluster.get(paths.executions(glider.namespace, name))["spec"]
    assert found["storage"] == {"metadataPrefix": s3.uri, "rawOutputDataPrefix": s3.uri}
    values = found["inputs"]
    assert s3.read(values["one"]) == b"n,s\n1,x\n2,y\n"
    assert values["one"].endswith("/data.csv"), "a file keeps its name"
    assert [s3.read(values["many"][0]), values["many"][1]] == [b"a", "s3://other/key"]
    assert [s3.read(f"{values['whole']}/{name}") for name in ("a.txt", "inner/b.txt")] == [b"a", b"b"]
    options = {"key": s3.access_key, "secret": s3.secret_key, "endpoint_url": s3.endpoint}
    assert pd.read_parquet(values["table"], storage_options=options).to_dict("list") == {"n": [1, 2], "s": ["x", "y"]}


def test_inputs_that_are_larger_than_an_execution_takes_go_into_the_store(glider: Cli, s3: S3, tmp_path: Path):
    inputs = {"text": "string", "n": {"type": "integer", "default": 3}}
    glider.cluster.create(paths.templates(glider.namespace), template("large", task(legacy_args("app", "f"), inputs=inputs)))
    (tmp_path / "inputs.yaml").write_text(f"text: {'x' * 200_000}\n")
    line = ("run", "-d", "large", "--inputs", "@inputs.yaml", *ALONE)
    refused = glider(*line)
    assert "inputs: expected at most 98,286 bytes, or a store for them: pass --storage URI" in refused.stderr
    name = glider.out(*line, "--storage", s3.uri, *ALONE).strip()
    spec = glider.cluster.get(paths.executions(glider.namespace, name))["spec"]
    assert "inputs" not in spec
    stored = LiteralMap.FromString(s3.read(spec["inputsUri"]))
    assert from_literal_map(stored) == {"n": 3, "text": "x" * 200_000}


def test_what_is_there_isnt_uploaded_again(s3: S3, tmp_path: Path):
    uploaded: list[str] = []
    uploads = Uploads(s3.uri, progress=lambda path, _: uploaded.append(path.name))
    for path in ("data.csv", "folder"):
        assert uploads.bring(tmp_path / path, field="--x") == uploads.bring(tmp_path / path, field="--x")
    assert uploaded == ["data.csv", "a.txt", "b.txt"]
    (tmp_path / "folder" / "a.txt").write_text("other")
    uploads.bring(tmp_path / "folder", field="--x")
    assert uploaded[3:] == ["a.txt", "b.txt"], "other content has another place"


def test_a_store_that_refuses_is_named(s3: S3, tmp_path: Path):
    with pytest.raises(FieldError, match=r"--x: expected a file that can be uploaded to s3://no-such-bucket/p, found .*data\.csv: "):
        Uploads("s3://no-such-bucket/p").bring(tmp_path / "data.csv", field="--x")
