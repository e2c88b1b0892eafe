"""What the sweep had to make up for."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

CORRECTIONS = Counter("glider_sweep_corrections_total", "Changes that the watches missed and a sweep found", ["resource", "kind"])
SWEEPS = Counter("glider_sweeps_total", "Sweeps, by how they ended", ["result"])
DURATION = Histogram("glider_sweep_duration_seconds", "How long a sweep took", buckets=(0.1, 0.5, 1, 5, 15, 60, 300))
LAST = Gauge("glider_sweep_last_success_timestamp_seconds", "When a sweep last came to its end")
