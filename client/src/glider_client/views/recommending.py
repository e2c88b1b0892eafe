"""What a task should ask for, by its last runs in the history, as a patch of its TaskTemplate. Pure; `advice` has the rule.

Runs of the latest version count: what was long ago may have been changed since.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from glider_client.views.advice import Need, cpu_need, memory_need, resources
from glider_client.views.usage import asked_in, used_in
from glider_core.api.labels import API_VERSION, EXECUTION_KIND, TEMPLATE_KIND
from glider_core.history.rows import Row

#: Fewer runs prove little.
FEW = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Recommendation:
    """What the runs of a task come to. `latest`: the last one; `counted`: those of which something is known, the latest first; `memory`
    and `cpu`: None where nothing is known of these.
    """

    latest: Row
    counted: Sequence[Row]
    memory: Need | None
    cpu: Need | None

    @property
    def patch(self) -> Mapping[str, Any]:
        """A strategic merge patch; empty where what is asked for fits, or nothing is known."""
        wanted, template = resources(self.memory, self.cpu), self.latest.template
        kind, name = (TEMPLATE_KIND, template) if template else (EXECUTION_KIND, self.latest.name)
        return {"apiVersion": API_VERSION, "kind": kind, "metadata": {"name": name}, "spec": {"resources": wanted}} if wanted else {}

    @property
    def reasons(self) -> Iterator[str]:
        """Why, as sentences for people."""
        count = len(self.counted)
        what = f"{self.latest.task or self.latest.name}" + (f", version {self.latest.version}" if self.latest.version else "")
        if count:
            yield f"{what}, by its last {count} runs." if count > 1 else f"{what}, by one run."
        if count < FEW:
            yield f"These are few: {FEW} or more prove more." if count else f"{what}: no run reported what it used."
        needs = [need for need in (self.memory, self.cpu) if need is not None]
        yield from (need.why for need in needs)
        if self.memory is None and count:
            yield "Nothing is known of memory: no run reported its peak."
        if self.cpu is None and count:
            yield "Nothing is known of CPUs: no run of ten seconds or more reported its CPU time."


def recommendation(rows: Iterable[Row], *, last: int, every_version: bool = False) -> Recommendation | None:
    """What to ask for; None without a run.

    Args:
        rows: runs of one task, the latest first. No more are taken from it than are needed. Of several that end in the same name those
            of the task count that ran last.
        last: how many of them count at most.
        every_version: whether those of other versions than the latest count.
    """
    following = iter(rows)
    latest = next(following, None)
    if latest is None:
        return None
    alike = (row for row in chain([latest], following) if row.task == latest.task and (every_version or row.version == latest.version))
    counted = list(islice(filter(is_known, alike), last))
    used, asked = [used_in(run) for run in reversed(counted)], asked_in(latest)
    return Recommendation(latest=latest, counted=counted, memory=memory_need(used, asked), cpu=cpu_need(used, asked))


def is_known(row: Row) -> bool:
    """Whether anything is known of what a run needed: it reported it, or was killed for it."""
    return bool(row.peak_memory) or row.cpu_seconds is not None or used_in(row).killed
