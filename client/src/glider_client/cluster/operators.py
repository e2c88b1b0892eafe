"""Which operators a cluster has, what each serves, and how it is configured, as far as the user may read that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from glider.wire.jsonform import FieldError
from glider_client.cluster import paths
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import ClusterError
from glider_core.api.labels import INSTANCE
from glider_core.config import Config
from glider_core.config.loading import read_config

Json = Mapping[str, Any]

#: The labels that the chart gives to the operator's Deployment.
SELECTOR = "app.kubernetes.io/name=glider,app.kubernetes.io/component=operator"
_VERSION = "app.kubernetes.io/version"


@dataclass(frozen=True, kw_only=True, slots=True)
class Operator:
    """An operator's Deployment. `problem`: why its configuration isn't known, `config` being the default then. `version`: its chart's;
    `selector`: its pods.
    """

    namespace: str
    name: str
    ready: int
    wanted: int
    config: Config
    problem: str = ""
    version: str = ""
    selector: str = ""

    @property
    def serves(self) -> str:
        """What it serves, in words."""
        spaces = self.config.watch_namespaces
        where = f"the namespaces {', '.join(spaces)}" if spaces else "all namespaces"
        own = self.config.instance_id
        return f"{where}, executions " + (f"labelled {INSTANCE}={own}" if own else f"without a label {INSTANCE}")

    def watches(self, namespace: str) -> bool:
        """Whether it serves executions of `namespace` at all."""
        return not self.config.watch_namespaces or namespace in self.config.watch_namespaces

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


def operator_of(deployment: Json, config_map: Json | None) -> Operator:
    """The operator that `deployment` runs, with the configuration in `config_map`."""
    metadata, problem, config = deployment["metadata"], "", Config()
    text = ((config_map or {}).get("data") or {}).get("config.yaml")
    if text is None:
        problem = "its configuration can't be found"
    else:
        try:
            config = read_config(str(text).encode(), name="config.yaml")
        except FieldError as error:
            problem = f"its configuration is refused: {error}"
    return Operator(
        namespace=metadata["namespace"],
        name=metadata["name"],
        ready=int((deployment.get("status") or {}).get("readyReplicas") or 0),
        wanted=int(deployment["spec"].get("replicas", 1)),
        config=config,
        problem=problem,
        version=str((metadata.get("labels") or {}).get(_VERSION) or ""),
        selector=",".join(f"{name}={value}" for name, value in _labels_of_pods(deployment).items()),
    )


def _labels_of_pods(deployment: Json) -> Json:
    labels: Json = (deployment["spec"].get("selector") or {}).get("matchLabels") or {}
    return labels


def config_map_name(deployment: Json) -> str | None:
    """The ConfigMap that holds the configuration."""
    volumes = deployment["spec"]["template"]["spec"].get("volumes") or ()
    return next((volume["configMap"]["name"] for volume in volumes if volume["name"] == "config" and volume.get("configMap")), None)


def operators_of(cluster: Cluster) -> list[Operator]:
    """The operators of the cluster.

    Raises:
        ClusterError: they can't be listed.
    """
    deployments = cluster.items("/apis/apps/v1/deployments", query={"labelSelector": SELECTOR})
    return [operator_of(deployment, _configuration(cluster, deployment)) for deployment in deployments]


def _configuration(cluster: Cluster, deployment: Json) -> Json | None:
    name, namespace = config_map_name(deployment), deployment["metadata"]["namespace"]
    try:
        return cluster.get(paths.config_maps(namespace, name)) if name else None
    except ClusterError:
        return None
