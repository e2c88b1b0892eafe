"""Tasks for images that have flytekit and no executor of Glider's: each ends in a way of its own."""

import sys

from flytekit import current_context, task
from flytekit.exceptions.user import FlyteRecoverableException


@task
def square(x: int) -> int:
    return x * x


@task
def raises(x: int) -> int:
    raise ValueError(f"{x} is not to my liking")


@task
def exits(x: int) -> int:
    sys.exit(x)


@task
def resumes(x: int) -> int:
    checkpoint = current_context().checkpoint
    if (before := checkpoint.read()) is None:
        checkpoint.write(str(x + 1).encode())
        raise FlyteRecoverableException("the first attempt only leaves a checkpoint")
    return int(before)
