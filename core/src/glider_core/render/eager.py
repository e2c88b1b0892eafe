"""What a pod gets whose task starts others: a token for the front, and where the front is, by flytekit's variables.

The token is the pod's own, bound to it, and of the API server's audience, since the front passes it on. Only the task's container has
it. `automountServiceAccountToken` stays false: what the kubelet mounts by itself is in all containers, and valid for longer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from glider_core.render.attempt import Attempt
from glider_core.resolve.eager import flyte_names

Json = Mapping[str, Any]

VOLUME = "glider-admin-token"
FOLDER = "/var/run/glider-admin"
_TOKEN = "token"


@dataclass(frozen=True, kw_only=True, slots=True)
class EagerParts:
    """What is added to the pod and to its primary container."""

    env: Mapping[str, str] = field(default_factory=dict)
    volumes: tuple[Json, ...] = ()
    mounts: tuple[Json, ...] = ()


def eager_parts(attempt: Attempt) -> EagerParts:
    """What the pod of `attempt` gets."""
    admin = attempt.config.admin
    if not attempt.task.eager or admin.endpoint is None:
        return EagerParts()
    token = {"serviceAccountToken": {"path": _TOKEN, "expirationSeconds": admin.token_seconds}}
    return EagerParts(
        env={
            "FLYTE_PLATFORM_URL": admin.endpoint,
            "FLYTE_PLATFORM_INSECURE": str(admin.insecure).lower(),
            **({"FLYTE_PLATFORM_CA_CERT_FILE_PATH": admin.ca_file} if admin.ca_file else {}),
            "FLYTE_CREDENTIALS_AUTH_MODE": "ExternalCommand",
            "FLYTE_CREDENTIALS_COMMAND": f"cat,{FOLDER}/{_TOKEN}",  # flytekit splits it at commas
        },
        volumes=({"name": VOLUME, "projected": {"sources": [token]}},),
        mounts=({"name": VOLUME, "mountPath": FOLDER, "readOnly": True},),
    )


def execution_names(attempt: Attempt) -> tuple[str, str]:
    """The project and the domain of the execution: by default its task's, else those by which the front finds its namespace."""
    task = attempt.task.id
    names = flyte_names(attempt.execution.namespace, task, attempt.config.admin) if attempt.task.eager else None
    return (names.project, names.domain) if names else (task.project, task.domain)
