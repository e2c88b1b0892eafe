"""`glider convert`: what goes to standard output, to files, and to the store; what is reported beside it."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from flyteidl.admin import task_pb2

from glider_client.cli.glider import main
from glider_core.api.code import MOST_BYTES_IN_CONFIG_MAPS
from tests.unit.glider_client.conversion.registered import full, raw, registered, square
from tests.unit.glider_client.conversion.test_files import PARTS, archive

SQUARE = registered(square)
PLACES = registered(square, fast=True).SerializeToString()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "app.tgz").write_bytes(archive(PARTS))
    (tmp_path / "square.pb").write_bytes(SQUARE.SerializeToString())
    (tmp_path / "fast.tgz").write_bytes(archive({"0_square_1.pb": PLACES, "fast0.tar.gz": b"code"}))
    (tmp_path / "fast.pb").write_bytes(PLACES)
    (tmp_path / "raw.pb").write_bytes(registered(raw).SerializeToString())
    return tmp_path


def convert(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["convert", *arguments], env={"GLIDER_STORAGE_PREFIX": None})


def arguments_of(result: Result) -> list[str]:
    document = yaml.safe_load(result.stdout)
    arguments: list[str] = document["spec"]["container"]["args"]
    return arguments


def test_task_templates_go_to_standard_output_as_kubectl_takes_them_and_what_is_left_out_beside_it() -> None:
    result = convert("app.tgz")
    assert result.exit_code == 0, result.output
    documents = list(yaml.safe_load_all(result.stdout))
    assert [document["metadata"]["name"].partition("-")[0] for document in documents] == ["square", "full"]
    assert "not converted: the workflow" in result.stderr
    assert "not converted: the launch plan" in result.stderr


def test_json_is_a_list_of_kubernetes() -> None:
    document = json.loads(convert("app.tgz", "-o", "json").stdout)
    assert (document["apiVersion"], document["kind"], len(document["items"])) == ("v1", "List", 2)


@pytest.mark.parametrize(("options", "ending"), [([], "yaml"), (["-o", "json"], "json")], ids=["YAML", "JSON"])
def test_a_folder_gets_a_file_for_each_task(folder: Path, options: list[str], ending: str) -> None:
    result = convert("app.tgz", "--output-dir", "out/deep", *options)
    assert (result.exit_code, result.stdout) == (0, "")
    files = sorted((folder / "out" / "deep").iterdir())
    assert [file.suffix for file in files] == [f".{ending}"] * 2
    assert yaml.safe_load(files[0].read_text())["kind"] == "TaskTemplate"
    assert all(file.name in result.stderr for file in files)


def test_image_namespace_and_identity_are_options() -> None:
    result = convert("square.pb", "--image", "other:2", "-n", "ml", "--project", "x", "--domain", "y", "--version", "v7")
    document = yaml.safe_load(result.stdout)
    assert document["spec"]["container"]["image"] == "other:2"
    assert document["metadata"]["namespace"] == "ml"
    assert document["spec"]["id"] == {"project": "x", "domain": "y", "name": SQUARE.template.id.name, "version": "v7"}


def test_the_same_archive_is_the_same_text_each_time() -> None:
    assert convert("app.tgz").stdout == convert("app.tgz").stdout


def test_the_code_of_fast_registration_may_be_somewhere_already() -> None:
    arguments = arguments_of(convert("fast.pb", "--code-uri", "s3://b/code.tar.gz", "--dest", "/tmp/code"))
    assert arguments[:6] == [
        "pyflyte-fast-execute", "--additional-distribution", "s3://b/code.tar.gz", "--dest-dir", "/tmp/code", "--",
    ]  # fmt: skip


@pytest.mark.parametrize("namespace", ["", "ml"], ids=["wherever kubectl puts them", "in a namespace"])
def test_without_a_store_the_archives_own_code_is_in_config_maps_which_glider_unpacks(namespace: str) -> None:
    result = convert("fast.tgz", *(["-n", namespace] if namespace else []))
    assert result.exit_code == 0, result.output
    config_map, template = yaml.safe_load_all(result.stdout)
    assert base64.b64decode(config_map["binaryData"]["part"]) == b"code"
    assert (config_map["kind"], config_map["metadata"].get("namespace", "")) == ("ConfigMap", namespace)
    assert template["spec"]["code"] == {"sha256": hashlib.sha256(b"code").hexdigest(), "configMaps": [config_map["metadata"]["name"]]}
    assert template["spec"]["container"]["args"] == list(SQUARE.template.container.args)


def test_more_code_than_config_maps_hold_needs_a_store(folder: Path) -> None:
    code = bytes(MOST_BYTES_IN_CONFIG_MAPS + 1)
    (folder / "large.tgz").write_bytes(archive({"0_square_1.pb": PLACES, "fast0.tar.gz": code}))
    result = convert("large.tgz")
    assert result.exit_code == 1
    assert "for ConfigMaps; pass --storage for more, found" in result.stderr


def test_without_fast_registration_there_is_no_code() -> None:
    assert [document["kind"] for document in yaml.safe_load_all(convert("app.tgz").stdout)] == ["TaskTemplate"] * 2


def test_task_specs_come_back_as_they_were(folder: Path) -> None:
    (folder / "square.yaml").write_text(convert("square.pb").stdout)
    result = convert("--to-flyte", "square.yaml", "--output-dir", "back")
    assert result.exit_code == 0, result.output
    (file,) = (folder / "back").iterdir()
    assert file.name == f"0_{SQUARE.template.id.name}_1.pb"
    assert task_pb2.TaskSpec.FromString(file.read_bytes()) == SQUARE


def test_task_specs_go_to_standard_output_as_json_that_converts_again(folder: Path) -> None:
    (folder / "app.yaml").write_text(convert("app.tgz").stdout)
    (folder / "app.json").write_text(convert("--to-flyte", "app.yaml").stdout)
    assert convert("app.json").stdout == convert("app.tgz").stdout


def test_what_flyte_has_nothing_for_is_reported(folder: Path) -> None:
    document: dict[str, Any] = yaml.safe_load(convert("square.pb").stdout)
    document["spec"]["volumes"] = [{"name": "v", "emptyDir": {}}]
    (folder / "square.yaml").write_text(yaml.safe_dump(document))
    assert "without a counterpart in Flyte: volumes" in convert("--to-flyte", "square.yaml").stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["raw.pb"], "expected at least one task that Glider can run, found none", id="nothing that Glider can run"),
        pytest.param(["fast.pb"], "expected an archive of code beside the tasks", id="code that is nowhere"),
        pytest.param(["fast.tgz", "--storage", "s4://b"], "--storage: ", id="a store that there isn't"),
        pytest.param(["fast.tgz", "--storage", "/folder"], "--storage: ", id="a store that no pod can read"),
        pytest.param(["square.pb", "--output-dir", "square.pb/x"], "expected a folder that can be written", id="a folder that is a file"),
        pytest.param(["--to-flyte", "square.pb"], "square.pb: expected TaskExecutions", id="a message that is in Flyte's form already"),
        pytest.param(["nowhere.tgz"], "'nowhere.tgz' does not exist", id="no such file"),
    ],
)
def test_errors_are_one_sentence(arguments: list[str], message: str) -> None:
    result = convert(*arguments)
    assert result.exit_code in (1, 2)
    assert result.stdout == ""
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_the_cache_is_not_lost() -> None:
    assert registered(full).template.metadata.discoverable
    (document,) = [one for one in yaml.safe_load_all(convert("app.tgz").stdout) if one["metadata"]["name"].startswith("full")]
    assert json.loads(document["metadata"]["annotations"]["glider.dev/cache"])["version"] == "1.0"
