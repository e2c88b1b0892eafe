"""Tasks, and a workflow of two of them."""

import os
from pathlib import Path

from flytekit import Deck, Resources, task, workflow
from flytekit.exceptions.user import FlyteRecoverableException
from flytekit.types.file import FlyteFile

LITTLE = {"requests": Resources(cpu="10m", mem="32Mi"), "limits": Resources(cpu="2", mem="1Gi")}


@task(**LITTLE)
def double(a: int) -> int:
    """Twice a number.

    Args:
        a: the number
    """
    return 2 * a


@task(**LITTLE)
def counts(words: list[str], start: int = 0) -> dict[str, int]:
    return {word: start + words.count(word) for word in words}


@task(**LITTLE)
def variable(name: str) -> str:
    return os.environ[name]


@task(**LITTLE)
def fails(text: str) -> str:
    if text:
        raise ValueError(f"{text} can't be used")
    return text


@task(retries=1, **LITTLE)
def flaky(number: int) -> str:
    """What fails at first."""
    if os.environ["FLYTE_ATTEMPT_NUMBER"] == "0":
        raise FlyteRecoverableException(f"{number} isn't ready")
    return f"{number} is ready"


@task(enable_deck=True, **LITTLE)
def decked(name: str) -> str:
    Deck("greeting", f"<b>hello, {name}</b>")
    return name.upper()


@task(**LITTLE)
def written(text: str) -> FlyteFile:
    Path("written.txt").write_text(text)
    return FlyteFile("written.txt")


@task(**LITTLE)
def length(file: FlyteFile) -> int:
    return len(Path(file).read_text())


@workflow
def twice(a: int) -> int:
    return double(a=double(a=a))
