import os

from glider import FlyteDirectory


def run(source: FlyteDirectory) -> FlyteDirectory:
    return FlyteDirectory(os.fspath(source))
