"""A Debian with Python, made on this machine: the stand-in for the public Python image that Containerfiles build upon.

It differs from the public one as little as matters: Debian's own Python, `python` and `pip` on PATH, and no marker that forbids
pip to install into it.
"""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.cluster.errors import ClusterError
from tests.cluster.layout import cache_dir

SUITE = "bookworm"
PYTHON = "3.11"  # Debian bookworm's
PACKAGES = ("python3", "python3-venv", "python3-pip", "ca-certificates")
CUSTOMIZATION = f"ln -s python3 $1/usr/bin/python && rm -f $1/usr/lib/python{PYTHON}/EXTERNALLY-MANAGED"
ENVIRONMENT = ("PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8")
NAME = "glider-base:python3"


@dataclass(frozen=True, kw_only=True, slots=True)
class Base:
    """The base as an image of the builder's storage, to build upon, and as an archive, for pods that run a plain Python image."""

    name: str
    archive: Path


def current() -> Base:
    """The base image of this recipe, whether it is built yet or not."""
    recipe = hashlib.sha256(repr((SUITE, PACKAGES, CUSTOMIZATION, ENVIRONMENT)).encode()).hexdigest()[:8]
    return Base(name=f"localhost/glider-base:python3-{recipe}", archive=cache_dir() / "images" / f"glider-base-{recipe}.tar")


def ensure() -> Base:
    """The base image, built once for this recipe."""
    base = current()
    if base.name not in buildah("images", "--format={{.Name}}:{{.Tag}}").split():
        print(f"building {NAME}, a local Debian with Python, once …", flush=True)
        _build(base.name)
    if not base.archive.exists():
        buildah("tag", base.name, NAME)
        write_archive(NAME, base.archive)
    return base


def ensure_unpacked(architecture: str) -> str:
    """The base's files for another architecture, unpacked and not set up, since nothing of it can run here: a build reads them."""
    packages = ("python3", "ca-certificates", "coreutils", "libstdc++6")
    recipe = hashlib.sha256(repr((SUITE, packages, architecture)).encode()).hexdigest()[:8]
    name = f"localhost/glider-base:unpacked-{architecture}-{recipe}"
    if name in buildah("images", "--format={{.Name}}:{{.Tag}}").split():
        return name
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "root.tar"
        _mmdebstrap("--variant=extract", f"--architectures={architecture}", f"--include={','.join(packages)}", SUITE, str(root))
        container = buildah("from", f"--arch={architecture}", "scratch").strip()
        buildah("add", container, str(root), "/")
        buildah("config", f"--arch={architecture}", "--os=linux", container)
        buildah("commit", "--rm", container, name)
    return name


def _mmdebstrap(*arguments: str) -> None:
    result = subprocess.run(["mmdebstrap", "--quiet", *arguments], capture_output=True, text=True)
    if result.returncode != 0:
        raise ClusterError(f"mmdebstrap failed:\n{result.stderr[-2000:]}")


def _build(name: str) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "root.tar"
        _mmdebstrap("--variant=minbase", f"--include={','.join(PACKAGES)}", f"--customize-hook={CUSTOMIZATION}", SUITE, str(root))
        container = buildah("from", "scratch").strip()
        buildah("add", container, str(root), "/")
        buildah("config", *(f"--env={variable}" for variable in ENVIRONMENT), "--cmd=python3", container)
        buildah("commit", "--rm", container, name)


def buildah(*arguments: str) -> str:
    """Run buildah with a storage of its own in the user's cache, away from the images of anybody's own work."""
    storage = cache_dir() / "buildah"
    folders = [f"--root={storage}/root", f"--runroot={storage}/run", "--storage-driver=overlay"]
    result = subprocess.run(["buildah", *folders, *arguments], capture_output=True, text=True)
    if result.returncode != 0:
        raise ClusterError(f"buildah {arguments[0]} failed:\n{(result.stdout + result.stderr)[-3000:]}")
    return result.stdout


def build(*arguments: str) -> None:
    """Build an image. Whoever calls it holds the lock of the images: afterwards no container is left in this storage, where buildah
    1.28 forgets the one of a stage that another stage mounts.
    """
    buildah("build", "--isolation=chroot", "--network=host", *arguments)
    buildah("rm", "--all")


def write_archive(name: str, archive: Path) -> None:
    """The image as a docker-archive, complete or not there at all."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    partial = archive.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    buildah("push", name, f"docker-archive:{partial}:{name}")
    partial.rename(archive)
