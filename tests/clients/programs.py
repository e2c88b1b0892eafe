"""The clients' programs: pyflyte of this environment's flytekit, and of an older one; flytectl, built from its Go module.

The older flytekit has an environment of its own in the user's cache, which `flytekit-1.13.txt` pins whole. 1.13 is from 2024; the
versions of what it needs are today's, as whoever installs it now gets them.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

from tests.cluster import tools
from tests.integration.glider.bundles import environment_of

PINS = Path(__file__).parent / "flytekit-1.13.txt"


def pyflyte() -> Path:
    """Of the flytekit that this environment has."""
    return Path(sys.executable).parent / "pyflyte"


@cache
def old_pyflyte() -> Path:
    """Of flytekit 1.13."""
    pin = next(line for line in PINS.read_text().splitlines() if line.startswith("flytekit=="))
    return environment_of(Path(sys.executable), [pin], constraints=PINS).parent / "pyflyte"


@cache
def flytectl() -> Path:
    """As tests/cluster/go/flytectl pins it."""
    return tools.build_one("flytectl")
