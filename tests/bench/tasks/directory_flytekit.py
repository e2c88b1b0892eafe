import os

from flytekit import task
from flytekit.types.directory import FlyteDirectory


@task
def run(source: FlyteDirectory) -> FlyteDirectory:
    return FlyteDirectory(os.fspath(source))
