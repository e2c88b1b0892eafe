"""Wheelhouses: folders of wheels from which image builds install.

A build container has none of the machine's package settings (mirror, proxy, certificates), so everything is fetched outside, in
the pinned versions, for the Python of the image's base, which need not be the Python that runs this.
"""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.cluster.errors import ClusterError
from tests.cluster.layout import CHECKOUT

CONSTRAINTS = CHECKOUT / "constraints.txt"
GLIDER_WHEELS = CHECKOUT / "build" / "wheels"
FLYTEKIT_WHEELS = CHECKOUT / "build" / "wheels-flytekit"
NOT_SOURCE = ("build", "dist", "*.egg-info", "__pycache__")
GLIBC_MINORS = (5, 12, 17, 24, 26, 27, 28, 31, 34)  # the manylinux generations in use; every supported base is newer than the last


def gather_glider(python: str) -> None:
    """Executor and operator, built from this checkout, with all they depend on."""
    _empty(GLIDER_WHEELS)
    with tempfile.TemporaryDirectory() as scratch:
        for project in ("executor", "operator"):
            # From a copy: setuptools leaves a build folder beside the source, and takes modules that are long deleted from it.
            shutil.copytree(CHECKOUT / project, Path(scratch) / project, ignore=shutil.ignore_patterns(*NOT_SOURCE))
        _pip("wheel", "--no-deps", f"--wheel-dir={GLIDER_WHEELS}", f"{scratch}/executor", f"{scratch}/operator")
    executor, operator = (str(next(GLIDER_WHEELS.glob(f"glider_{project}-*.whl"))) for project in ("executor", "operator"))
    _download(GLIDER_WHEELS, [f"{executor}[s3fs]", operator], python)


def gather_flytekit(python: str) -> None:
    """flytekit with all it depends on."""
    _empty(FLYTEKIT_WHEELS)
    _download(FLYTEKIT_WHEELS, ["flytekit"], python)


def _empty(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)


def _download(folder: Path, requirements: Sequence[str], python: str) -> None:
    machine = platform.machine()
    platforms = [f"--platform=manylinux_2_{minor}_{machine}" for minor in GLIBC_MINORS] + [f"--platform=manylinux2014_{machine}"]
    _pip(
        "download",
        f"--dest={folder}",
        f"--constraint={CONSTRAINTS}",
        "--only-binary=:all:",
        "--implementation=cp",
        f"--python-version={python}",
        *platforms,
        *requirements,
    )


def _pip(*arguments: str) -> None:
    result = subprocess.run([sys.executable, "-m", "pip", *arguments, "--quiet"], capture_output=True, text=True)
    if result.returncode != 0:
        raise ClusterError(f"pip {arguments[0]} failed:\n{result.stderr[-2000:]}")
