"""Tasks whose inputs and outputs are folders."""

import os
from typing import List

from flytekit import task
from flytekit.types.directory import FlyteDirectory


@task
def folder(names: List[str]) -> FlyteDirectory:
    os.makedirs("made/sub")
    for name in names:
        with open(os.path.join("made", "sub" if name.startswith("s") else "", name), "w") as target:
            target.write(name * 2)
    return FlyteDirectory("made")


@task
def listed(folder: FlyteDirectory) -> List[str]:
    path = folder.download()
    return sorted(os.path.relpath(os.path.join(at, name), path) for at, _, names in os.walk(path) for name in names)
