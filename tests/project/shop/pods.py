"""Tasks with pods of their own. They need the kubernetes package, which the test cluster's image hasn't got."""

import os

from flytekit import PodTemplate, Resources, task
from kubernetes.client import V1Container, V1EnvVar, V1PodSpec, V1Toleration


@task(pod_template=PodTemplate(pod_spec=V1PodSpec(containers=[V1Container(name="primary", env=[V1EnvVar(name="SIDE", value="pod")])])))
def in_a_pod() -> str:
    return os.environ["SIDE"]


@task(
    resources=Resources(cpu=("500m", "1"), mem="512Mi"),
    pod_template=PodTemplate(
        primary_container_name="main",
        labels={"team": "shop"},
        annotations={"why": "a test"},
        pod_spec=V1PodSpec(
            containers=[V1Container(name="main", working_dir="/tmp"), V1Container(name="side", image="busybox:1", command=["sleep", "9"])],
            tolerations=[V1Toleration(key="spot", operator="Exists", toleration_seconds=30)],
        ),
    ),
)
def tolerant(a: int) -> int:
    return a
