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
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.cluster.errors import ClusterError
from tests.cluster.layout import CHECKOUT

CONSTRAINTS = CHECKOUT / "constraints.txt"
PROJECTS = ("executor", "core", "operator")
OLDEST_PYTHON = "3.10"  # of the tasks' images that the executor's bundle serves
OLD_OBSTORE = "obstore==0.11.1"  # the last one for Python 3.10; newer ones are built for the stable ABI of 3.11
NOT_SOURCE = ("build", "dist", "*.egg-info", "__pycache__")
GLIBC_MINORS = (5, 12, 17, 24, 26, 27, 28, 31, 34)  # the manylinux generations in use; every supported base is newer than the last


@dataclass(frozen=True, kw_only=True, slots=True)
class Wheelhouse:
    """A folder in the build context, and how it is filled anew for a version of Python."""

    folder: Path
    fill: Callable[[Path, str], None]

    def gather(self, python: str) -> None:
        """Exactly the wheels of now: an old one, left beside a new one, could be installed in its place."""
        if self.folder.exists():
            shutil.rmtree(self.folder)
        self.folder.mkdir(parents=True)
        self.fill(self.folder, python)


def _glider(folder: Path, python: str) -> None:
    """What the images of executor and operator install, built from this checkout, with all they depend on."""
    with tempfile.TemporaryDirectory() as scratch:
        for project in PROJECTS:
            # From a copy: setuptools leaves a build folder beside the source, and takes modules that are long deleted from it.
            shutil.copytree(CHECKOUT / project, Path(scratch) / project, ignore=shutil.ignore_patterns(*NOT_SOURCE))
        _pip("wheel", "--no-deps", f"--wheel-dir={folder}", *(f"{scratch}/{project}" for project in PROJECTS))
    _download(folder, [str(next(folder.glob(f"glider_{project}-*.whl"))) for project in PROJECTS], python)
    _download(folder, [OLD_OBSTORE], OLDEST_PYTHON, "--no-deps", constrained=False)


def _flytekit(folder: Path, python: str) -> None:
    _download(folder, ["flytekit"], python)


def _download(folder: Path, requirements: Sequence[str], python: str, *options: str, constrained: bool = True) -> None:
    machine = platform.machine()
    platforms = [f"--platform=manylinux_2_{minor}_{machine}" for minor in GLIBC_MINORS] + [f"--platform=manylinux2014_{machine}"]
    _pip(
        "download",
        f"--dest={folder}",
        *([f"--constraint={CONSTRAINTS}"] if constrained else []),
        *options,
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


GLIDER = Wheelhouse(folder=CHECKOUT / "build" / "wheels", fill=_glider)
FLYTEKIT = Wheelhouse(folder=CHECKOUT / "build" / "wheels-flytekit", fill=_flytekit)
