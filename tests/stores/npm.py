"""Programs from npm, installed once per pinned version and kept in the user's cache folder, as tests.cluster.tools keeps Go's.

Each folder beside this file that has a package-lock.json is an npm project; the lock pins every package by its checksum. Nothing
of a package is run while it is installed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.cluster.errors import ClusterError
from tests.cluster.layout import cache_dir
from tests.cluster.tools import locked

_PROJECTS = Path(__file__).resolve().parent


def installed(project: str) -> Path:
    """The folder of the project with its node_modules."""
    with locked("npm"):
        return _install(project)


def _install(project: str) -> Path:
    names = ("package.json", "package-lock.json")
    content = b"".join((_PROJECTS / project / name).read_bytes() for name in names)
    done = cache_dir() / "npm" / f"{project}-{hashlib.sha256(content).hexdigest()[:16]}"
    if done.is_dir():
        return done
    if shutil.which("npm") is None:
        raise ClusterError("npm is missing: it fetches Azurite. Install Node.js 18 or newer and put `npm` on PATH.")
    done.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=done.parent) as scratch:
        folder = Path(scratch) / project
        folder.mkdir()
        for name in names:
            shutil.copy(_PROJECTS / project / name, folder)
        command = ["npm", "ci", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund", "--loglevel=error"]
        result = subprocess.run(
            command, cwd=folder, env=os.environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=250, check=False
        )
        if result.returncode != 0:
            raise ClusterError(f"npm ci of {project} failed:\n{(result.stderr or result.stdout)[-3000:]}")
        folder.rename(done)
    return done
