"""What keeps Glider from running a workflow, node by node; pure.

Today no workflow is run, so every node stands in the way. An engine that runs some kinds of nodes takes those out of here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from flyteidl.admin import workflow_pb2
from flyteidl.core import identifier_pb2
from flyteidl.core import workflow_pb2 as core_workflow_pb2

#: What Flyte's compiler adds: where data comes in and goes out.
_SYSTEM = frozenset({"start-node", "end-node"})
_MOST_NAMED = 20

Node = core_workflow_pb2.Node


def obstacles(spec: workflow_pb2.WorkflowSpec) -> Sequence[tuple[str, str]]:
    """The nodes of the workflow, and its sub-workflows, that Glider doesn't run: each with what it is."""
    return list(_of_templates([spec.template, *spec.sub_workflows]))


def described(found: Iterable[tuple[str, str]]) -> str:
    """As a part of a message: n0 (the task app.tasks.add), n1 (a branch)."""
    parts = [f"{node} ({reason})" for node, reason in found]
    more = [f"and {len(parts) - _MOST_NAMED} more"] if len(parts) > _MOST_NAMED else []
    return ", ".join([*parts[:_MOST_NAMED], *more]) or "no nodes"


def _of_templates(templates: Iterable[core_workflow_pb2.WorkflowTemplate]) -> Iterator[tuple[str, str]]:
    for number, template in enumerate(templates):
        prefix = f"{template.id.name}." if number else ""
        failure = [template.failure_node] if template.HasField("failure_node") else []
        yield from ((prefix + node.id, _kind(node)) for node in [*template.nodes, *failure] if node.id not in _SYSTEM)


def _kind(node: Node) -> str:
    match node.WhichOneof("target"):
        case "task_node":
            return f"the task {_named(node.task_node.reference_id)}"
        case "workflow_node" if node.workflow_node.HasField("launchplan_ref"):
            return f"the launch plan {_named(node.workflow_node.launchplan_ref)}"
        case "workflow_node":
            return f"the workflow {_named(node.workflow_node.sub_workflow_ref)}"
        case "branch_node":
            return "a branch"
        case "gate_node":
            return "a gate"
        case "array_node":
            return f"an array of {_kind(node.array_node.node).removeprefix('the ')}"
        case _:
            return "a node of an unknown kind"


def _named(identifier: identifier_pb2.Identifier) -> str:
    return identifier.name


def nodes_of(template: core_workflow_pb2.WorkflowTemplate) -> Iterator[Node]:
    """All nodes of a workflow, those within branches and arrays too."""
    waiting = [*template.nodes, *([template.failure_node] if template.HasField("failure_node") else [])]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += _within(node)


def _within(node: Node) -> list[Node]:
    match node.WhichOneof("target"):
        case "array_node":
            return [node.array_node.node]
        case "branch_node":
            block = node.branch_node.if_else
            otherwise = [block.else_node] if block.HasField("else_node") else []
            return [block.case.then_node, *(one.then_node for one in block.other), *otherwise]
        case _:
            return []
