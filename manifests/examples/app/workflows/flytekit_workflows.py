"""The same task as flytekit writes it; runs unmodified, in an image that has flytekit."""

from flytekit import task
from flytekit.types.file import FlyteFile


@task
def divider(a: int, b: int) -> float:
    """Divide `a` by `b`."""
    return a / b


@task
def report(text: str) -> FlyteFile:
    """Write `text` to a file, which is stored under the raw output prefix."""
    with open("/tmp/report.txt", "w") as file:  # noqa: PTH123 - as users write it
        file.write(text)
    return FlyteFile("/tmp/report.txt")
