"""How pods reach the front for flytekit's clients (`glider-admin`): eager tasks start others through it."""

from __future__ import annotations

from dataclasses import dataclass

from glider_core.api.fields import Fields
from glider_core.api.settings import FLAG, TEXT, Kind, setting

#: Kubernetes gives no pod a token for a shorter time. A longer one is of no use: the kubelet renews it.
_LEAST, _MOST = 600, 86_400
_RULE = r"[a-z0-9-]*(\{(project|domain)\}[a-z0-9-]*)+"


def _read_rule(fields: Fields, name: str) -> str | None:
    return fields.matching(name, _RULE, expected="a rule with {project}, {domain} or both, such as {project}-{domain}")


_SECONDS = Kind(words="integer", read=lambda fields, name: fields.count(name, least=_LEAST, most=_MOST))
_NAMESPACE_RULE = Kind(words="rule", read=_read_rule)


@dataclass(frozen=True, kw_only=True, slots=True)
class Admin:
    """What an eager task's pod needs to call the front. `project` and `domain` are what its namespace is called there."""

    endpoint: str | None = setting(
        "Where pods reach the front's gRPC, such as glider-admin.glider.svc:8089. Without it eager tasks are refused.",
        TEXT,
        default_text="none: eager tasks are refused",
    )
    insecure: bool = setting("Whether the front is reached without TLS.", FLAG, default=False)
    ca_file: str | None = setting(
        "The path in the pods of the certificate of the authority that the front's certificate is from, such as that of a volume of "
        "`taskPod`.",
        TEXT,
        default_text="those that gRPC knows",
    )
    token_seconds: int = setting(
        "For how many seconds a pod's token is valid, from 600 to 86400. The kubelet renews it in time.", _SECONDS, default=3600
    )
    namespace: str = setting(
        "The front's own rule for the namespace of a project and a domain. By it a pod learns what its namespace is called.",
        _NAMESPACE_RULE,
        default="{project}-{domain}",
    )
    project: str | None = setting(
        "The project of the namespace, where the front has an entry for it. In `namespaceDefaults`.", TEXT, default_text="by the rule"
    )
    domain: str | None = setting("The domain of the namespace, likewise.", TEXT, default_text="by the rule")
