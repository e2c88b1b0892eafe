"""Tasks whose code isn't in an image, on this machine: from ConfigMaps in the files, or by its URI."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from glider_client.cli.glider import main
from glider_core.api.code import PART_KEY, config_map_name
from tests.resources import resolver_args, task
from tests.unit.glider.loading.test_code import archive_of

FILES = {"code_app.py": "from pathlib import Path\ndef main() -> str:\n    return Path('data.csv').read_text()\n", "data.csv": "a,b"}
ARCHIVE = archive_of(FILES)
SHA256 = hashlib.sha256(ARCHIVE).hexdigest()
NAMES = [config_map_name(sha256=SHA256, part=i) for i in (0, 1)]


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(code: dict[str, Any], *objects: dict[str, Any], options=()):
        spec = task(resolver_args("code_app", "main"), outputs={"o0": "string"})
        del spec["container"]["image"]
        spec["code"] = {"sha256": SHA256, "pythonVersion": "3.11"} | code
        document = {"apiVersion": "glider.dev/v1alpha1", "kind": "TaskExecution", "metadata": {"name": "coded"}, "spec": {"task": spec}}
        (tmp_path / "e.yaml").write_text(yaml.safe_dump_all([document, *objects]))
        return CliRunner().invoke(main, ["run", "--local", *options, "-f", "e.yaml"])

    return run


def config_maps():
    half = len(ARCHIVE) // 2
    for name, part in zip(NAMES, (ARCHIVE[:half], ARCHIVE[half:]), strict=True):
        data = {PART_KEY: base64.b64encode(part).decode()}
        yield {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "binaryData": data}


@pytest.mark.parametrize("options", [(), ("--in-process",)], ids=["in a process of its own", "in this process"])
def test_config_maps_in_the_files(run, options):
    result = run({"configMaps": NAMES}, *config_maps(), options=options)
    assert yaml.safe_load(result.stdout) == {"outputs": {"o0": "a,b"}}, result.stderr


def test_a_uri(run, tmp_path):
    (tmp_path / "code.tar.gz").write_bytes(ARCHIVE)
    result = run({"uri": f"file://{tmp_path}/code.tar.gz"})
    assert yaml.safe_load(result.stdout) == {"outputs": {"o0": "a,b"}}, result.stderr


def test_a_config_map_that_is_not_there(run):
    result = run({"configMaps": NAMES}, next(iter(config_maps())))
    assert result.exit_code == 1
    message = f"code.configMaps: expected a ConfigMap {NAMES[1]} with the key part in binaryData in the files, found nothing"
    assert message in result.stderr


def test_bytes_that_are_no_base64(run):
    wrong = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "code"}, "binaryData": {PART_KEY: "!"}}
    result = run({"configMaps": ["code"]}, wrong)
    assert result.exit_code != 0
    assert 'binaryData.part: expected bytes as base64, found "!"' in result.stderr
