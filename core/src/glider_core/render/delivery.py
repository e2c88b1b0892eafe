"""How the executor comes into the pods where the configuration leaves it open: what shows whether a cluster has image volumes.

Kubernetes has them from 1.35 on, but only the node shows whether its container runtime has them too, and admission may forbid them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from glider_core.api import reasons
from glider_core.api.status import Status

#: From this version on the API server and the kubelets have them without being asked to.
SINCE = (1, 35)


def has_image_volumes(version: Mapping[str, Any]) -> bool:
    """Whether an API server that answers /version with `version` takes them."""
    numbers = [re.match(r"\d+", str(version.get(name, ""))) for name in ("major", "minor")]
    return all(numbers) and tuple(int(number[0]) for number in numbers if number) >= SINCE


def may_be_for_the_volume(refusal: str) -> bool:
    """Whether a pod may have been refused for its image volume: to be tried without one."""
    return "volume" in refusal.lower()


def failed_to_mount(status: Status) -> bool:
    """Whether an attempt failed since its node has no image volumes."""
    return any(one.failure is not None and one.failure.code == reasons.EXECUTOR_NOT_MOUNTED for one in status.attempts)
