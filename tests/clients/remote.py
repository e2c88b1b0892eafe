"""What scripts do with FlyteRemote, for the Python of any client: `python remote.py STEP PROJECT '{"…": …}'` prints JSON.

It works with flytekit 1.13 and newer, knows nothing of Glider, and is given its place by ~/.flyte/config.yaml alone.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flytekit.configuration import Config
from flytekit.models.admin.common import Sort
from flytekit.models.common import NamedEntityIdentifier
from flytekit.models.core.execution import NodeExecutionPhase, TaskExecutionPhase, WorkflowExecutionPhase
from flytekit.models.filters import Filter
from flytekit.remote import FlyteRemote

DOMAIN = "development"
SOON = timedelta(milliseconds=300)
PATIENCE = timedelta(minutes=4)


def run(remote: FlyteRemote, *, task: str, version: str, inputs: Any, name: str, **options: Any) -> Any:
    """Executes a registered task, and waits for its end."""
    fetched = remote.fetch_task(name=task, version=version)
    execution = remote.execute(fetched, inputs=inputs, execution_name=name, **options)
    return _seen(remote.wait(execution, timeout=PATIENCE, poll_interval=SOON))


def show(remote: FlyteRemote, *, name: str) -> Any:
    """All of an execution that somebody else has started."""
    return _seen(remote.sync_execution(remote.fetch_execution(name=name), sync_nodes=True))


def waited(remote: FlyteRemote, *, names: list[str]) -> Any:
    """How executions have ended that somebody else has started, by their names."""
    seen = {}
    for name in names:
        execution = remote.wait(remote.fetch_execution(name=name), timeout=PATIENCE, poll_interval=SOON, sync_nodes=False)
        phase, error = execution.closure.phase, execution.closure.error
        seen[name] = {"phase": WorkflowExecutionPhase.enum_to_string(phase), "error": error.message if error else None}
    return seen


def stop(remote: FlyteRemote, *, name: str, cause: str) -> Any:
    """Terminates an execution, and waits for its end."""
    execution = remote.fetch_execution(name=name)
    remote.terminate(execution, cause)
    return _seen(remote.wait(execution, timeout=PATIENCE, poll_interval=SOON))


def listed(remote: FlyteRemote, *, version: str) -> Any:
    """What the lists have."""
    client, place = remote.client, (remote.default_project, remote.default_domain)
    everything = NamedEntityIdentifier(project=place[0], domain=place[1])
    newest = Sort.from_python_std("desc(created_at)")
    pages, token = [], ""
    while True:
        page, token = client.list_executions_paginated(*place, limit=2, token=token, sort_by=newest)
        pages.append([execution.id.name for execution in page])
        if not token:
            break
    filters = [Filter.from_python_std("value_in(phase,FAILED;ABORTED)")]
    names, token = client.list_task_ids_paginated(*place, limit=100)
    return {
        "tasks": sorted(task.name for task in remote.list_tasks_by_version(version)),
        "ids": sorted(one.name for one in names),
        "recent": [execution.id.name for execution in remote.recent_executions(limit=100)],
        "pages": pages,
        "bad": sorted(execution.id.name for execution in remote.recent_executions(filters=filters)),
        "latest": client.list_tasks_paginated(everything, limit=1, sort_by=newest)[0][0].id.version,
    }


def absent(remote: FlyteRemote) -> Any:
    """The names of the exceptions for what isn't there."""
    return {
        "task": _failure(lambda: remote.fetch_task(name="teashop.tasks.absent", version="v1")),
        "latest": _failure(lambda: remote.fetch_task(name="teashop.tasks.absent")),
        "execution": _failure(lambda: remote.fetch_execution(name="absent")),
        "workflow": _failure(lambda: remote.fetch_workflow(name="teashop.tasks.absent", version="v1")),
        "launch plan": _failure(lambda: remote.fetch_launch_plan(name="teashop.tasks.absent", version="v1")),
    }


def _failure(call: Callable[[], Any]) -> str:
    try:
        call()
    except Exception as error:  # whichever it is: it is what the test asks about
        return type(error).__name__
    return ""


def _seen(execution: Any) -> Any:
    """What an execution has, as a script reads it."""
    closure, phase = execution.closure, execution.closure.phase
    done = phase == WorkflowExecutionPhase.SUCCEEDED
    abort = closure.abort_metadata
    return {
        "name": execution.id.name,
        "phase": WorkflowExecutionPhase.enum_to_string(phase),
        "inputs": _values(execution.inputs),
        "outputs": _values(execution.outputs) if done else None,
        "error": {"code": closure.error.code, "message": closure.error.message, "kind": closure.error.kind} if closure.error else None,
        "cause": abort.cause if abort else None,
        "nodes": {name: _node(node) for name, node in sorted(execution.node_executions.items())},
        "tags": list(execution.spec.tags or ()),
        "envs": dict(execution.spec.envs.envs) if execution.spec.envs else {},
    }


def _node(node: Any) -> Any:
    return {
        "phase": NodeExecutionPhase.enum_to_string(node.closure.phase),
        "deck": node.closure.deck_uri or "",
        "attempts": [
            {
                "number": one.id.retry_attempt,
                "phase": TaskExecutionPhase.enum_to_string(one.closure.phase),
                "logs": [log.uri for log in one.closure.logs],
                "error": one.closure.error.message if one.closure.error else None,
            }
            for one in node.task_executions
        ],
    }


def _values(resolver: Any) -> Any:
    """Inputs or outputs as Python has them; a file by its URI."""
    from flytekit.types.file import FlyteFile

    def plain(value: Any) -> Any:
        return value.remote_source if isinstance(value, FlyteFile) else value

    return {name: plain(resolver.get(name)) for name in resolver.literals} if resolver is not None else None


STEPS = {"run": run, "show": show, "waited": waited, "stop": stop, "listed": listed, "absent": absent}

if __name__ == "__main__":
    step, project, arguments = sys.argv[1:]
    remote = FlyteRemote(Config.auto(), default_project=project, default_domain=DOMAIN)
    print("RESULT " + json.dumps(STEPS[step](remote, **json.loads(arguments))))  # type: ignore[operator]  # each has arguments of its own
