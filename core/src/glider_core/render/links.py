"""Links to an attempt's logs, from the templates in the operator's configuration, with the variables of Flyte's (tasklog/template.go)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from glider_core.api.execution import Execution
from glider_core.api.observed_pod import Pod
from glider_core.api.platform import LogLink
from glider_core.api.status import MAX_LINKS, Link
from glider_core.api.task import TaskId

_VARIABLE = re.compile(r"\{\{\s*[.$]([A-Za-z0-9_]+)\s*\}\}")


def links(templates: tuple[LogLink, ...], *, execution: Execution, task_id: TaskId, pod: Pod) -> tuple[Link, ...]:
    """The links of the attempt whose pod is `pod`. What isn't known yet, such as the node, is left out; unknown names stay."""
    values = {name.lower(): value for name, value in _values(execution, task_id, pod).items()}

    def filled(template: str, name: str) -> str:
        known: Mapping[str, str] = values | {"logname": name}
        return _VARIABLE.sub(lambda match: known.get(match.group(1).lower(), match.group(0)), template)

    # more are refused, but two entries for one namespace add theirs up
    return tuple(Link(name=link.name, uri=filled(link.url, link.name)) for link in templates[:MAX_LINKS])


def _values(execution: Execution, task_id: TaskId, pod: Pod) -> dict[str, str]:
    primary = pod.primary
    started, finished = (primary.started, primary.finished) if primary else (None, None)
    return {
        "podName": pod.name,
        "podUID": pod.uid,
        "namespace": pod.namespace,
        "containerName": primary.name if primary else "",
        "containerID": primary.container_id if primary else "",
        "hostname": pod.name,
        "nodeName": pod.node_name,
        "podRFC3339StartTime": _rfc3339(started),
        "podRFC3339FinishTime": _rfc3339(finished),
        "podUnixStartTime": _unix(started),
        "podUnixFinishTime": _unix(finished),
        "taskID": task_id.name,
        "taskVersion": task_id.version,
        "taskProject": task_id.project,
        "taskDomain": task_id.domain,
        "taskRetryAttempt": str(pod.attempt),
        "nodeID": "n0",
        "executionName": execution.name,
        "executionProject": task_id.project,
        "executionDomain": task_id.domain,
        "generatedName": pod.name,
    }


def _rfc3339(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""


def _unix(moment: datetime | None) -> str:
    return str(int(moment.timestamp())) if moment else ""
