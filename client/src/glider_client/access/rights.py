"""What is to be allowed, in RBAC's words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from glider_core.api.labels import EXECUTIONS, GROUP


@dataclass(frozen=True, kw_only=True, slots=True)
class Right:
    """One action on one resource. `namespace` empty: in all of them; `name` empty: on any object."""

    verb: str
    resource: str = EXECUTIONS
    group: str = GROUP
    subresource: str = ""
    namespace: str = ""
    name: str = ""

    def attributes(self) -> dict[str, Any]:
        """The `resourceAttributes` of a SelfSubjectAccessReview."""
        named = {
            "verb": self.verb,
            "group": self.group,
            "resource": self.resource,
            "subresource": self.subresource,
            "namespace": self.namespace,
            "name": self.name,
        }
        return {field: value for field, value in named.items() if value}

    def __str__(self) -> str:
        """As a sentence continues after "may not"."""
        resource = f"{self.resource}/{self.subresource}" if self.subresource else self.resource
        where = f" in the namespace {self.namespace}" if self.namespace else " in all namespaces"
        return f"{self.verb} {resource}{where}"
