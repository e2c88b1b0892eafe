"""The table of metrics in docs/operations.md, from the metrics themselves."""

from __future__ import annotations

import importlib
import pkgutil

import prometheus_client
from prometheus_client.metrics import MetricWrapperBase

import glider_operator

_SUFFIX = {"counter": "_total"}


def metrics() -> dict[str, MetricWrapperBase]:
    """All metrics of the operator by name."""
    for module in pkgutil.walk_packages(glider_operator.__path__, "glider_operator."):
        importlib.import_module(module.name)
    collectors = prometheus_client.REGISTRY._collector_to_names
    return {
        one._name + _SUFFIX.get(str(one._type), ""): one
        for one in collectors
        if isinstance(one, MetricWrapperBase) and one._name.startswith("glider_")
    }


def metrics_table() -> str:
    """One row a metric."""
    rows = (f"| `{name}` | {', '.join(one._labelnames)} | {one._type}: {one._documentation} |" for name, one in sorted(metrics().items()))
    return "\n".join(["| metric | labels | what |", "|---|---|---|", *rows])
