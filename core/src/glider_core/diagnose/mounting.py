"""What warning Events say about a pod that itself says nothing but ContainerCreating: volumes, and the sandbox."""

from __future__ import annotations

import re

from glider_core.api import reasons
from glider_core.api.failure import Failure, sentence, system_failure, user_failure
from glider_core.api.pod import Pod, PodWarning

_VOLUMES = (reasons.FAILED_MOUNT, reasons.FAILED_ATTACH)
#: What is missing is named in the pod, so it is the task's; everything else about volumes is the cluster's.
_MISSING = re.compile(r"(secret|configmap|persistentvolumeclaim)s? .*not found|references non-existent", re.IGNORECASE)


def about_volumes(warning: PodWarning) -> bool:
    """Whether the warning is about the pod's volumes."""
    return warning.reason in _VOLUMES


def warned_failure(pod: Pod, warning: PodWarning) -> Failure:
    """The failure of a pod that `warning` has kept from starting for too long."""
    message = sentence(f"Pod {pod.name} couldn't be started ({warning.reason})", warning.message)
    if about_volumes(warning) and _MISSING.search(warning.message):
        return user_failure(warning.reason, f"{message} Create what is missing, or correct the volume's name.")
    return system_failure(warning.reason or reasons.SANDBOX_ERROR, message)
