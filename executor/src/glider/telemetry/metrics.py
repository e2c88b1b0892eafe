"""The executor's own metrics: what an attempt took and how it ended, sent once, when the outcome is reported already.

They stand under `<task project>.<task domain>.<task name>.executor`, with the tags of flytekit's metrics, and go only to a sink
that somebody named. Nothing here delays or changes an outcome.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from glider.settings.model import Identity, StatsdSettings
from glider.telemetry.sink import flush, sink
from glider.telemetry.stats import identity_tags, prefix, tagged
from glider.telemetry.stopwatch import PHASES
from glider.wire.summary import Summary

#: Passes every network unfragmented, overlays included.
MOST_BYTES = 1200
_FORBIDDEN = re.compile("[^A-Za-z0-9_-]")
_LONGEST_CODE = 64

#: Every metric with its statsd type, as in docs/telemetry.md.
METRICS: Mapping[str, str] = {
    **dict.fromkeys(PHASES, "ms"),
    "total": "ms",
    "cpu": "ms",
    "peak_memory_bytes": "g",
    "bytes_in": "c",
    "bytes_out": "c",
    "succeeded": "c",
    "failed": "c",
}


def prepare(settings: StatsdSettings) -> None:
    """Begins to resolve the sink's name, so that nobody waits for it in the end."""
    if not settings.disabled:
        sink(settings.host, settings.port)


def send(summary: Summary, settings: StatsdSettings, identity: Identity, *, api_version: str) -> None:
    """All metrics of an attempt, and what the task's own still wait for."""
    if settings.configured and not settings.disabled:
        target = sink(settings.host, settings.port)
        for datagram in datagrams(summary, identity, tags_disabled=settings.tags_disabled, api_version=api_version):
            target.send(datagram)
    flush()


def datagrams(summary: Summary, identity: Identity, *, tags_disabled: bool, api_version: str) -> Iterator[bytes]:
    """As few as may be, none larger than MOST_BYTES: a metric whose tags make it too long goes without, or not at all."""
    common = {} if tags_disabled else identity_tags(identity, api_version=api_version)
    above = prefix(identity, scope="executor")
    lines = [_line(above, name, value, {} if tags_disabled else {**common, **own}) for name, value, own in _values(summary)]
    packet = b""
    for line in filter(None, lines):
        if packet and len(packet) + 1 + len(line) > MOST_BYTES:
            yield packet
            packet = line
        else:
            packet = packet + b"\n" + line if packet else line
    if packet:
        yield packet


def _values(summary: Summary) -> Iterator[tuple[str, int, Mapping[str, str]]]:
    usage, error = summary.usage, summary.error
    for phase in PHASES:
        if phase in usage.timings:
            yield phase, usage.timings[phase], {}
    yield "total", sum(usage.timings.values()), {}
    yield "cpu", round(usage.cpu_seconds * 1000), {}
    yield "peak_memory_bytes", usage.peak_memory_bytes, {}
    yield "bytes_in", usage.bytes_in, {}
    yield "bytes_out", usage.bytes_out, {}
    if error is None:
        yield "succeeded", 1, {}
    else:
        code = _FORBIDDEN.sub("_", error.code[:_LONGEST_CODE])
        yield "failed", 1, {"code": code, "kind": error.kind.value, "origin": error.origin.value}


def _line(above: str, name: str, value: int, tags: Mapping[str, str]) -> bytes:
    for full in (tagged(f"{above}.{name}", tags), f"{above}.{name}"):
        line = f"{full}:{value}|{METRICS[name]}".encode("ascii", "replace")
        if len(line) <= MOST_BYTES:
            return line
    return b""
