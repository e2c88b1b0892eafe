"""Thousands of broken inputs, bundles and configurations: none hangs, each leaves outputs or an error document, and never both.

Another seed: GLIDER_FUZZ_SEED=… GLIDER_FUZZ_CASES=… pytest tests/unit/glider/test_fuzz.py
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.unit.glider.fuzzing import KINDS

SEED = int(os.environ.get("GLIDER_FUZZ_SEED", "5"))
CASES = int(os.environ.get("GLIDER_FUZZ_CASES", "1000"))


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_broken_never_hangs_and_never_ends_silently(kind: str) -> None:
    command = [sys.executable, "-m", "tests.unit.glider.fuzzing", kind, str(SEED), str(CASES)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280, check=False)
    print(f"seed {SEED}, {CASES} cases")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout == ""
