"""Tasks that use what only flytekit has."""

import functools
import os
from typing import Any, List, Set

import flytekit
from flytekit import Deck, HashMethod, PodTemplate, current_context, dynamic, eager, kwtypes, map_task, task, workflow
from flytekit.core.base_task import IgnoreOutputs, TaskResolverMixin
from flytekit.core.class_based_resolver import ClassStorageTaskResolver
from flytekit.core.context_manager import FlyteContextManager
from flytekit.core.legacy_map_task import map_task as legacy_map_task
from flytekit.core.python_customized_container_task import PythonCustomizedContainerTask
from flytekit.core.python_function_task import PythonFunctionTask, PythonInstanceTask
from flytekit.core.shim_task import ShimTaskExecutor
from flytekit.exceptions.user import FlyteRecoverableException
from flytekit.extras.tasks.shell import OutputLocation, ShellTask
from flytekit.models.task import TaskTemplate
from flytekit.types.file import FlyteFile
from kubernetes.client import V1Container, V1PodSpec
from typing_extensions import Annotated


@task(container_image="example.org/app:v1")
def one(a: int) -> int:
    return a + 1


@task(enable_deck=True)
def with_deck(a: int) -> int:
    Deck("own", f"<b>{a}</b>")
    return a


@task
def identity() -> str:
    context = current_context()
    return f"{context.execution_id.project} {context.execution_id.name} {context.task_id.name} {context.task_id.version}"


@task
def secret() -> str:
    return current_context().secrets.get("group", "key")


@task
def checkpointed(n: int) -> int:
    checkpoint = current_context().checkpoint
    before = checkpoint.read()
    checkpoint.write(str(n).encode())
    return n + int(before or b"0")


@task
def hashed(a: int) -> Annotated[str, HashMethod(lambda text: f"h-{text}")]:
    return str(a)


@task
def pickled(a: int) -> Set[int]:
    return {a, a + 1}


@task
def anything(value: Any) -> Any:
    return value


@task(cache=True, cache_version="1", retries=3)
def cached(a: int) -> int:
    return a * a


@task(pod_template=PodTemplate(primary_container_name="main", pod_spec=V1PodSpec(containers=[V1Container(name="main")])))
def in_pod(a: int) -> int:
    return a


@task
def recoverable() -> int:
    if current_context():
        raise FlyteRecoverableException("try again")
    return 1


@task
def failing() -> int:
    if current_context():
        raise ValueError("no good")
    return 1


@task
def ignoring() -> int:
    if current_context():
        raise IgnoreOutputs("another worker tells")
    return 1


def leave_a_file() -> None:
    folder = FlyteContextManager.current_context().execution_state.engine_dir
    os.makedirs(os.path.join(folder, "sub"), exist_ok=True)
    with open(os.path.join(folder, "sub", "note.txt"), "w") as file:
        file.write("left beside")


@task
def leaving(a: int) -> int:
    leave_a_file()
    return a


@dynamic(container_image="example.org/app:v1")
def spawning_and_leaving(n: int) -> List[int]:
    leave_a_file()
    return [one(a=i) for i in range(n)]


@dynamic(container_image="example.org/app:v1")
def spawning(n: int) -> List[int]:
    return [one(a=i) for i in range(n)]


@dynamic(container_image="example.org/app:v1")
def spawning_nothing(n: int) -> int:
    return n


@dynamic(container_image="example.org/app:v1")
def spawning_maps(items: List[int]) -> List[int]:
    return map_task(one)(a=items)


@eager
async def eager_alone(a: int) -> int:
    return a + 2


@task
async def awaited(a: int) -> int:
    return a + 3


mapped = map_task(one, concurrency=2)
legacy_mapped = legacy_map_task(one)


@task
def labelled(a: int, label: str) -> str:
    return f"{label}{a}"


bound_mapped = map_task(functools.partial(labelled, label="x"))

shell = ShellTask(
    name="shell",
    script="set -e\necho {inputs.word} > {outputs.file}",
    inputs=kwtypes(word=str),
    output_locs=[OutputLocation(var="file", var_type=FlyteFile, location="/tmp/glider-shell-task.txt")],
)


class StoredTasks(ClassStorageTaskResolver):
    @property
    def location(self) -> str:
        return "flytekit_tasks.stored_tasks"


stored_tasks = StoredTasks()


def _stored(a: int) -> int:
    return a * 7


stored = PythonFunctionTask(task_config=None, task_function=_stored, task_resolver=stored_tasks)
stored_tasks.add(stored)


class OwnResolver(TaskResolverMixin):
    @property
    def location(self) -> str:
        return "flytekit_tasks.own_resolver"

    def name(self) -> str:
        return "own"

    def load_task(self, loader_args: List[str]) -> Any:
        return globals()[loader_args[0]]

    def loader_args(self, settings: Any, t: Any) -> List[str]:
        return ["resolved", "more", "words"]

    def get_all_tasks(self) -> List[Any]:
        return []


own_resolver = OwnResolver()


@task(task_resolver=own_resolver)
def resolved(a: int) -> int:
    return a - 1


class Instance(PythonInstanceTask):
    def __init__(self, name: str, **kwargs: Any) -> None:
        super().__init__(name=name, task_config=None, interface=flytekit.core.interface.Interface({"a": int}, {"o0": int}), **kwargs)

    def execute(self, **kwargs: Any) -> Any:
        return kwargs["a"] * 100


instance = Instance(name="instance")


class Shim(ShimTaskExecutor):
    def execute_from_model(self, tt: TaskTemplate, **kwargs: Any) -> Any:
        return f"{tt.custom['greeting']}, {kwargs['name']}"


class ShimTask(PythonCustomizedContainerTask):
    def __init__(self, name: str) -> None:
        super().__init__(
            name=name,
            task_config=None,
            container_image="example.org/shim:v1",
            executor_type=Shim,
            task_type="shim",
            interface=flytekit.core.interface.Interface({"name": str}, {"o0": str}),
        )

    def get_custom(self, settings: Any) -> dict:
        return {"greeting": "Good morning"}


shim = ShimTask(name="shim")


@workflow
def calling(a: int) -> int:
    return one(a=a)
