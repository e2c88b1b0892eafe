"""The operators with their pods as a document: one that the viewer may see, and what each pod reports of itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from glider_client.cluster.operators import Operator

Json = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Replica:
    """A pod of an operator. `debug` is what its /debug shows; None where `problem` has the reason."""

    pod: Json
    debug: Json | None = None
    problem: str = ""

    def document(self) -> dict[str, Any]:
        """As the front end reads it."""
        status, spec = self.pod.get("status") or {}, self.pod.get("spec") or {}
        containers = status.get("containerStatuses") or ()
        return {
            "pod": self.pod["metadata"]["name"],
            "node": spec.get("nodeName") or "",
            "phase": status.get("phase") or "",
            "started": status.get("startTime"),
            "ready": any(one.get("type") == "Ready" and one.get("status") == "True" for one in status.get("conditions") or ()),
            "restarts": sum(int(one.get("restartCount") or 0) for one in containers),
            "lastEnd": _last_end(containers),
            "images": sorted({str(one.get("image") or "") for one in containers} - {""}),
            "debug": self.debug,
            "problem": self.problem,
        }


def is_running(pod: Json) -> bool:
    """Whether `pod` can be asked."""
    return (pod.get("status") or {}).get("phase") == "Running"


def health_port(operator: Operator) -> int:
    """The port that serves /debug."""
    return int(operator.config.health.health_probe_bind_address.rpartition(":")[2])


def operator_document(operator: Operator, replicas: Sequence[Replica], *, problem: str = "") -> dict[str, Any]:
    """As the front end reads it. `problem`: why its pods aren't known."""
    return {
        "namespace": operator.namespace,
        "name": operator.name,
        "version": operator.version,
        "ready": operator.ready,
        "wanted": operator.wanted,
        "serves": operator.serves,
        "problem": operator.problem or problem,
        "replicas": [one.document() for one in replicas],
    }


def _last_end(containers: Sequence[Json]) -> str:
    """Why a container of it ended before, in one line."""
    for one in containers:
        ended = (one.get("lastState") or {}).get("terminated")
        if ended:
            words = f"{ended.get('reason') or 'ended'}, exit code {ended.get('exitCode')}"
            last = str(ended.get("message") or "").strip().rpartition("\n")[2]
            return f"{words}: {last[:300]}" if last else words
    return ""
