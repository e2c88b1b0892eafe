"""What a task should ask for, by its last runs in the history, as a patch of its TaskTemplate. Pure; `advice` has the rule.

Runs of the latest version count: what was long ago may have been changed since.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from glider_client.views.advice import Need, cpu_need, memory_need, resources
from glider_client.views.usage import asked_in, used_in
from glider_core.api.labels import API_VERSION, EXECUTION_KIND, TEMPLATE_KIND
from glider_core.history.rows import Row

#: Fewer runs prove little.
FEW = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Recommendation:
    """What `runs`, the latest first and at least one, come to. `memory` and `cpu`: None where nothing is known."""

    runs: Sequence[Row]
    memory: Need | None
    cpu: Need | None

    @property
    def patch(self) -> Mapping[str, Any]:
        """A strategic merge patch; empty where what is asked for fits, or nothing is known."""
        latest, wanted = self.runs[0], resources(self.memory, self.cpu)
        kind, name = (TEMPLATE_KIND, latest.template) if latest.template else (EXECUTION_KIND, latest.name)
        return {"apiVersion": API_VERSION, "kind": kind, "metadata": {"name": name}, "spec": {"resources": wanted}} if wanted else {}

    @property
    def reasons(self) -> Iterator[str]:
        """Why, as sentences for people."""
        latest, count = self.runs[0], len(self.runs)
        version = f" of the version {latest.version}" if latest.version else ""
        yield f"By the last {count} runs{version}." if count > 1 else f"By one run{version}."
        if count < FEW:
            yield f"That is few: with {FEW} or more runs it is worth more."
        needs = [need for need in (self.memory, self.cpu) if need is not None]
        yield from (need.why for need in needs)
        if self.memory is None:
            yield "Nothing is known of memory: no run reported its peak."
        if self.cpu is None:
            yield "Nothing is known of CPUs: no run of ten seconds or more reported its CPU time."


def is_of(task: str, row: Row) -> bool:
    """Whether a row's task is meant by `task`: its full name, the name's last part, or its template's name."""
    return task in (row.task, row.template, row.task.rpartition(".")[2])


def recommendation(rows: Iterable[Row], *, last: int, every_version: bool = False) -> Recommendation | None:
    """What to ask for; None without a run.

    Args:
        rows: runs of one task, the latest first. No more are taken from it than are needed.
        last: how many of them count at most.
        every_version: whether those of other versions than the latest count.
    """
    following = iter(rows)
    latest = next(following, None)
    if latest is None:
        return None
    others = (row for row in following if every_version or row.version == latest.version)
    runs = [latest, *islice((row for row in others if is_known(row)), last - 1)]
    known = [run for run in reversed(runs) if is_known(run)]
    used, asked = [used_in(run) for run in known], asked_in(latest)
    return Recommendation(runs=runs, memory=memory_need(used, asked), cpu=cpu_need(used, asked))


def is_known(row: Row) -> bool:
    """Whether anything is known of what a run needed: it reported it, or was killed for it."""
    return bool(row.peak_memory) or row.cpu_seconds is not None or used_in(row).killed
