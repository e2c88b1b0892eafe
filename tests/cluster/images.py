"""The project's images, built from its real Containerfiles and loaded into the node; no registry is needed.

Every Containerfile of the project takes two build arguments: `BASE`, by default a public Python image, and `WHEELS`, a folder of
wheels in the build context (the repository's root), from which it installs with `pip install --no-index --find-links`. Here `BASE`
is a local Debian with Python, the stand-in for the public one. An image is built again only when what goes into it has changed.
"""

from __future__ import annotations

import fnmatch
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import tomllib

from release.revision import current
from tests.cluster import archives, base_image, debian, lifecycle, runtime, wheels
from tests.cluster.errors import ClusterError
from tests.cluster.layout import CHECKOUT, cache_dir
from tests.cluster.tools import locked
from tests.cluster.wheels import Wheelhouse

# The tag is the release's version, which is what the chart and the examples name.
VERSION = tomllib.loads((CHECKOUT / "operator" / "pyproject.toml").read_text())["project"]["version"]
KEPT_ARCHIVES = 3  # of each image: checkouts side by side share the cache, and each archive holds the whole base
PUBLIC_PYTHON = "3.12"  # of the Containerfiles' default base
BUILDERS = ("buildah", "podman", "docker")


@dataclass(frozen=True, kw_only=True, slots=True)
class Image:
    """One image: its Containerfile, what else goes into it, the wheels it installs from, if any, and the build arguments that name
    a base; a local build has one base for them all.
    """

    name: str
    containerfile: str
    sources: tuple[str, ...]
    wheels: Wheelhouse | None = None
    bases: tuple[str, ...] = ("BASE",)

    @property
    def reference(self) -> str:
        return f"{self.name}:{VERSION}"

    def content(self, base: str) -> str:
        """A hash over everything that the image is made of."""
        digest = hashlib.sha256(base.encode())
        for path in _files((self.containerfile, "constraints.txt", *self.sources)):
            digest.update(f"{path.relative_to(CHECKOUT)}\0{path.stat().st_mode}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
        return digest.hexdigest()[:16]


PROJECT = (
    Image(
        name="glider-executor",
        containerfile="executor/Containerfile",
        sources=("executor", "release/image"),
        wheels=wheels.GLIDER,
        bases=("BASE", *(f"PYTHON_3_{minor}" for minor in range(10, 15))),
    ),
    Image(
        name="glider-operator",
        containerfile="operator/Containerfile",
        sources=("executor", "core", "operator", "release/image"),
        wheels=wheels.GLIDER,
    ),
    Image(
        name="glider-console",
        containerfile="console/Containerfile",
        sources=("executor", "core", "client", "console/pyproject.toml", "console/setup.py", "console/src", "release/image"),
        wheels=wheels.GLIDER,
    ),
    Image(
        name="glider-admin",
        containerfile="admin/Containerfile",
        sources=("executor", "core", "client", "admin", "release/image"),
        wheels=wheels.GLIDER,
    ),
    Image(name="glider-examples", containerfile="manifests/examples/Containerfile", sources=("manifests/examples/app",)),
)
FLYTEKIT = Image(
    name="glider-examples-flytekit",
    containerfile="tests/cluster/flytekit.Containerfile",
    sources=("manifests/examples/app", "tests/project/shop"),
    wheels=wheels.FLYTEKIT,
)
ODD = Image(name="glider-odd", containerfile="tests/cluster/odd/Containerfile", sources=("tests/cluster/odd",), wheels=wheels.ODD)


def build_public() -> None:
    """Build the project's images over the public base, with whichever builder is there, into that builder's own storage."""
    builder = next((name for name in BUILDERS if shutil.which(name)), None)
    if builder is None:
        raise ClusterError(f"no image builder is there: install one of {', '.join(BUILDERS)}")
    wheels.GLIDER.gather(PUBLIC_PYTHON)
    for image in PROJECT:
        print(f"building {image.reference} with {builder} …", flush=True)
        _run(builder, "build", *_build_arguments(image), *_times(builder, image), str(CHECKOUT))


def build_local() -> list[Path]:
    """Have the archives of all images, built over the local base where their content has changed."""
    if os.geteuid() != 0:
        raise ClusterError(
            "images for the local node can be built as root only, and only root has a node; `make images` builds the public ones"
        )
    debian.require(debian.IMAGE_TOOLS)
    with locked("images"):
        base = base_image.ensure()
        gathered: set[Path] = set()
        return [base.archive, *(_archive(image, base, gathered) for image in (*PROJECT, FLYTEKIT, ODD))]


def archive_of(image: Image) -> Path:
    """Where the image's archive is, once it is built."""
    return cache_dir() / "images" / f"{image.name}-{image.content(base_image.current().name)}.tar"


def load(paths: list[Path]) -> None:
    """Load archives into this checkout's node, if it runs. There the base is what tasks without an image take for the public one."""
    status = lifecycle.status()
    if status is None or not status.is_node_ready:
        print("no node is running, so nothing is loaded; `python -m tests.cluster up`, then `images` again, which is quick now")
        return
    for path in paths:
        if archives.load_once(path):
            print(f"loaded {path.stem}", flush=True)
    for version in {base_image.PYTHON, f"{sys.version_info.major}.{sys.version_info.minor}"}:
        runtime.tag_image(base_image.NAME, f"python:{version}-slim")


def _archive(image: Image, base: base_image.Base, gathered: set[Path]) -> Path:
    """The image's docker-archive; `gathered` are the wheelhouses that are up to date, since one serves several images."""
    archive = archive_of(image)
    if archive.exists():
        return archive
    print(f"building {image.reference} …", flush=True)
    if image.wheels is not None and image.wheels.folder not in gathered:
        image.wheels.gather(base_image.PYTHON)
        gathered.add(image.wheels.folder)
    bases = [f"--build-arg={argument}={base.name}" for argument in image.bases]
    base_image.build("--pull-never", *bases, *_build_arguments(image), *_times("buildah", image), str(CHECKOUT))
    base_image.write_archive(image.reference, archive)
    base_image.buildah("rmi", image.reference)
    archives_by_age = sorted(archive.parent.glob(f"{image.name}-{'[0-9a-f]' * 16}.tar"), key=lambda path: path.stat().st_mtime)
    for former in archives_by_age[:-KEPT_ARCHIVES]:
        former.unlink()
    return archive


def _build_arguments(image: Image) -> list[str]:
    containerfile = CHECKOUT / image.containerfile
    if not containerfile.is_file():
        raise ClusterError(f"{image.name} can't be built: {image.containerfile} does not exist")
    wheelhouse = [] if image.wheels is None else [f"--build-arg=WHEELS={image.wheels.folder.relative_to(CHECKOUT)}"]
    of_release = _release_arguments() if image.wheels is wheels.GLIDER else []
    return [f"--file={containerfile}", f"--tag={image.reference}", *wheelhouse, *of_release]


def _release_arguments() -> list[str]:
    """What the labels of a release's image have, and the one time of all its files."""
    revision = current()
    arguments = {"VERSION": VERSION, "REVISION": revision.commit, "CREATED": revision.created, "SOURCE_DATE_EPOCH": revision.time}
    platform = f"linux/{archives.architecture()}"
    return [
        f"--platform={platform}",
        f"--build-arg=BUILDPLATFORM={platform}",
        *(f"--build-arg={name}={value}" for name, value in arguments.items()),
    ]


def _times(builder: str, image: Image) -> list[str]:
    """One time for the image and its files. Docker's builder has SOURCE_DATE_EPOCH for it, which is an argument for all builders."""
    return [f"--timestamp={current().time}"] if image.wheels is wheels.GLIDER and builder != "docker" else []


def _files(names: tuple[str, ...]) -> Iterator[Path]:
    """All source files under these names, in a fixed order."""
    for name in names:
        root = CHECKOUT / name
        for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
            if path.is_file() and not any(
                fnmatch.fnmatch(part, pattern) for part in path.relative_to(CHECKOUT).parts for pattern in wheels.NOT_SOURCE
            ):
                yield path


def _run(*command: str) -> None:
    if subprocess.run(command).returncode != 0:
        raise ClusterError(f"`{' '.join(command)}` failed")
