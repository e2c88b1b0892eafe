"""Links to logs, with Flyte's variables."""

from __future__ import annotations

import pytest

from glider_core.api.platform import LogLink
from glider_core.api.status import MAX_LINKS
from glider_core.render.links import links
from tests.unit.glider_core.builders import container_status, make_execution, make_pod, resolved, running_pod


def link(url: str, *, pod=None) -> str:
    execution = make_execution()
    templates = (LogLink(name="Logs", url=url),)
    (found,) = links(templates, execution=execution, task_id=resolved(execution).id, pod=pod or running_pod())
    assert found.name == "Logs"
    return found.uri


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("podName", "divide-0f9d2c4e-a0"),
        ("podUID", "pod-0"),
        ("namespace", "default"),
        ("containerName", "task"),
        ("hostname", "divide-0f9d2c4e-a0"),
        ("nodeName", "node-1"),
        ("podRFC3339StartTime", "2026-01-31T12:00:02Z"),
        ("podRFC3339FinishTime", ""),
        ("podUnixStartTime", "1769860802"),
        ("podUnixFinishTime", ""),
        ("taskID", "app.workflows.divider"),
        ("taskVersion", "v1"),
        ("taskProject", "flytesnacks"),
        ("taskDomain", "development"),
        ("taskRetryAttempt", "0"),
        ("nodeID", "n0"),
        ("executionName", "divide"),
        ("executionProject", "flytesnacks"),
        ("executionDomain", "development"),
        ("generatedName", "divide-0f9d2c4e-a0"),
        ("logName", "Logs"),
    ],
)
def test_each_variable(variable, value):
    assert link(f"https://logs/{{{{ .{variable} }}}}") == f"https://logs/{value}"


def test_a_containers_id_is_without_the_runtimes_name():
    status = container_status("running", startedAt="2026-01-31T12:00:02Z") | {"containerID": "containerd://abc"}
    assert link("{{.containerID}}", pod=make_pod(containerStatuses=[status])) == "abc"


def test_case_does_not_matter_and_unknown_names_stay():
    assert link("{{.PODNAME}}/{{$podname}}/{{.other}}") == "divide-0f9d2c4e-a0/divide-0f9d2c4e-a0/{{.other}}"


def test_no_more_links_than_a_status_holds():
    execution = make_execution()
    templates = tuple(LogLink(name=f"link {i}", url="https://logs.example") for i in range(MAX_LINKS + 4))
    assert len(links(templates, execution=execution, task_id=resolved(execution).id, pod=running_pod())) == MAX_LINKS
