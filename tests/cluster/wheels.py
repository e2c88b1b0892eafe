"""Wheelhouses: folders of wheels from which image builds install.

A build container has none of the machine's package settings (mirror, proxy, certificates), so everything is fetched outside, in
the pinned versions, for the Python of the image's base, which need not be the Python that runs this.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from release.image.python import target_of
from release.revision import current
from tests.cluster import archives
from tests.cluster.errors import ClusterError
from tests.cluster.layout import CHECKOUT

CONSTRAINTS = CHECKOUT / "constraints.txt"
PROJECTS = ("executor", "core", "operator", "client", "console", "admin")
ODD_REQUIREMENTS = CHECKOUT / "tests" / "cluster" / "odd" / "requirements.txt"
OLDEST_PYTHON = "3.10"  # of the tasks' images that the executor's bundle serves
OLD_OBSTORE = "obstore==0.11.1"  # the last one for Python 3.10; newer ones are built for the stable ABI of 3.11
ZSTD, PYTHONS_WITH_ZSTD = "backports.zstd", ("3.10", "3.11", "3.12", "3.13")  # built for one Python each; 3.14 has its own
NOT_SOURCE = ("build", "dist", "*.egg-info", "__pycache__", "node_modules")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wheelhouse:
    """A folder in the build context, and how it is filled anew for a version of Python and an architecture."""

    folder: Path
    fill: Callable[[Path, str, str], None]

    def gather(self, python: str, architecture: str | None = None) -> None:
        """Exactly the wheels of now: an old one, left beside a new one, could be installed in its place."""
        if self.folder.exists():
            shutil.rmtree(self.folder)
        self.folder.mkdir(parents=True)
        self.fill(self.folder, python, architecture or archives.architecture())


def build(folder: Path, projects: Sequence[str]) -> None:
    """The wheels of these distributions of ours; the same sources make the same bytes, wherever and whenever they are built."""
    with tempfile.TemporaryDirectory() as scratch:
        sources = [copy_source(project, Path(scratch)) for project in projects]
        # setuptools is that of the development environment, which constraints.txt pins.
        _pip("wheel", "--no-deps", "--no-build-isolation", f"--wheel-dir={folder}", *map(str, sources))


def copy_source(project: str, into: Path) -> Path:
    """A copy to build from, since setuptools leaves a build folder beside the source and takes modules from it that are long deleted;
    with the modes that git knows, since they come into the archives.
    """
    copy = into / project
    shutil.copytree(CHECKOUT / project, copy, ignore=shutil.ignore_patterns(*NOT_SOURCE))
    for path in [copy, *copy.rglob("*")]:
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    return copy


def _glider(folder: Path, python: str, architecture: str) -> None:
    """What the images of services and executor install, built from this checkout, with all they depend on."""
    build(folder, PROJECTS)
    extras = {"console": "[tables]"}
    requirements = [f"{next(folder.glob(f'glider_{project}-*.whl'))}{extras.get(project, '')}" for project in PROJECTS]
    _download(folder, requirements, python, architecture)
    _download(folder, [OLD_OBSTORE], OLDEST_PYTHON, architecture, "--no-deps", constrained=False)
    for version in PYTHONS_WITH_ZSTD:
        _download(folder, [ZSTD], version, architecture, "--no-deps")


def _flytekit(folder: Path, python: str, architecture: str) -> None:
    _download(folder, ["flytekit"], python, architecture)


def _odd(folder: Path, python: str, architecture: str) -> None:
    _download(folder, ODD_REQUIREMENTS.read_text().split(), python, architecture, constrained=False)


def _download(folder: Path, requirements: Sequence[str], python: str, architecture: str, *options: str, constrained: bool = True) -> None:
    _pip(
        "download",
        f"--dest={folder}",
        *([f"--constraint={CONSTRAINTS}"] if constrained else []),
        *options,
        *target_of(python=python, architecture=architecture),
        *requirements,
    )


def _pip(*arguments: str) -> None:
    environment = os.environ | {"SOURCE_DATE_EPOCH": str(current().time)}
    command = [sys.executable, "-m", "pip", *arguments, "--quiet"]
    result = subprocess.run(command, capture_output=True, text=True, env=environment, umask=0o022)
    if result.returncode != 0:
        raise ClusterError(f"pip {arguments[0]} failed:\n{result.stderr[-2000:]}")


GLIDER = Wheelhouse(folder=CHECKOUT / "build" / "wheels", fill=_glider)
FLYTEKIT = Wheelhouse(folder=CHECKOUT / "build" / "wheels-flytekit", fill=_flytekit)
ODD = Wheelhouse(folder=CHECKOUT / "build" / "wheels-odd", fill=_odd)
