"""A workflow as a client fetches it: with its sub-workflows and tasks, which FlyteAdmin's compiler puts together; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flyteidl.admin import workflow_pb2
from flyteidl.core import identifier_pb2, tasks_pb2

from glider_admin.entities.obstacles import nodes_of
from glider_admin.messages.tasks import timestamp_of

#: A project, a domain, a name and a version.
Key = tuple[str, str, str, str]


def key_of(identifier: identifier_pb2.Identifier) -> Key:
    """What is the same for the same version of an entity."""
    return identifier.project, identifier.domain, identifier.name, identifier.version


def tasks_in(spec: workflow_pb2.WorkflowSpec) -> Sequence[identifier_pb2.Identifier]:
    """The tasks that a workflow and its sub-workflows refer to, each once."""
    templates = [spec.template, *spec.sub_workflows]
    nodes = (node for template in templates for node in nodes_of(template) if node.WhichOneof("target") == "task_node")
    found = {key_of(node.task_node.reference_id): node.task_node.reference_id for node in nodes}
    return [found[key] for key in sorted(found)]


def workflow_message(
    spec: workflow_pb2.WorkflowSpec,
    identifier: identifier_pb2.Identifier,
    *,
    tasks: Mapping[Key, tasks_pb2.TaskTemplate],
    created: str,
) -> workflow_pb2.Workflow:
    """The workflow under the identifier that was asked for; `tasks` are those that it refers to."""
    made = workflow_pb2.Workflow(id=identifier, short_description=spec.description.short_description)
    closure = made.closure.compiled_workflow
    closure.primary.template.CopyFrom(spec.template)
    closure.primary.template.id.CopyFrom(identifier)
    for template in spec.sub_workflows:
        closure.sub_workflows.add().template.CopyFrom(template)
    for key in sorted(tasks):
        closure.tasks.add().template.CopyFrom(tasks[key])
    made.closure.created_at.CopyFrom(timestamp_of(created))
    return made


def without_closure(spec: workflow_pb2.WorkflowSpec, identifier: identifier_pb2.Identifier, *, created: str) -> workflow_pb2.Workflow:
    """The workflow as a list has it: its interface alone."""
    made = workflow_pb2.Workflow(id=identifier, short_description=spec.description.short_description)
    template = made.closure.compiled_workflow.primary.template
    template.id.CopyFrom(identifier)
    template.interface.CopyFrom(spec.template.interface)
    made.closure.created_at.CopyFrom(timestamp_of(created))
    return made
