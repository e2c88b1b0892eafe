"""The executor as a pod has it, in Pythons of all kinds: environments are made once and kept in the user's cache."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import glider

ROOT = Path(__file__).parents[3]
CACHE = Path.home() / ".cache" / "glider" / "venvs"
SOURCES = Path(glider.__file__).parent
#: What glider-executor depends on, and nothing else (executor/pyproject.toml).
NEEDED = ("backports.zstd; python_version < '3.14'", "click", "msgpack", "flyteidl", "fsspec", "obstore", "protobuf", "statsd")


def lay_out(folder: Path) -> Path:
    """start.py, shims and the executor's sources, without the packages it needs; start.py's path."""
    shutil.copy(SOURCES / "bundle" / "start.py", folder)
    shutil.copytree(SOURCES / "bundle" / "shims", folder / "shims")
    (folder / "lib").mkdir()
    (folder / "lib" / "glider").symlink_to(SOURCES)
    return folder / "start.py"


def environment_of(python: Path, requirements: Sequence[str], *, constraints: Path | None = None) -> Path:
    """The Python of an environment that has exactly `requirements` and what they need; kept for the next run."""
    version = subprocess.run([python, "-VV"], capture_output=True, text=True, check=True).stdout
    pins = constraints.read_text() if constraints else ""
    key = hashlib.sha256("\n".join([str(python), version, *requirements, pins]).encode()).hexdigest()[:16]
    folder = CACHE / key
    with _locked(CACHE / f"{key}.lock"):
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            subprocess.run([python, "-m", "venv", folder], check=True)
            pin = ["--constraint", str(constraints)] if constraints else []
            command = [
                str(folder / "bin" / "python"),
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                *pin,
                *requirements,
            ]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            assert done.returncode == 0, f"{version}: pip install {' '.join(requirements)}:\n{done.stderr}"
            (folder / "complete").touch()
    return folder / "bin" / "python"


def clean_environment() -> dict[str, str]:
    """This process' environment without what Flyte, Glider or Python read of it."""
    ours = ("FLYTE", "GLIDER_", "_F_", "_FSEC_", "BATCH_", "PYTHON", "VIRTUAL_ENV")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
