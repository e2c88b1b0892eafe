"""The pod that the operator runs in, as the chart's environment names it: Events about it stand in `kubectl describe pod`."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kubernetes import client

from glider_core.api import reasons
from glider_core.api.moments import format_time
from glider_core.kube import requests
from glider_core.kube.errors import AlreadyExists, KubeError
from glider_core.kube.throttle import TokenBucket
from glider_core.kube.transport import HttpTransport, Transport
from glider_operator.telemetry.kube_metrics import OBSERVER

logger = logging.getLogger(__name__)

_MAX_MESSAGE = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnPod:
    """A pod by its name and UID."""

    namespace: str
    name: str
    uid: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> OwnPod | None:
        """The pod in POD_NAMESPACE, POD_NAME and POD_UID, if they are set."""
        namespace, name, uid = (environment.get(f"POD_{part}", "") for part in ("NAMESPACE", "NAME", "UID"))
        return cls(namespace=namespace, name=name, uid=uid) if namespace and name and uid else None

    async def warn(self, transport: Transport, *, reason: str, message: str, now: datetime | None = None) -> None:
        """Post a Warning Event. A failure is only logged: the log has the message as well."""
        event = self._event(reason, message, now=now or datetime.now(UTC))
        try:
            await transport.send(requests.create_event(self.namespace, event))
        except AlreadyExists:
            return
        except KubeError as error:
            logger.warning("could not post the Event %s: %s", reason, error)

    def _event(self, reason: str, message: str, *, now: datetime) -> dict[str, Any]:
        digest = hashlib.sha256(f"{self.uid} {reason} {message}".encode()).hexdigest()[:16]
        reference = {"apiVersion": "v1", "kind": "Pod", "namespace": self.namespace, "name": self.name, "uid": self.uid}
        return {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": f"{self.name}.{digest}", "namespace": self.namespace},
            "involvedObject": reference,
            "reason": reason,
            "message": message[:_MAX_MESSAGE],
            "type": "Warning",
            "source": {"component": "glider-operator"},
            "firstTimestamp": format_time(now),
            "lastTimestamp": format_time(now),
            "count": 1,
        }


async def warn_about_configuration(kubernetes: client.Configuration, problem: str) -> None:
    """Post an Event about the operator's own pod that its configuration is refused, if it runs in one."""
    if (pod := OwnPod.from_environment()) is None:
        return
    transport = HttpTransport(kubernetes, throttle=TokenBucket(qps=1, burst=5), connections=1, observer=OBSERVER)
    try:
        await pod.warn(transport, reason=reasons.CONFIGURATION_REFUSED, message=problem)
    finally:
        await transport.close()
