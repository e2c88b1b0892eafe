"""What an execution may set: by default as much as a Job, but for what would give it the node.

What that is, and which service accounts pods may have, `render.pod_security` checks in the pod, whoever set it.
With `templates: Required` a tenant chooses among the tasks that somebody else registered, and their inputs, and nothing of the pod.
It is an allow-list, so that a field that is added to the API later isn't allowed by being forgotten. The chart's
ValidatingAdmissionPolicy requires the same at `kubectl apply`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from glider.wire.jsonform import FieldError
from glider_core.api.fields import Fields
from glider_core.api.settings import Kind, choice, setting

OPTIONAL, REQUIRED = "Optional", "Required"
ALLOWED = "Allowed"
#: The levels of the Pod Security Standards.
UNRESTRICTED, BASELINE, RESTRICTED = "Unrestricted", "Baseline", "Restricted"

#: What an execution may set where a template is required, unless the configuration names other fields.
ALLOWED_FIELDS = ("taskRef", "inputs", "suspend", "cancel", "priority", "ttlSecondsAfterFinished", "ttlAction", "labels")
_FIELDS = r"[a-z][A-Za-z]*"
#: A name of a service account, or a pattern.
_ACCOUNT = r"[a-z0-9*?.-]+"


def _read_accounts(fields: Fields, name: str) -> tuple[str, ...] | None:
    given = fields.has(name)  # an empty list is no missing one
    accounts = fields.texts(name, pattern=_ACCOUNT, what="name of a service account, or a pattern such as team-*")
    return accounts if given else None


_ACCOUNTS = Kind(words="list of strings", read=_read_accounts)
_NAMES = Kind(
    words="list of strings", read=lambda fields, name: fields.texts(name, pattern=_FIELDS, what="field of a TaskExecution's spec") or None
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Restrictions:
    """What is refused though the API server takes it."""

    templates: str = setting(
        "With Required, an execution has to run a TaskTemplate by `taskRef`, and may set nothing else than what `allowed` names. Who may "
        "create TaskTemplates decides then what runs.",
        choice(OPTIONAL, REQUIRED),
        default=OPTIONAL,
    )
    allowed: tuple[str, ...] = setting(
        "The fields of `spec` that an execution may have where templates are Required.",
        _NAMES,
        default=ALLOWED_FIELDS,
        default_text=", ".join(ALLOWED_FIELDS),
    )
    operator_namespace: str = setting(
        "Whether executions in the operator's own namespace run. Their pods could use the operator's service account and its Secrets.",
        choice("Refused", ALLOWED),
        default="Refused",
    )
    service_accounts: tuple[str, ...] | None = setting(
        "The service accounts that pods may run as, by names or patterns such as team-*. One that runs as none runs as `default`. The one "
        "in the configuration's own `taskPod` is always allowed.",
        _ACCOUNTS,
        default_text="any",
    )
    pods: str = setting(
        "What templates and executions may set in their pods, by the Pod Security Standards' levels. Baseline refuses what gives a pod the "
        "node, such as hostPath, hostNetwork, privileged, and also nodeName and the system's priority classes. Restricted also requires "
        "what the default security contexts have. The configuration's own `taskPod` isn't checked.",
        choice(UNRESTRICTED, BASELINE, RESTRICTED),
        default=BASELINE,
    )


#: Those of a configuration that has none.
DEFAULT_RESTRICTIONS = Restrictions()


def check_restrictions(spec: Mapping[str, Any], restrictions: Restrictions, *, namespace: str, home: str | None) -> None:
    """Refuse what an execution in `namespace` may not set; `home` is the operator's own namespace, if it runs in one.

    Raises:
        FieldError: it may not be run, or not so.
    """
    if namespace == home and restrictions.operator_namespace != ALLOWED:
        expected = "another namespace than the operator's own, unless the configuration's restrictions.operatorNamespace is Allowed"
        raise FieldError("metadata.namespace", expected=expected, found=namespace)
    if restrictions.templates != REQUIRED:
        return
    for name, value in spec.items():
        if value is not None and name not in restrictions.allowed:
            allowed = ", ".join(restrictions.allowed)
            expected = f"only the fields {allowed} in namespace {namespace}, by the configuration's restrictions.templates: Required"
            raise FieldError("spec", expected=expected, found=name)
