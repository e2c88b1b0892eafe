"""Tasks whose inputs and outputs are files."""

from typing import List

from flytekit import task
from flytekit.types.file import FlyteFile


@task
def shout(file: FlyteFile) -> FlyteFile:
    with open(file) as source, open("shouted.txt", "w") as target:
        target.write(source.read().upper())
    return FlyteFile("shouted.txt")


@task
def typed(text: str) -> FlyteFile["csv"]:
    with open("table.csv", "w") as target:
        target.write(text)
    return FlyteFile["csv"]("table.csv")


@task
def passed_on(file: FlyteFile) -> FlyteFile:
    return FlyteFile(file.remote_source)


@task
def parts(count: int) -> List[FlyteFile]:
    for number in range(count):
        with open(f"part-{number}", "w") as target:
            target.write(str(number))
    return [FlyteFile(f"part-{number}") for number in range(count)]
