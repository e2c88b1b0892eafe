"""What the front counts, in Prometheus' text form: by RPC and code, never by user, token or execution.

A module of its own in place of prometheus-client: the command line and the fronts do without that package, and these few lines are all
that is needed of it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

#: Seconds: from what the cache answers to what the API server is asked for.
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One value at this moment. `kind`: gauge or counter."""

    name: str
    help: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)
    kind: str = "gauge"


class _Durations:
    def __init__(self) -> None:
        self.counts = [0] * (len(BUCKETS) + 1)
        self.sum = 0.0

    def observe(self, seconds: float) -> None:
        self.counts[bisect_left(BUCKETS, seconds)] += 1
        self.sum += seconds


class Measures:
    """Counts calls. Used on the event loop."""

    def __init__(self) -> None:
        self._calls: Counter[tuple[str, str]] = Counter()
        self._durations: dict[str, _Durations] = {}

    def answered(self, rpc: str, code: str, seconds: float) -> None:
        """A call of `rpc` ended with `code` after so many seconds."""
        self._calls[rpc, code] += 1
        self._durations.setdefault(rpc, _Durations()).observe(seconds)

    def text(self, figures: Iterable[Figure] = ()) -> str:
        """All that was counted, and `figures`; those of one name stand together."""
        lines = ["# HELP glider_admin_requests_total Calls, by RPC and code", "# TYPE glider_admin_requests_total counter"]
        lines += [_line("glider_admin_requests_total", {"rpc": rpc, "code": code}, n) for (rpc, code), n in sorted(self._calls.items())]
        name = "glider_admin_request_seconds"
        lines += [f"# HELP {name} How long calls take, by RPC", f"# TYPE {name} histogram"]
        for rpc, durations in sorted(self._durations.items()):
            total = 0
            for bound, count in zip((*map(str, BUCKETS), "+Inf"), durations.counts, strict=True):
                total += count
                lines.append(_line(f"{name}_bucket", {"rpc": rpc, "le": bound}, total))
            lines += [_line(f"{name}_sum", {"rpc": rpc}, durations.sum), _line(f"{name}_count", {"rpc": rpc}, total)]
        named = ""
        for figure in figures:
            if figure.name != named:
                named = figure.name
                lines += [f"# HELP {named} {figure.help}", f"# TYPE {named} {figure.kind}"]
            lines.append(_line(figure.name, figure.labels, figure.value))
        return "\n".join(lines) + "\n"


def _line(name: str, labels: Mapping[str, str], value: float) -> str:
    pairs = ",".join(f'{label}="{text}"' for label, text in labels.items())
    return f"{name}{{{pairs}}} {value}" if pairs else f"{name} {value}"
