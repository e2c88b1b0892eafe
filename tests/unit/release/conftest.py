"""What the tests of a release share: the files that have its version, in a folder of their own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from release import versions
from tests.conftest import ROOT


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The files that have a version, somewhere else."""
    for pattern, _ in versions.PLACES:
        for path in ROOT.glob(pattern):
            target = tmp_path / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    return tmp_path
