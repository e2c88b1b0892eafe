"""What somebody left as inputs and outputs is data to `glider` and to the operator: pickles, which run code when loaded, stay closed."""

from __future__ import annotations

import asyncio
import pickle
from pathlib import Path

import pytest

from glider.wire.jsonform import Literal, LiteralMap
from glider_core.config import parse_config
from glider_core.store.access import StoreAccess
from glider_core.store.grants import grants_of
from glider_core.store.results import read_results
from tests.conftest import S3
from tests.hostile_pickle import Opens
from tests.integration.cli import Cli, glider
from tests.resources import task
from tests.unit.glider_core.builders import CONFIGURATION

__all__ = ["glider"]  # a fixture
pytestmark = pytest.mark.s3


@pytest.fixture
def planted(glider: Cli, s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An execution whose inputs and outputs are pickles, in each of their forms; the folder that is there once one is loaded."""
    for name, value in s3.env.items():
        monkeypatch.setenv(name, value)
    opened = tmp_path / "opened"
    s3.write(f"{s3.uri}/raw/value", pickle.dumps(Opens(opened)))
    struct = Literal(scalar={"generic": {"pickle_file": f"{s3.uri}/raw/value"}}, metadata={"format": "pickle"})
    blob = {"uri": f"{s3.uri}/raw/value", "metadata": {"type": {"format": "PythonPickle"}}}
    literals = LiteralMap(literals={"a": Literal(scalar={"blob": blob}), "b": struct})
    for name in ("inputs", "0/outputs"):
        s3.write(f"{s3.uri}/{name}.pb", literals.SerializeToString())
    types = {"a": "file[PythonPickle]", "b": "struct"}
    status = {"phase": "Succeeded", "outputsUri": f"{s3.uri}/0/outputs.pb", "inputsUri": f"{s3.uri}/inputs.pb", "attempts": [{"number": 0}]}
    glider.create("pickled", status=status, task=task(["run"], inputs=types, outputs=types), inputsUri=f"{s3.uri}/inputs.pb", inputs=None)
    return opened


def test_no_command_that_shows_values_loads_one(glider: Cli, planted: Path, tmp_path: Path):
    for command in (
        ["outputs", "pickled"],
        ["outputs", "pickled", "-o", "json"],
        ["outputs", "pickled", "--download", str(tmp_path / "down")],
        ["inputs", "pickled", "--download", str(tmp_path / "in")],
        ["describe", "pickled"],
        ["describe", "pickled", "-o", "yaml"],
        ["get", "pickled", "-o", "json"],
    ):
        result = glider(*command)
        assert result.exit_code == 0, result.output
        assert not planted.exists(), f"{command} ran what was in the pickle"


def test_a_replay_with_one_has_to_be_allowed(glider: Cli, planted: Path):
    result = glider("replay", "pickled")
    assert result.exit_code == 1
    assert "inputs.a: expected an input that runs no code when it is loaded, or --allow-pickle" in result.stderr
    assert not planted.exists()


def test_the_operator_loads_none_either(glider: Cli, planted: Path, s3: S3):
    settings = {"namespaceDefaults": [{"namespaces": [glider.namespace], "storage": {"metadataPrefix": s3.uri}}]}
    grants = grants_of(parse_config(CONFIGURATION | settings), glider.namespace)
    access = StoreAccess(s3.env)
    try:
        evidence = asyncio.run(read_results(access.of(glider.namespace, grants), f"{s3.uri}/0"))
    finally:
        access.close()
    assert evidence.outputs_found and not evidence.problem
    assert not planted.exists()


def test_the_pickle_is_one(planted: Path, s3: S3):
    """Else nothing was tried."""
    pickle.loads(s3.read(f"{s3.uri}/raw/value"))
    assert planted.exists()
