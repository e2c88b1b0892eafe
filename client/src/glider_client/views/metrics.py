"""What the pods of executions use now, by the metrics server, beside what they ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from glider_core.api.labels import ATTEMPT, EXECUTION
from glider_core.api.quantities import format_bytes, parse_quantity

Json = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Load:
    """One pod. CPUs and bytes, used and asked for; None for nothing asked for."""

    execution: str
    namespace: str
    attempt: str
    pod: str
    cpu: Fraction
    memory: int
    cpu_request: Fraction | None
    memory_limit: int | None

    def row(self) -> list[str]:
        """The cells of a table."""
        cpu = f"{round(self.cpu * 1000)}m" + (f" ({float(self.cpu / self.cpu_request):.0%})" if self.cpu_request else "")
        memory = format_bytes(self.memory) + (f" ({self.memory / self.memory_limit:.0%})" if self.memory_limit else "")
        return [self.execution, self.attempt, self.pod, cpu, memory]

    def document(self) -> dict[str, Any]:
        """As `-o json` has it."""
        return {
            "execution": self.execution,
            "namespace": self.namespace,
            "attempt": int(self.attempt) if self.attempt.isdecimal() else None,
            "pod": self.pod,
            "cpu": float(self.cpu),
            "cpuRequest": None if self.cpu_request is None else float(self.cpu_request),
            "memoryBytes": self.memory,
            "memoryLimitBytes": self.memory_limit,
        }


def loads_of(metrics: Sequence[Json], pods: Sequence[Json]) -> list[Load]:
    """Those of `pods` that the metrics server knows, by what they use, the most first."""
    by_name = {(one["metadata"]["namespace"], one["metadata"]["name"]): one for one in metrics}
    found = []
    for pod in pods:
        metadata = pod["metadata"]
        measured = by_name.get((metadata["namespace"], metadata["name"]))
        if measured is not None:
            labels = metadata.get("labels") or {}
            usage = [one.get("usage") or {} for one in measured.get("containers") or ()]
            asked = [one.get("resources") or {} for one in pod["spec"]["containers"]]
            found.append(
                Load(
                    execution=labels.get(EXECUTION, ""),
                    namespace=metadata["namespace"],
                    attempt=labels.get(ATTEMPT, ""),
                    pod=metadata["name"],
                    cpu=sum((parse_quantity(one.get("cpu", 0)) for one in usage), Fraction()),
                    memory=int(sum((parse_quantity(one.get("memory", 0)) for one in usage), Fraction())),
                    cpu_request=_sum([(one.get("requests") or {}).get("cpu") for one in asked]),
                    memory_limit=None
                    if (limit := _sum([(one.get("limits") or {}).get("memory") for one in asked])) is None
                    else int(limit),
                )
            )
    return sorted(found, key=lambda load: (-load.cpu, -load.memory, load.pod))


def _sum(amounts: Sequence[Any]) -> Fraction | None:
    """None where one of the containers has no such amount: then there is no bound."""
    return None if any(amount is None for amount in amounts) else sum((parse_quantity(amount) for amount in amounts), Fraction())
