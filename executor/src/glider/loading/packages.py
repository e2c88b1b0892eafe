"""`pip install` of what _F_RUNTIME_PACKAGES names. flytekit ignores pip's exit code; here a failure is told as one."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence

from glider.loading.errors import SetupError


def install_packages(packages: Sequence[str]) -> None:
    """Installs `packages` into this interpreter's environment.

    Raises:
        SetupError: pip failed; its last lines are in the message.
    """
    if not packages:
        return
    import subprocess

    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", *packages], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    print(done.stdout, end="")
    if done.returncode != 0:
        tail = "\n".join(done.stdout.splitlines()[-10:])
        raise SetupError(f"_F_RUNTIME_PACKAGES: pip install {' '.join(packages)} ended with exit code {done.returncode}:\n{tail}")
    importlib.invalidate_caches()
