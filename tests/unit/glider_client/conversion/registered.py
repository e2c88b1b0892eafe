"""Tasks as flytekit itself registers them, in all kinds that a TaskTemplate of Flyte can have."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any

import pandas as pd
from flyteidl.admin import task_pb2
from flytekit import ContainerTask, PodTemplate, Resources, Secret, dynamic, eager, kwtypes, map_task, task
from flytekit.configuration import FastSerializationSettings, Image, ImageConfig, SerializationSettings
from flytekit.core.base_task import PythonTask
from flytekit.extras.accelerators import A100, T4
from flytekit.tools.translator import get_serializable
from flytekit.types.file import FlyteFile
from kubernetes.client import V1Container, V1EnvVar, V1PodSpec, V1Toleration

IMAGE = "registry.example/app:1"
Csv: Any = FlyteFile["csv"]


class Colour(Enum):
    RED = "red"
    GREEN = "green"


@dataclass
class Point:
    x: int
    y: float = 2.0


@task(
    retries=3,
    timeout=timedelta(minutes=5),
    interruptible=True,
    cache=True,
    cache_version="1.0",
    cache_serialize=True,
    cache_ignore_input_vars=("b",),
    requests=Resources(cpu="100m", mem="200Mi", gpu="1", ephemeral_storage="1Gi"),
    limits=Resources(cpu="1", mem="300Mi"),
    environment={"FIRST": "1", "SECOND": "$(FIRST)2"},
    secret_requests=[
        Secret(group="db", key="user"),
        Secret(group="db", key="token", group_version="v2", mount_requirement=Secret.MountType.ENV_VAR, env_var="TOKEN"),
    ],
    accelerator=T4,
    shared_memory="1Gi",
)
def full(a: int, b: str = "x", p: Point | None = None) -> tuple[int, str]:
    """All that a decorator can set.

    Args:
        a: How many.
        b: Which.
        p: Where.
    """
    return a, b


@task(
    pod_template=PodTemplate(
        primary_container_name="main",
        labels={"team": "one"},
        annotations={"note": "two"},
        pod_spec=V1PodSpec(
            containers=[V1Container(name="main", env=[V1EnvVar(name="MODE", value="9")]), V1Container(name="side", image="side:1")],
            tolerations=[V1Toleration(key="gpu", operator="Exists", toleration_seconds=30)],
        ),
    ),
    accelerator=A100.partition_1g_5gb,
    requests=Resources(cpu="1"),
)
def in_pod(c: Colour, d: dict[str, list[int]], f: Csv, df: pd.DataFrame) -> pd.DataFrame:
    return df


@task(pod_template_name="base", container_image="registry.example/own:2", accelerator=A100.unpartitioned)
def named(a: int | str | None) -> Point:
    return Point(1)


@task
def square(x: int) -> int:
    return x * x


@dynamic
def fan_out(n: int) -> list[int]:
    return [square(x=i) for i in range(n)]


@eager
async def gathered(n: int) -> int:
    found: int = await square(x=n)
    return found


raw = ContainerTask(
    name="raw",
    image="alpine",
    command=["echo", "{{.inputs.a}}"],
    inputs=kwtypes(a=int),
    outputs=kwtypes(o=str),
    output_data_dir="/var/outputs",
)

mapped = map_task(square)

ALL: dict[str, PythonTask] = {
    "full": full,
    "in_pod": in_pod,
    "named": named,
    "square": square,
    "fan_out": fan_out,
    "gathered": gathered,
    "mapped": mapped,
}


def registered(entity: object, *, fast: bool = False) -> task_pb2.TaskSpec:
    """What flytekit sends to Admin for `entity`."""
    settings = SerializationSettings(
        image_config=ImageConfig(default_image=Image(name="default", fqn="registry.example/app", tag="1")),
        project="p",
        domain="d",
        version="v1",
        fast_serialization_settings=FastSerializationSettings(enabled=fast, destination_dir="/root" if fast else None),
    )
    return get_serializable(OrderedDict(), settings, entity).to_flyte_idl()
