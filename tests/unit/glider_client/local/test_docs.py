"""The task of docs/local-runs.md runs as it stands there, here and by a ConfigMap."""

from __future__ import annotations

import re

import pytest
import yaml
from click.testing import CliRunner

from glider_client.cli.glider import main
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "local-runs.md").read_text()
[PYTHON] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
EXECUTION, MOUNTED = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.py").write_text(PYTHON)
    return tmp_path


def test_the_first_task_runs(project):
    (project / "execution.yaml").write_text(EXECUTION)
    result = CliRunner().invoke(main, ["run", "--local", "-f", "execution.yaml"])
    assert result.stdout == "outputs:\n  o0: 7.5\n", result.stderr


def test_its_code_can_be_mounted(project):
    document = yaml.safe_load(EXECUTION)
    document["spec"]["task"] |= yaml.safe_load(MOUNTED)
    (project / "execution.yaml").write_text(yaml.safe_dump(document))
    result = CliRunner().invoke(main, ["render", "-f", "execution.yaml"])
    assert result.exit_code == 0, result.stderr
    spec = yaml.safe_load(result.stdout)["spec"]
    assert {"name": "shop", "configMap": {"name": "shop"}} in spec["volumes"]
    assert {"name": "shop", "mountPath": "/shop"} in spec["containers"][0]["volumeMounts"]
    assert {"name": "PYTHONPATH", "value": "/shop"} in spec["containers"][0]["env"]
