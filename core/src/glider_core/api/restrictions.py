"""What an execution may set: by default as much as a Job, which is any pod that its namespace allows.

With `templates: Required` a tenant chooses among the tasks that somebody else registered, and their inputs, and nothing of the pod.
It is an allow-list, so that a field that is added to the API later isn't allowed by being forgotten. The chart's
ValidatingAdmissionPolicy requires the same at `kubectl apply`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from glider.wire.jsonform import FieldError
from glider_core.api.settings import Kind, choice, setting

REQUIRED = "Required"
ALLOWED = "Allowed"

#: What an execution may set where a template is required, unless the configuration names other fields.
ALLOWED_FIELDS = ("taskRef", "inputs", "suspend", "cancel", "priority", "ttlSecondsAfterFinished", "labels")
_FIELDS = r"[a-z][A-Za-z]*"


_NAMES = Kind(
    words="list of strings", read=lambda fields, name: fields.texts(name, pattern=_FIELDS, what="field of a TaskExecution's spec") or None
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Restrictions:
    """What is refused though the API server takes it."""

    templates: str = setting(
        "With Required, an execution has to run a TaskTemplate by `taskRef`, and may set nothing else than what `allowed` names. Who may "
        "create TaskTemplates decides then what runs.",
        choice("Optional", REQUIRED),
        default="Optional",
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


UNRESTRICTED = Restrictions()


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
