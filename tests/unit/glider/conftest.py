from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.glider.support import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    space = Workspace(folder=tmp_path)
    space.inputs()
    return space
