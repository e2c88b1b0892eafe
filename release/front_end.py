"""The console's front end: built from exactly the packages of its lock file, and packed into the console's wheel and source archive."""

from __future__ import annotations

import shutil
import subprocess

from release.revision import CHECKOUT

SOURCE = CHECKOUT / "console" / "ui"
#: Where it is built to. The console serves it from there, and git doesn't know it.
BUILT = CHECKOUT / "console" / "src" / "glider_console" / "static"


def can_be_built() -> bool:
    """Whether the one program that is needed is there."""
    return shutil.which("npm") is not None


def build() -> None:
    """Install the packages anew, whatever was there, and build it."""
    for arguments in (["ci"], ["run", "build"]):
        subprocess.run(["npm", "--prefix", str(SOURCE), *arguments, "--silent"], check=True, stdout=subprocess.DEVNULL)
