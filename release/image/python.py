"""The base's Python, without what only developers need, and distributions with their bytecode beside it."""

from __future__ import annotations

import fnmatch
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from release.image.root import MissingFileError, Root

MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
#: The manylinux generations in use; every supported base is newer than the last.
GLIBC_MINORS = (5, 12, 17, 24, 26, 27, 28, 31, 34)

#: What a service never imports: tools of developers, terminals, tests, databases in files, and what installs other things.
UNUSED = (
    "__pycache__", "config-*", "curses", "dbm", "dist-packages", "distutils", "ensurepip", "idlelib", "lib2to3", "pydoc_data",
    "site-packages", "sqlite3", "test", "tests", "tkinter", "turtle.py", "turtledemo", "venv",
    "_ctypes_test*", "_curses*", "_dbm*", "_gdbm*", "_sqlite3*", "_test*", "_tkinter*", "_xxtestfuzz*", "nis.*", "ossaudiodev.*",
    "readline.*", "xxlimited*",
)  # fmt: skip
#: Parts of distributions that nothing of ours imports: below the packages' folder. The kubernetes package imports each model of the
#: API, and each group's client, when it is first used; we use neither. Of pyarrow only what reads parquet is used.
UNIMPORTED = (
    "bin", "kubernetes/aio/*", "kubernetes/client/api/[!_]*.py", "kubernetes/client/apis/*", "kubernetes/client/models/[!_]*.py",
    "kubernetes/*_test.py", "kubernetes/*/*_test.py",
    "pyarrow/include", "pyarrow/includes", "pyarrow/src", "pyarrow/tests", "pyarrow/*.pyx", "pyarrow/*.px[di]", "pyarrow/*cpp_tests*",
    "pyarrow/_azurefs*", "pyarrow/_gcsfs*", "pyarrow/_hdfs*", "pyarrow/_s3fs*", "pyarrow/libarrow_s3*",
    "pyarrow/_flight*", "pyarrow/libarrow_flight*", "pyarrow/libarrow_python_flight*",
    "pyarrow/_dataset*", "pyarrow/_orc*", "pyarrow/*parquet_encryption*", "pyarrow/_substrait*",
    "pyarrow/libarrow_python.so", "pyarrow/lib*.so.*.*.*",  # the same library three times: its own name is that with one number
)  # fmt: skip
#: The same of the executor's bundle, which each pod may copy. Without its half for PyPy, Zstandard's package can't be imported where its
#: compiled half doesn't fit, and would otherwise ask the image for cffi.
UNIMPORTED_IN_TASKS = (
    "bin", "backports/zstd/_cffi", "backports/zstd/_shutil.py", "backports/zstd/tarfile.py", "backports/zstd/zipfile",
    "backports/zstd/*.pyi",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Interpreter:
    """A base's Python: its program and its library, as paths without the leading slash."""

    program: str
    version: str

    @property
    def library(self) -> str:
        """The folder of its own modules."""
        return f"{Path(self.program).parent.parent}/lib/python{self.version}"


def interpreter(root: Root) -> Interpreter:
    """The base's: python.org's image has it in /usr/local, Debian in /usr."""
    found = next(filter(None, map(root.find, ("usr/local/bin/python3", "usr/bin/python3"))), None)
    version = re.fullmatch(r".*/python(3\.\d+)", found or "")
    if found is None or version is None:
        raise MissingFileError("the base has no Python at /usr/local/bin/python3 or /usr/bin/python3")
    return Interpreter(program=found, version=version[1])


def add_interpreter(root: Root, python: Interpreter) -> None:
    """The program, and its library with bytecode."""
    root.add(python.program)
    _add_library(root, python.library)
    compile_all(root.folder / python.library, at=f"/{python.library}")


def _add_library(root: Root, folder: str) -> None:
    for name in sorted(entry.name for entry in (root.base / folder).iterdir()):
        path = f"{folder}/{name}"
        if any(fnmatch.fnmatch(name, pattern) for pattern in UNUSED) or not root.find(path):
            continue
        if (root.base / path).is_dir():
            _add_library(root, path)
        else:
            root.add(path)


def install(requirement: str, *, wheels: Path, into: Path, python: str, architecture: str, dependencies: bool = True) -> None:
    """Install from a folder of wheels, for this version of Python and this architecture, whichever runs here."""
    options = ["--quiet", "--no-cache-dir", "--no-compile", "--no-index", f"--find-links={wheels}", "--root-user-action=ignore"]
    every = [] if dependencies else ["--no-deps"]
    target = [f"--target={into}", *target_of(python=python, architecture=architecture)]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, *target, *every, requirement], check=True)


def target_of(*, python: str, architecture: str) -> list[str]:
    """The options of pip for another Python and another machine than its own."""
    machine = MACHINES[architecture]
    platforms = [f"--platform=manylinux_2_{minor}_{machine}" for minor in GLIBC_MINORS] + [f"--platform=manylinux2014_{machine}"]
    return ["--only-binary=:all:", "--implementation=cp", f"--python-version={python}", *platforms]


def leave_out(folder: Path, patterns: tuple[str, ...] = UNIMPORTED) -> None:
    """Remove what is never imported from installed distributions."""
    for pattern in patterns:
        for path in folder.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def compile_all(folder: Path, *, at: str) -> None:
    """Bytecode for the Python that runs here, never compared with its source: a container can't keep what it would compile. `at` is
    where the folder will be, for tracebacks. With one seed for hashes the same bytes come out each time.
    """
    command = [sys.executable, "-m", "compileall", "-q", "--invalidation-mode=unchecked-hash", "-s", str(folder), "-p", at, str(folder)]
    subprocess.run(command, check=True, env=os.environ | {"PYTHONHASHSEED": "0"})
