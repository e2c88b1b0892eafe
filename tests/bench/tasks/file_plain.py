import os

from glider import FlyteFile


def run(source: FlyteFile) -> FlyteFile:
    return FlyteFile(os.fspath(source))
