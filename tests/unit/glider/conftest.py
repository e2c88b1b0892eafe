from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.glider.support import StatsdSink, Workspace


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
