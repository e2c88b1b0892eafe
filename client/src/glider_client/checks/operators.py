"""Why no operator serves an execution. Pure functions of objects that were read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from glider_client.cluster.operators import Operator
from glider_core.api.execution import is_finished
from glider_core.api.labels import INSTANCE, instance_of
from glider_core.api.moments import parse_time

Json = Mapping[str, Any]

#: After how long an execution without a status counts as one that no operator serves.
PATIENCE = timedelta(seconds=10)
#: How long an operator that serves it may write nothing: while its pod starts, that may take minutes.
SILENCE = timedelta(minutes=5)


def is_written(execution: Json) -> bool:
    """Whether an operator has written its status; until then it has the phase that the API server fills in."""
    return is_finished(execution) or (execution.get("status") or {}).get("observedGeneration") is not None


def unserved(execution: Json, operators: Sequence[Operator], *, now: datetime) -> str:
    """Why no operator serves `execution`; empty where one does, or still may."""
    age = now - (parse_time(execution["metadata"]["creationTimestamp"]) or now)
    if is_written(execution) or age < PATIENCE:
        return ""
    wanted, namespace = instance_of(execution), execution["metadata"]["namespace"]
    of_instance = [one for one in operators if (one.config.instance_id or None) == wanted]
    if not operators:
        return "there is no operator in this cluster, or none that you may see"
    if not of_instance:
        ids = ", ".join(sorted(str(one.config.instance_id) for one in operators if one.config.instance_id)) or "none"
        if wanted is None:
            return f"it has no label {INSTANCE}, and every operator serves only executions that have one (there are: {ids})"
        return f"no operator serves its label {INSTANCE}={wanted} (there are: {ids}); without the label the default one would serve it"
    watching = [one for one in of_instance if one.watches(namespace)]
    if not watching:
        return f"no operator watches the namespace {namespace}: " + "; ".join(f"{one} serves {one.serves}" for one in of_instance)
    if not any(one.ready for one in watching):
        return f"the operator that serves it isn't ready: {', '.join(map(str, watching))}. See its log"
    return f"{watching[0]} serves it and hasn't written its status; see its log" if age >= SILENCE else ""
