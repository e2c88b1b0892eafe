"""What to ask for instead, by what was used: the one rule, for the attempts of an execution and for the runs of a task.

Memory: what was used at most, and a quarter more; twice the limit at which something was killed, as long as nothing has shown how much
is enough. CPU: the highest mean, and a quarter more. Nothing is recommended where what is asked for fits: from half of the request up to
the request, or to nine tenths of a limit that is the same. Pure arithmetic over amounts in bytes and CPUs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from typing import Any

from glider_client.views.usage import Used
from glider_core.api.quantities import format_bytes
from glider_core.history.containers import Asked

_MEBIBYTE = 2**20
#: A recommendation leaves that much room above what was used.
_ROOM = 1.25
#: Above this share of the limit it is close, below this share of the request it is a waste.
_CLOSE, _WASTE = 0.9, 0.5
#: What isn't worth a recommendation: less memory, fewer CPUs, a shorter run.
_LEAST_MEMORY, _LEAST_CPU, _LEAST_SECONDS = 64 * _MEBIBYTE, 0.1, 10.0


class Verdict(StrEnum):
    """What is asked for, beside what is needed."""

    RAISE = "raise"
    LOWER = "lower"
    FITS = "fits"
    NOT_ASKED_FOR = "not asked for"


@dataclass(frozen=True, kw_only=True, slots=True)
class Need:
    """What is needed of one resource, in bytes or CPUs. `limit`: None where it stays, or isn't set. `why`: a sentence for people."""

    verdict: Verdict
    request: float
    limit: float | None = None
    why: str

    @property
    def changes(self) -> bool:
        """Whether something else should be asked for."""
        return self.verdict is not Verdict.FITS


def recommendations(attempts: Sequence[Used], asked: Asked) -> Iterator[str]:
    """What to ask for instead after one execution, as sentences; none where what is asked for fits. An attempt that was killed doesn't
    count if the last one got along.
    """
    if not attempts:
        return
    killed = attempts[-1].killed
    yield from sentences([one for one in attempts if killed or not one.killed], asked)


def sentences(used: Sequence[Used], asked: Asked) -> Iterator[str]:
    """The same by several runs."""
    for need in (memory_need(used, asked), cpu_need(used, asked)):
        if need is not None and need.verdict in (Verdict.RAISE, Verdict.LOWER):
            yield need.why


def memory_need(used: Sequence[Used], asked: Asked) -> Need | None:
    """The memory that is needed; None where nothing is known of it.

    Args:
        used: attempts, or runs, by time.
        asked: what is asked for now.
    """
    peak = max((one.peak_memory for one in used), default=0)
    killed_at = max((one.memory_limit or 0 for one in used if one.killed), default=0)
    if killed_at and peak <= killed_at:
        wanted = _rounded(2 * killed_at)
        if asked.memory_limit is None or asked.memory_limit <= killed_at:
            why = f"Ask for {format_bytes(wanted)} of memory: the task was killed at {format_bytes(killed_at)}."
            return Need(verdict=Verdict.RAISE, request=wanted, limit=wanted, why=why)
        return _fitting_memory(f"it was killed at {format_bytes(killed_at)}, and may have more now", asked)
    return _for_peak(peak, used, asked) if peak else None


def _for_peak(peak: int, used: Sequence[Used], asked: Asked) -> Need:
    wanted, request = _rounded(ceil(peak * _ROOM)), asked.memory_request
    limits = [(one.peak_memory / limit, limit) for one in used if (limit := one.memory_limit or asked.memory_limit)]
    share, limit = max(limits, default=(0.0, 0))
    if share > _CLOSE and (asked.memory_limit is None or wanted > asked.memory_limit):
        why = f"Ask for {format_bytes(wanted)} of memory: the task used {share:.0%} of {format_bytes(limit)}."
        return Need(verdict=Verdict.RAISE, request=wanted, limit=wanted, why=why)
    if request is None:
        why = f"Ask for {format_bytes(wanted)} of memory: the task used {format_bytes(peak)}, and asks for none."
        return Need(verdict=Verdict.NOT_ASKED_FOR, request=wanted, limit=wanted, why=why)
    if peak > request:
        amounts = f"{format_bytes(peak)}, more than the {format_bytes(request)} asked for"
        why = f"Ask for {format_bytes(wanted)} of memory: the task used {amounts}."
        return Need(verdict=Verdict.RAISE, request=wanted, limit=max(wanted, asked.memory_limit or 0), why=why)
    if peak < _WASTE * request and request - wanted >= _LEAST_MEMORY:
        why = f"{format_bytes(wanted)} of memory would do: the task used {format_bytes(peak)} of the {format_bytes(request)} asked for."
        return Need(verdict=Verdict.LOWER, request=wanted, limit=wanted if asked.memory_limit == request else None, why=why)
    return _fitting_memory(f"the task used {format_bytes(peak)}", asked)


def _fitting_memory(because: str, asked: Asked) -> Need:
    request = asked.memory_request or asked.memory_limit or 0
    return Need(verdict=Verdict.FITS, request=request, why=f"{format_bytes(request)} of memory fits: {because}.")


def cpu_need(used: Sequence[Used], asked: Asked) -> Need | None:
    """The CPUs that are needed; None where nothing is known of them. A short run proves nothing.

    Args:
        used: attempts, or runs, by time.
        asked: what is asked for now.
    """
    means = [one.cpus for one in used if one.cpus is not None and one.seconds is not None and one.seconds >= _LEAST_SECONDS]
    if not means:
        return None
    most, request, limit = max(means), asked.cpu_request, asked.cpu_limit
    wanted = max(_LEAST_CPU, ceil(most * _ROOM * 10) / 10)
    if limit is not None and most > _CLOSE * limit:
        why = f"Ask for more CPU: the task used {most:.2g} of its limit of {limit:g} all the time."
        return Need(verdict=Verdict.RAISE, request=wanted, limit=2 * limit, why=why)
    if request is None:
        why = f"Ask for {wanted:g} CPU: the task used {most:.2g} on average, and asks for none."
        return Need(verdict=Verdict.NOT_ASKED_FOR, request=wanted, why=why)
    if most < _WASTE * request and request - wanted >= _LEAST_CPU:
        why = f"{wanted:g} CPU would do: the task used {most:.2g} on average of the {request:g} asked for."
        return Need(verdict=Verdict.LOWER, request=wanted, limit=limit, why=why)
    return Need(verdict=Verdict.FITS, request=request, why=f"{request:g} CPU fits: the task used {most:.2g} on average.")


def resources(memory: Need | None, cpu: Need | None) -> dict[str, Any]:
    """`resources` of a task that asks for what is needed; without what fits already. Limits of CPUs stay as high as they were: a limit
    that isn't set is the request, as in Flyte, and would stop what is only now and then busy.
    """
    found: dict[str, dict[str, str]] = {"requests": {}, "limits": {}}
    for name, need, text in (("cpu", cpu, _cpus), ("memory", memory, lambda amount: format_bytes(int(amount)))):
        if need is not None and need.changes:
            found["requests"][name] = text(need.request)
            if need.limit is not None:
                found["limits"][name] = text(need.limit)
    return {side: amounts for side, amounts in found.items() if amounts}


def _cpus(amount: float) -> str:
    return f"{amount:g}" if amount == int(amount) else f"{round(amount * 1000)}m"


def _rounded(amount: int) -> int:
    """Up to 16 MiB, or to 128 MiB from a GiB on: an amount that somebody would write."""
    step = (16 if amount < 1024 * _MEBIBYTE else 128) * _MEBIBYTE
    return -(-amount // step) * step
