"""Brings the executor into the pod, where the task's command line is handed to it: its image is mounted as a volume, or an init
container copies it into one.

So any image with a Python will do. With `executor: {mode: Image}` nothing of this happens.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from glider_core.api.pod_template import EXECUTOR
from glider_core.config import Config
from glider_core.config.defaults import Delivery, Executor
from glider_core.render.merging import Origins
from glider_core.resolve.layers import CONFIGURATION, container_security

#: Where the init container puts the executor.
EXECUTOR_HOME = "/var/run/glider"
#: Where the executor's image has it. Copied as one folder: the volume's own is root's, and cp may not set its times. Times
#: are kept since Python takes a .pyc for stale when its source has another.
BUNDLE = "/opt/glider/executor"
START = f"{EXECUTOR_HOME}/executor/start.py"
#: The same where the whole image is mounted there. Of containerd, 2.1 can't mount a folder of it.
START_IN_IMAGE = f"{EXECUTOR_HOME}{BUNDLE}/start.py"

MOUNT: Mapping[str, Any] = {"name": EXECUTOR, "mountPath": EXECUTOR_HOME, "readOnly": True}

#: cp needs next to nothing, but a namespace with a quota refuses pods that don't state what they need.
_RESOURCES: Mapping[str, Any] = {"requests": {"cpu": "10m", "memory": "32Mi"}, "limits": {"cpu": "1", "memory": "128Mi"}}

_IN_VOLUME = {"reference": "image", "pullPolicy": "imagePullPolicy"}


def start_of(delivery: Delivery) -> str:
    """The path of start.py as the container sees it."""
    return START_IN_IMAGE if delivery is Delivery.IMAGE_VOLUME else START


def volume(config: Config, delivery: Delivery) -> dict[str, Any]:
    """The volume that has the executor. An image in it is pulled as the containers' are, with the pod's imagePullSecrets."""
    if delivery is not Delivery.IMAGE_VOLUME:
        return {"name": EXECUTOR, "emptyDir": {}}
    image = {"reference": config.executor.image}
    if config.executor.image_pull_policy:
        image["pullPolicy"] = config.executor.image_pull_policy
    return {"name": EXECUTOR, "image": image}


def executor_container(config: Config) -> dict[str, Any]:
    """The init container."""
    container = {
        "name": EXECUTOR,
        "image": config.executor.image,
        "command": ["cp", "-R", "--preserve=mode,timestamps", BUNDLE, EXECUTOR_HOME],
        "resources": dict(_RESOURCES),
        "securityContext": dict(container_security(config)),
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "volumeMounts": [{"name": EXECUTOR, "mountPath": EXECUTOR_HOME}],
    }
    if config.executor.image_pull_policy:
        container["imagePullPolicy"] = config.executor.image_pull_policy
    return container


def origins(config: Config, delivery: Delivery) -> Origins:
    """The origins of what the configuration sets in the init container or the volume."""
    default = Executor()
    configured = {
        "image": config.executor.image != default.image,
        "imagePullPolicy": config.executor.image_pull_policy is not None,
        "securityContext": "securityContext" in config.task_pod.container,
    }
    if delivery is Delivery.IMAGE_VOLUME:
        at = ("spec", "volumes", f"[{EXECUTOR}]", "image")
        return {(*at, name): CONFIGURATION for name, key in _IN_VOLUME.items() if configured[key]}
    return {("spec", "initContainers", f"[{EXECUTOR}]", name): CONFIGURATION for name, differs in configured.items() if differs}
