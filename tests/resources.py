"""Builders of the resources that tests apply: each names the situation and hides what doesn't matter."""

from __future__ import annotations

from typing import Any

import yaml

PATHS = ["--inputs", "{{.input}}", "--output-prefix", "{{.outputPrefix}}", "--raw-output-data-prefix", "{{.rawOutputDataPrefix}}"]
EXAMPLES_IMAGE = "glider-examples:0.1.0"
FLYTEKIT_IMAGE = "glider-examples-flytekit:0.1.0"
ODD_IMAGE = "glider-odd:0.1.0"


def legacy_args(module: str, name: str) -> list[str]:
    """The command line that old flytekits compiled into tasks."""
    return ["pyflyte-execute", "--task-module", module, "--task-name", name, *PATHS]


def resolver_args(module: str, name: str) -> list[str]:
    """The command line that flytekit compiles into tasks."""
    resolver = "flytekit.core.python_auto_container.default_task_resolver"
    return ["pyflyte-execute", *PATHS, "--resolver", resolver, "--", "task-module", module, "task-name", name]


#: Limits of their own: otherwise they are the requests, as in Flyte, and a Python takes its time with 10m of a CPU.
RESOURCES = {"requests": {"cpu": "10m", "memory": "32Mi"}, "limits": {"cpu": "2", "memory": "1Gi"}}


def task(
    args: list[str],
    *,
    inputs: dict[str, Any] | None = None,
    outputs: dict[str, Any] | None = None,
    image: str = EXAMPLES_IMAGE,
    **fields: Any,
) -> dict[str, Any]:
    """A TaskTemplate's spec."""
    interface = {"inputs": inputs or {}, "outputs": outputs or {}}
    task_id = {"project": "tests", "domain": "development", "name": "task", "version": "v1"}
    container = {"image": image, "args": args, "resources": dict(RESOURCES)}
    return {"id": task_id, "interface": interface, "container": container, **fields}


def divider(args: list[str] | None = None, **fields: Any) -> dict[str, Any]:
    """The divider task's spec; by default a plain function behind the legacy command line."""
    args = args or legacy_args("app.workflows.failing_workflows", "divider")
    return task(args, inputs={"a": "integer", "b": "integer"}, outputs={"o0": "float"}, **fields)


def execution(name: str, **spec: Any) -> dict[str, Any]:
    """A TaskExecution."""
    return {"apiVersion": "glider.dev/v1alpha1", "kind": "TaskExecution", "metadata": {"name": name}, "spec": spec}


def template(name: str, spec: dict[str, Any]) -> dict[str, Any]:
    """A TaskTemplate."""
    return {"apiVersion": "glider.dev/v1alpha1", "kind": "TaskTemplate", "metadata": {"name": name}, "spec": spec}


def to_yaml(*documents: dict[str, Any]) -> str:
    """The documents as `kubectl apply -f -` takes them."""
    return yaml.safe_dump_all(documents, sort_keys=False)
