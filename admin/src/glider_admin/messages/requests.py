"""The TaskExecution that a CreateExecutionRequest asks for. What Glider can't honour is refused by the name of its field."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from flyteidl.admin import execution_pb2
from flyteidl.core import execution_pb2 as core_execution_pb2
from google.protobuf.message import Message

from glider.wire.jsonform import FieldError, nothing, words
from glider_admin.messages.originals import FLYTE_ANSWER, FLYTE_REQUEST, SENT, annotations_of
from glider_admin.messages.times import created
from glider_core.api.execution import MAX_NAME
from glider_core.api.labels import GROUP, QUEUE_PREFIX

Json = Mapping[str, Any]
ExecutionSpec = execution_pb2.ExecutionSpec

#: How long a name that nobody gives is, as FlyteAdmin's are, and how it begins.
_LENGTH = 20
_FIRST = "f"
_OURS = f"{GROUP}/"


def check_honoured(spec: ExecutionSpec) -> None:
    """Raises a FieldError for what asks for something that Glider doesn't do."""
    for field, expected, found in _not_honoured(spec):
        raise FieldError(f"spec.{field}", expected=expected, found=words(found))


def _not_honoured(spec: ExecutionSpec) -> Iterator[tuple[str, str, str]]:
    run_as, role = spec.security_context.run_as, spec.auth_role
    if count := len(spec.notifications.notifications):
        yield "notifications", "none, since Glider sends none (leave them out)", f"{count}"
    if spec.quality_of_service.tier != core_execution_pb2.QualityOfService.UNDEFINED or spec.quality_of_service.HasField("spec"):
        yield "quality_of_service", "none, since the task's own timeouts count (leave it out)", "one"
    if spec.cluster_assignment.cluster_pool_name:
        yield "cluster_assignment", "none, since the front serves one cluster (leave it out)", spec.cluster_assignment.cluster_pool_name
    if spec.execution_cluster_label.value:
        yield "execution_cluster_label", "none, since the front serves one cluster (leave it out)", spec.execution_cluster_label.value
    if count := len(spec.execution_env_assignments):
        yield "execution_env_assignments", "none, since each attempt has a pod of its own (leave them out)", f"{count}"
    for field, iam in (("security_context.run_as.iam_role", run_as.iam_role), ("auth_role.assumable_iam_role", role.assumable_iam_role)):
        if iam:
            yield field, "a service account that has the role (k8s_service_account)", iam
    if run_as.HasField("oauth2_client"):
        yield "security_context.run_as.oauth2_client", "a service account (k8s_service_account)", "a client"
    for field, listed in (("secrets", spec.security_context.secrets), ("tokens", spec.security_context.tokens)):
        if listed:
            yield f"security_context.{field}", "none, since a task names those that it needs (register it with them)", f"{len(listed)}"
    for name in spec.annotations.values:
        if name.startswith(_OURS):
            yield "annotations", f"names outside of {GROUP}, which are Glider's own", name


def overrides_of(spec: ExecutionSpec) -> dict[str, Any]:
    """The fields of a TaskExecution's spec that `spec` sets."""
    labels = {name: value for name, value in spec.labels.values.items() if not name.startswith((_OURS, QUEUE_PREFIX))}
    raw, account = spec.raw_output_data_config.output_location_prefix, spec.security_context.run_as.k8s_service_account
    fields: dict[str, Any] = {
        "env": [{"name": name, "value": value} for name, value in {one.key: one.value for one in spec.envs.values}.items()],
        "labels": labels,
        "annotations": dict(spec.annotations.values),
        "serviceAccountName": account or spec.auth_role.kubernetes_service_account,
        "storage": {"rawOutputDataPrefix": raw} if raw else None,
        "interruptible": spec.interruptible.value if spec.HasField("interruptible") else None,
    }
    return {name: value for name, value in fields.items() if value not in (None, "", [], {})}


def request_key(request: Message, *, user: str) -> str:
    """What a request of `user` is known by: the same one again has the same."""
    content = request.SerializeToString(deterministic=True)
    return hashlib.sha256(b"\0".join((user.encode(), request.DESCRIPTOR.full_name.encode(), content))).hexdigest()[:40]


def is_repeated(execution: Json, *, key: str) -> bool:
    """Whether `execution` was created by the request that is known by `key`."""
    return annotations_of(execution).get(FLYTE_REQUEST) == key


def awaits_receipt(execution: Json, *, now: datetime, within: timedelta) -> bool:
    """Whether `execution` was created a moment ago by a request without a name, and its caller may not have received the answer."""
    return annotations_of(execution).get(FLYTE_ANSWER) == SENT and now - created(execution) <= within


def unnamed(key: str, number: int) -> str:
    """The name of the execution that the request of `key` makes without one, when it is made for the time of that `number`."""
    return _FIRST + hashlib.sha256(f"{key}\0{number}".encode()).hexdigest()[: _LENGTH - 1]


def check_name(name: str) -> None:
    """Raises a FieldError for a name that an execution can't have."""
    letters = name.replace("-", "")
    if len(name) > MAX_NAME or not (letters.isascii() and letters.isalnum() and letters == letters.lower()) or name.strip("-") != name:
        raise FieldError("name", expected=f"at most {MAX_NAME} lower-case letters, digits and dashes between them", found=name)


def check_task(spec: ExecutionSpec, *, project: str, domain: str) -> None:
    """Raises a FieldError where `spec` names no task, or one of another place than the execution's."""
    task = spec.launch_plan
    if not task.name:
        raise FieldError("spec.launch_plan.name", expected="the name of a task", found=nothing())
    if (task.project, task.domain) != (project, domain):
        expected = f"a task of {project} in {domain}, since an execution is in the namespace of its task"
        raise FieldError("spec.launch_plan", expected=expected, found=words(f"one of {task.project} in {task.domain}"))
