"""Which operators a cluster has, what each serves, and so why none serves an execution. Pure functions of objects that were read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from glider.wire.jsonform import FieldError
from glider_core.api.execution import is_finished
from glider_core.api.labels import INSTANCE, instance_of
from glider_core.api.moments import parse_time
from glider_core.config import Config
from glider_core.config.loading import read_config

Json = Mapping[str, Any]

#: The labels that the chart gives to the operator's Deployment.
SELECTOR = "app.kubernetes.io/name=glider,app.kubernetes.io/component=operator"
_VERSION = "app.kubernetes.io/version"
#: After how long an execution without a status counts as one that no operator serves.
PATIENCE = timedelta(seconds=10)
#: How long an operator that serves it may write nothing: while its pod starts, that may take minutes.
SILENCE = timedelta(minutes=5)


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


def is_written(execution: Json) -> bool:
    """Whether an operator has written its status; until then it has the phase that the API server fills in."""
    return is_finished(execution) or (execution.get("status") or {}).get("observedGeneration") is not None


def unserved(execution: Json, operators: Sequence[Operator], *, now: datetime) -> str:
    """Why no operator serves `execution`; empty where one does, or still may."""
    age = now - (parse_time(execution["metadata"]["creationTimestamp"]) or now)
    if is_written(execution) or age < PATIENCE:
        return ""
    wanted, namespace = instance_of(execution), execution["metadata"]["namespace"]
    of_instance = [one for one in operators if (one.config.instance_id or None) == wanted]
    if not operators:
        return "there is no operator in this cluster, or none that you may see"
    if not of_instance:
        ids = ", ".join(sorted(str(one.config.instance_id) for one in operators if one.config.instance_id)) or "none"
        if wanted is None:
            return f"it has no label {INSTANCE}, and every operator serves only executions that have one (there are: {ids})"
        return f"no operator serves its label {INSTANCE}={wanted} (there are: {ids}); without the label the default one would serve it"
    watching = [one for one in of_instance if one.watches(namespace)]
    if not watching:
        return f"no operator watches the namespace {namespace}: " + "; ".join(f"{one} serves {one.serves}" for one in of_instance)
    if not any(one.ready for one in watching):
        return f"the operator that serves it isn't ready: {', '.join(map(str, watching))}. See its log"
    return f"{watching[0]} serves it and hasn't written its status; see its log" if age >= SILENCE else ""
