"""What becomes of a case: a pod, or a refusal that names a field. Anything else is a fault."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from glider.wire.jsonform import FieldError
from glider_core.api.execution import Execution, parse_execution
from glider_core.api.shapes import check_shape
from glider_core.api.status import parse_status, status_document
from glider_core.config import Config, parse_config
from glider_core.kube.jsonbytes import decoded, encoded
from glider_core.reconcile.observed_pods import ObservedPods
from glider_core.reconcile.reconciling import reconcile
from glider_core.render.layering import PodTemplate
from glider_core.render.pod import render_pod
from glider_core.render.references import references
from glider_core.resolve.resolution import Awaited, Refused, Resolution, Resolved
from glider_core.resolve.resolving import resolve, resolve_alike
from glider_operator.controller.cluster import event_document
from tests.fuzz.cases import Case

NOW = datetime(2026, 1, 31, 12, 1, tzinfo=UTC)
_UID = "0f9d2c4e-1111-2222-3333-444455556666"
_FIELD = re.compile(r"\S.*: expected .+, found .+|\S.*: \S+.*", re.DOTALL)
_BASE = PodTemplate(namespace="default", name="base", template={"spec": {"containers": [{"name": "default", "image": "x"}]}})


@dataclass(frozen=True, kw_only=True)
class End:
    """`pod`: the manifest; or `refused`, why there is none."""

    pod: dict[str, Any] | None = None
    refused: str = ""


def end_of(case: Case) -> End:
    """What becomes of `case`.

    Raises:
        Exception: a fault.
    """
    try:
        config = _config(case)
    except FieldError as error:
        return _refusal(f"configuration: {error}")
    spec, templates = _sent(case.spec), _sent(case.templates)
    execution = _execution(spec)
    resolution = resolve(execution, templates=templates, config=config)
    _decide(execution, resolution)
    match resolution:
        case Refused(message=message):
            return _refusal(message)
        case Awaited():
            return End(refused="the template isn't there yet")
        case Resolved():
            return _rendered(execution, resolution, config)


def _config(case: Case) -> Config:
    return _parsed(case.config) if case.config else _PLAIN


def _parsed(config: Mapping[str, Any]) -> Config:
    """With a front, so that eager tasks aren't all refused."""
    admin = {"admin": {"endpoint": "front:8089", "namespace": "{project}"}}
    document = {"apiVersion": "glider.dev/v1alpha1", "kind": "Configuration", **admin, **copy.deepcopy(dict(config))}
    return parse_config(document).for_namespace("default")


_PLAIN = _parsed({})


def _sent(document: Any) -> Any:
    """As kopf decodes it: the standard library makes integers of any size, where orjson makes floats."""
    return json.loads(json.dumps(document))


def _execution(spec: Any) -> Execution:
    metadata = {
        "namespace": "default",
        "name": "divide",
        "uid": _UID,
        "generation": 1,
        "resourceVersion": "100",
        "creationTimestamp": "2026-01-31T12:00:00Z",
    }
    execution = parse_execution({"metadata": metadata, "spec": spec, "status": {}})
    assert not execution.unreadable, execution.unreadable
    return execution


def _decide(execution: Execution, resolution: Resolution) -> None:
    """What is decided at the first reconcile can be said, and read again."""
    plan = reconcile(execution, resolution=resolution, observed=ObservedPods(), now=NOW)
    if plan.status is not None:
        parse_status(decoded(encoded(status_document(plan.status))))
    for event in plan.events:
        encoded(event_document(execution, event, now=NOW))


def _rendered(execution: Execution, resolution: Resolved, config: Config) -> End:
    alike = resolve_alike(replace(execution, uid=_UID.replace("0", "1"), name="other"), model=resolution, admin=config.admin)
    assert isinstance(alike, Resolved), alike
    base = _BASE if resolution.traits.pod_template_ref else None
    try:
        pods = [render_pod(execution, resolution, attempt=attempt, config=config, base=base) for attempt in (0, 1)]
    except FieldError as error:
        return _refusal(str(error))
    for pod in pods:
        references(pod)
        check_shape({"metadata": pod["metadata"], "spec": pod["spec"]}, "PodTemplateSpec", path="pod")
        assert json.loads(encoded(pod)) == pod
    return End(pod=pods[0])


def _refusal(message: str) -> End:
    assert _FIELD.fullmatch(message), f"names no field: {message}"
    return End(refused=message)
