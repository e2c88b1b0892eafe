"""A virtual environment with the packages that a task asks for, kept for the next time.

What it has goes before what this Python has, so that Glider itself needn't be installed there.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

from glider.wire.jsonform import FieldError, words

_LAST_LINES = 15


def python_with(packages: Sequence[str], *, cache: Path | None = None) -> Path:
    """The Python of the environment with `packages`, in pip's words; it is made where there is none yet.

    Raises:
        FieldError: they can't be installed; the message has the resolver's words.
    """
    key = hashlib.sha256("\0".join([sys.version, sys.prefix, *packages]).encode()).hexdigest()[:16]
    folder = (cache or _cache()) / key
    python = folder / "bin" / "python"
    if (folder / "complete").exists():
        return python
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=False, symlinks=True)
    _install(packages, python)
    inherited = [path for path in sys.path if path and Path(path).name in ("site-packages", "dist-packages")]
    lines = [f"import site; site.addsitedir({path!r})" for path in inherited]  # with what is installed there to be edited
    (_site_packages(folder) / "_glider_inherited.pth").write_text("\n".join(lines) + "\n")
    (folder / "complete").touch()
    return python


def _install(packages: Sequence[str], python: Path) -> None:
    if not packages:
        return
    uv = shutil.which("uv")
    command = [uv, "pip", "install", "--python", str(python)] if uv else [sys.executable, "-m", "pip", "--python", str(python), "install"]
    done = subprocess.run([*command, *packages], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        tail = "\n".join(done.stdout.splitlines()[-_LAST_LINES:])
        raise FieldError("--venv", expected=f"packages that can be installed: {' '.join(packages)}", found=words(f"an error:\n{tail}"))


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "glider" / "venvs"


def _site_packages(folder: Path) -> Path:
    return folder / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
