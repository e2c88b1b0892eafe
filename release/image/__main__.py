"""The command line within an image's build."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from release.image import build
from release.image.licences import LicenceError
from release.image.root import TRIPLETS, MissingFileError

STEPS = {
    "operator": build.operator,
    "console": build.console,
    "admin": build.admin,
    "bundle": build.bundle,
    "executor": build.executor,
}


def main() -> int:
    """One step of a build."""
    parser = argparse.ArgumentParser(prog="python3 -m release.image", description="Make an image's root file system.")
    parser.add_argument("step", choices=STEPS)
    parser.add_argument("--base", type=Path, required=True, help="the root file system of the base, in the image's architecture")
    parser.add_argument("--wheels", type=Path, required=True, help="the folder to install from")
    parser.add_argument("--into", type=Path, required=True, help="the folder for the new root file system")
    parser.add_argument("--architecture", choices=TRIPLETS, required=True)
    arguments = parser.parse_args()
    step = STEPS[arguments.step]
    time = int(os.environ.get("SOURCE_DATE_EPOCH") or 0)
    try:
        step(build.Build(base=arguments.base, wheels=arguments.wheels, into=arguments.into, architecture=arguments.architecture, time=time))
    except (LicenceError, MissingFileError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
