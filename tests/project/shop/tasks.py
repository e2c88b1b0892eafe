"""Tasks of many kinds."""

import os
from datetime import datetime, timedelta, timezone
from typing import Dict, List, Optional, Tuple, Union

from flytekit import Cache, Resources, Secret, dynamic, map_task, task, workflow
from flytekit.extras.accelerators import A100
from flytekit.extras.tasks.shell import ShellTask
from flytekit.types.file import FlyteFile

from shop.models import Size


@task
def add(a: int, b: int = 2) -> int:
    """Adds.

    Args:
        a: the first
        b: the second
    """
    return a + b


@task
def words(text: str, times: int = 1, loud: bool = False) -> str:
    return " ".join([text.upper() if loud else text] * times)


@task
def opposite(size: Size) -> Size:
    return Size.SMALL if size is Size.LARGE else Size.LARGE


@task
def later(moment: datetime = datetime(2026, 1, 31, 12, tzinfo=timezone.utc), wait: timedelta = timedelta(minutes=90)) -> datetime:
    return moment + wait


@task
def find(names: List[str], name: Optional[str] = None) -> Optional[int]:
    return names.index(name) if name in names else None


@task
def either(value: Union[int, str]) -> Union[int, str]:
    return value * 2


@task
def counts(texts: List[List[str]]) -> Dict[str, int]:
    words = [word for text in texts for word in text]
    return {word: words.count(word) for word in words}


@task
def merged(settings: dict, more: dict = {"a": [1, None]}) -> dict:
    return {**settings, **more}


@task
def several(a: int) -> Tuple[int, str, List[float]]:
    return a, str(a), [a / 2]


@task
async def awaited(number: int) -> int:
    return number + 1


@task(enable_deck=True)
def nothing() -> None:
    print("nothing comes of it")


@task(environment={"GREETING": "hello"}, retries=1, timeout=timedelta(minutes=5))
def greeting(name: str) -> str:
    return f"{os.environ['GREETING']} {name}"


@task
def written(text: str) -> FlyteFile["txt"]:
    with open("written.txt", "w") as file:
        file.write(text)
    return FlyteFile("written.txt")


shell = ShellTask(name="shop.tasks.shell", script="test {inputs.a} -eq 3", inputs={"a": int})


@task(
    requests=Resources(cpu="1", mem="1Gi", ephemeral_storage="2Gi"),
    limits=Resources(cpu="2", mem="2Gi", gpu="1"),
    accelerator=A100.partition_2g_10gb,
    shared_memory="1Gi",
    retries=3,
    timeout=timedelta(hours=1, seconds=30),
    interruptible=True,
    cache=Cache(version="7", serialize=True, ignored_inputs=("seed",)),
    secret_requests=[
        Secret(group="db", key="user", mount_requirement=Secret.MountType.ENV_VAR),
        Secret(group="db", key="password", group_version="2", env_var="DB_PASSWORD"),
    ],
    pod_template_name="gpu-pods",
    environment={"MODE": "full"},
    container_image="registry.example/train:3",
)
def train(epochs: int, seed: int = 0) -> float:
    """Needs what the test cluster hasn't got: it is registered, and not run."""
    return epochs / (seed + 1)


@dynamic
def fan_out(numbers: List[int]) -> List[int]:
    return [add(a=number) for number in numbers]


@workflow
def flow(a: int) -> int:
    return add(a=add(a=a))


mapped = map_task(add)
