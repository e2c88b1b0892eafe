"""The content of a Lease, and who may take it.

Clocks of different machines don't agree, so the times in a Lease are only for people. Whether a holder still renews is judged by
this machine's monotonic clock: by how long ago this version of the Lease was first seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from glider_core.api.moments import parse_time

_MICRO = "%Y-%m-%dT%H:%M:%S.%fZ"


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """A Lease as it was first seen at `at`, by this machine's monotonic clock."""

    document: Mapping[str, Any]
    at: float

    @property
    def holder(self) -> str:
        """Who holds it; empty where nobody does."""
        return str(self._spec.get("holderIdentity") or "")

    @property
    def duration(self) -> float:
        """For how long, after a renewal."""
        return float(self._spec.get("leaseDurationSeconds") or 0)

    @property
    def _spec(self) -> Mapping[str, Any]:
        return self.document.get("spec") or {}

    def updated(self, document: Mapping[str, Any], *, now: float) -> Seen:
        """The Lease as it was read just now: the same version, first seen earlier, or a new one."""
        same = _version(document) == _version(self.document)
        return self if same else Seen(document=document, at=now)

    def free(self, identity: str, *, now: float) -> bool:
        """Whether `identity` may take or renew it: nobody else holds it, or hasn't renewed it for too long."""
        return self.holder in ("", identity) or now >= self.at + self.duration


def new_lease(name: str, namespace: str) -> dict[str, Any]:
    """A Lease that nobody holds."""
    return {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": name, "namespace": namespace}}


def taken(document: Mapping[str, Any], identity: str, *, duration: int, now: datetime) -> dict[str, Any]:
    """The Lease as `identity` takes or renews it."""
    spec = document.get("spec") or {}
    anew = spec.get("holderIdentity") != identity
    return {
        **document,
        "spec": {
            **spec,
            "holderIdentity": identity,
            "leaseDurationSeconds": duration,
            "acquireTime": _format(now if anew else parse_time(spec.get("acquireTime")) or now),
            "renewTime": _format(now),
            "leaseTransitions": (spec.get("leaseTransitions") or 0) + (anew and "holderIdentity" in spec),
        },
    }


def released(document: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    """The Lease as its holder leaves it: free for the next at once."""
    spec = {**(document.get("spec") or {}), "holderIdentity": "", "leaseDurationSeconds": 1, "renewTime": _format(now)}
    return {**document, "spec": spec}


def _version(document: Mapping[str, Any]) -> Any:
    return document["metadata"].get("resourceVersion")


def _format(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime(_MICRO)
