import os

from flytekit import task
from flytekit.types.file import FlyteFile


@task
def run(source: FlyteFile) -> FlyteFile:
    return FlyteFile(os.fspath(source))
