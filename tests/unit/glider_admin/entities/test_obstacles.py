"""Which nodes keep Glider from running a workflow, and which tasks a client needs to show it."""

from __future__ import annotations

from typing import Any

from flyteidl.admin import workflow_pb2

from glider_admin.entities.closures import tasks_in, workflow_message
from glider_admin.entities.obstacles import described, obstacles

Node = dict[str, Any]


def reference(name: str) -> dict[str, str]:
    return {"project": "p", "domain": "d", "name": name, "version": "v"}


def task(node: str, name: str) -> Node:
    return {"id": node, "task_node": {"reference_id": reference(name)}}


NODES: list[Node] = [
    {"id": "start-node"},
    task("n0", "app.add"),
    {"id": "n1", "branch_node": {"if_else": {"case": {"then_node": task("n1-n0", "app.then")}, "else_node": task("n1-n1", "app.else")}}},
    {"id": "n2", "workflow_node": {"sub_workflow_ref": reference("app.inner")}},
    {"id": "n3", "workflow_node": {"launchplan_ref": reference("app.plan")}},
    {"id": "n4", "gate_node": {"signal": {"signal_id": "go"}}},
    {"id": "n5", "array_node": {"node": task("n5-n0", "app.mapped")}},
    {"id": "n6"},
]
SPEC = workflow_pb2.WorkflowSpec(
    template={"id": reference("app.outer"), "nodes": NODES, "failure_node": task("fn", "app.sorry")},
    sub_workflows=[{"id": reference("app.inner"), "nodes": [task("n0", "app.add")]}],
)


def test_every_node_is_named_with_what_it_is() -> None:
    assert list(obstacles(SPEC)) == [
        ("n0", "the task app.add"),
        ("n1", "a branch"),
        ("n2", "the workflow app.inner"),
        ("n3", "the launch plan app.plan"),
        ("n4", "a gate"),
        ("n5", "an array of task app.mapped"),
        ("n6", "a node of an unknown kind"),
        ("fn", "the task app.sorry"),
        ("app.inner.n0", "the task app.add"),
    ]


def test_a_message_names_the_first_ones() -> None:
    assert described([]) == "no nodes"
    assert described([("n0", "a gate"), ("n1", "a branch")]) == "n0 (a gate), n1 (a branch)"
    assert described([(f"n{number}", "a gate") for number in range(25)]).endswith("n19 (a gate), and 5 more")


def test_the_tasks_of_a_workflow_are_found_within_branches_arrays_and_sub_workflows() -> None:
    assert [one.name for one in tasks_in(SPEC)] == ["app.add", "app.else", "app.mapped", "app.sorry", "app.then"]


def test_a_closure_has_the_workflow_as_it_was_registered_under_the_identifier_that_was_asked_for() -> None:
    asked = {**reference("app.outer"), "domain": "production"}
    made = workflow_message(SPEC, workflow_pb2.Workflow(id=asked).id, tasks={}, created="2026-11-29T12:00:00Z")
    closure = made.closure.compiled_workflow
    assert (made.id.domain, closure.primary.template.id.domain) == ("production", "production")
    assert list(closure.primary.template.nodes) == list(SPEC.template.nodes)
    assert [one.template.id.name for one in closure.sub_workflows] == ["app.inner"]
    assert made.closure.created_at.seconds > 0
