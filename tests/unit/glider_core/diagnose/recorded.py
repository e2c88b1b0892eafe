"""The states of pods that a real node made (recorded.yaml; see tests/recording), as the operator reads them."""

from __future__ import annotations

import functools
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from glider_core.api import labels
from glider_core.api.observed_pod import Pod, last_warning, parse_pod
from glider_core.diagnose.diagnosis import diagnose
from glider_core.diagnose.findings import Finding
from tests.unit.glider_core.builders import make_execution

FILE = Path(__file__).with_name("recorded.yaml")


@functools.cache
def recordings() -> dict[str, Any]:
    document: dict[str, Any] = yaml.load(FILE.read_text(), Loader=yaml.CSafeLoader)
    return document


def recorded_pod(scenario: str, state: int) -> Pod:
    body = recordings()[scenario]["states"][state]
    metadata = body["metadata"] | {
        "namespace": "default",
        "uid": f"uid-of-{scenario}",
        "labels": {labels.ATTEMPT: "0"},
        "annotations": {labels.DEFAULT_CONTAINER: "task"},
        "ownerReferences": [make_execution().owner_reference],
    }
    pod = parse_pod(body | {"metadata": metadata})
    assert pod is not None
    return pod


def finding(scenario: str, state: int, *, after: timedelta) -> Finding:
    """The diagnosis of a recorded state, so long after the pod's creation, with its Events at hand."""
    pod = recorded_pod(scenario, state)
    events = {"items": recordings()[scenario].get("warnings", [])}
    return diagnose(pod, now=pod.created + after, warning=last_warning(events, asked=pod.created))
