"""The Go programs of the cluster, built once per pinned version and cached in the user's cache folder.

Each folder `go/<module>` is a Go module of its own: `tool` lines name the programs, go.mod and go.sum pin them. A change of
either gives a new folder in the cache, so two checkouts with different versions don't disturb each other. What is made of the same
libraries (Kubernetes, etcd, helm, kwok) is one module, so that Go compiles each of them once: 3,200 packages and not 5,300.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.cluster.errors import ClusterError
from tests.cluster.layout import SOURCES, cache_dir

GO_DIR = SOURCES / "go"
#: Nobody debugs these programs: a tenth less CPU to build them, and a fifth less of Go's build cache.
_COMPILER_FLAGS = ("-gcflags=all=-dwarf=false",)
MODULES = ("kubernetes", "versitygw", "pause")
NODE_MODULES = ("containerd",)  # what only a cluster with a node needs beside
#: Prometheus is given its targets: without service discovery it has a sixth fewer packages.
_TAGS = {"prometheus": "remove_all_sd"}


def build_all(*, with_node: bool = False) -> dict[str, Path]:
    """Every program by name, built where the cache has it not."""
    modules = (*MODULES, *(NODE_MODULES if with_node else ()))
    return {name: program for module in modules for name, program in build(module).items()}


def build_one(module: str) -> Path:
    """The only program of a module that has one."""
    (program,) = build(module).values()
    return program


def build(module: str) -> dict[str, Path]:
    """The programs of one module by name; also of one that isn't in `MODULES`, since only few tests need it."""
    if not _folder(module).is_dir():
        with locked(f"go-build-{module}"):  # by module: Prometheus' build must not keep a cluster whose programs are there
            _build(module)
    return {program.name: program for program in _folder(module).iterdir()}


def sources(module: str) -> Path:
    """The sources of the only module that `go/<module>` requires, as it pins them: for files in it, where nothing is built."""
    folder = GO_DIR / module
    required = re.search(r"^require (\S+) v", (folder / "go.mod").read_text(), re.MULTILINE)
    if required is None:
        raise ClusterError(f"{folder / 'go.mod'} requires no module")
    _check_for_go()
    result = subprocess.run(["go", "mod", "download", "-json", required[1]], cwd=folder, capture_output=True, text=True)
    if result.returncode != 0:
        raise ClusterError(f"go mod download of {required[1]} failed:\n{(result.stderr or result.stdout)[-3000:]}")
    return Path(json.loads(result.stdout)["Dir"])


def cached(name: str) -> Path | None:
    """One program of the pinned version, if the cache has it."""
    return next((program for module in (*MODULES, *NODE_MODULES) if (program := _folder(module) / name).exists()), None)


def link_all(programs: dict[str, Path], folder: Path) -> None:
    """Put all programs into one folder, for PATH."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, program in programs.items():
        link = folder / name
        if not link.is_symlink() or link.readlink() != program:
            link.unlink(missing_ok=True)
            link.symlink_to(program)


@contextmanager
def locked(name: str) -> Iterator[None]:
    """One process of this user at a time."""
    with (cache_dir() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(module: str) -> None:
    source, done = GO_DIR / module, _folder(module)
    if done.is_dir():
        return
    _check_for_go()
    print(f"building {module}, once for these versions (Kubernetes takes minutes at first) …", flush=True)
    done.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=done.parent) as scratch:
        out = Path(scratch) / "bin"
        out.mkdir()
        package = "tool" if "\ntool " in (source / "go.mod").read_text() else "."
        chosen = ["-tags", _TAGS.get(module, ""), "-ldflags", _ldflags(module)]
        command = ["go", "build", "-trimpath", *_COMPILER_FLAGS, *chosen, "-o", f"{out}/", package]
        environment = os.environ | {"CGO_ENABLED": "0", "GOFLAGS": "-buildvcs=false -mod=readonly"}
        result = subprocess.run(command, cwd=source, env=environment, capture_output=True, text=True)
        if result.returncode != 0:
            raise ClusterError(f"go build of {source.relative_to(SOURCES)} failed:\n{result.stderr[-3000:]}")
        if (server := out / "server").exists():  # Go names a program after its package's folder
            server.rename(out / "etcd")
        out.rename(done)


def _check_for_go() -> None:
    if shutil.which("go") is None:
        raise ClusterError(
            "Go is missing: it builds Kubernetes and the other programs. Install Go 1.21 or newer (it fetches the version it needs "
            "itself) and put `go` on PATH."
        )


def _folder(module: str) -> Path:
    """Where the cache has the module's programs, once they are built."""
    content = b"".join(path.read_bytes() for path in sorted((GO_DIR / module).iterdir()))
    digest = hashlib.sha256(content + (_ldflags(module) + _TAGS.get(module, "")).encode()).hexdigest()[:16]
    return cache_dir() / "bin" / f"{module}-{digest}"


def _ldflags(module: str) -> str:
    """Kubernetes takes its version from the linker; unstamped it calls itself v0.0.0, and clients then mistrust it."""
    flags = "-s -w"
    if module == "kubernetes":
        version = re.search(r"k8s\.io/kubernetes v(\d+)\.(\d+)\.(\d+)", (GO_DIR / module / "go.mod").read_text())
        if version is None:
            raise ClusterError(f"{GO_DIR / module / 'go.mod'} does not say which version of k8s.io/kubernetes it builds")
        major, minor, patch = version.groups()
        for package in ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version"):
            flags += f" -X {package}.gitVersion=v{major}.{minor}.{patch} -X {package}.gitMajor={major} -X {package}.gitMinor={minor}"
    return flags
