from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import MissingServer
from tests.unit.glider.support import StatsdSink, Workspace

NAMESPACE = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    space = Workspace(folder=tmp_path)
    space.inputs()
    return space


@pytest.fixture
def sink() -> Iterator[StatsdSink]:
    sink = StatsdSink()
    yield sink
    sink.close()


@pytest.fixture
def first_process() -> list[str]:
    """What runs a command as the first process of a PID namespace."""
    tried = subprocess.run([*NAMESPACE, "true"], capture_output=True, text=True, check=False) if shutil.which("unshare") else None
    if tried is None or tried.returncode != 0:
        raise MissingServer(f"no PID namespaces: {tried.stderr.strip() if tried else 'unshare is not there'}")
    return NAMESPACE
