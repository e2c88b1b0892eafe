"""The TaskTemplate of a task in Flyte's form: identity, names, labels, and the original in an annotation."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flyteidl.admin import task_pb2
from google.protobuf import json_format

from glider.wire.jsonform import FieldError
from glider_client.conversion.fast import awaits_code, code_of, with_code_at, without_fast_execute
from glider_client.conversion.files import Found, Package
from glider_client.conversion.specs import annotations_of, spec_of, unsupported
from glider_core.api.labels import API_VERSION, GROUP, TEMPLATE_KIND
from glider_core.api.task import TaskId, parse_task
from glider_core.api.template_names import DESCRIPTION, LONGEST_DESCRIPTION, content_version, template_labels, template_name

Json = Mapping[str, Any]

#: The task as Flyte has it, a flyteidl TaskSpec as proto JSON.
FLYTE_SPEC = f"{GROUP}/flyte-spec"
#: Annotations of an object may have 256 KiB together, and `kubectl apply` keeps the whole object in another one.
MOST_BYTES = 64 << 10
#: How flytekit names a map task.
_MAPPED = "-arraynode"
#: A variable that it gives to dynamic tasks, and to eager ones.
_DYNAMIC = "_F_SS_C"


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """What the TaskTemplates are to be; empty where the task's own counts, or the default.

    `code_uri` and `destination`: where the code of fast-registered tasks is, and where it is unpacked. `code`: `spec.code`, instead,
    also of a task whose command line names where its code was uploaded to.
    """

    namespace: str = ""
    project: str = ""
    domain: str = ""
    version: str = ""
    image: str = ""
    code_uri: str = ""
    destination: str = ""
    code: Json | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Conversion:
    """The TaskTemplates of a package, and what isn't, or only partly, in them, in a sentence each."""

    templates: tuple[dict[str, Any], ...]
    notes: tuple[str, ...]


def convert(package: Package, target: Target) -> Conversion:
    """The TaskTemplates of all tasks in `package` that Glider can run.

    Raises:
        FieldError: one of them can't be converted; its file and name are in the message.
    """
    templates, notes = [], []
    for found in package.found:
        if found.task is None:
            notes.append(f"not converted: the {found.kind} {found.name}: Glider runs tasks")
        elif reason := unsupported(found.task.template):
            notes.append(f"not converted: the task {found.name}: it {reason}")
        else:
            try:
                document = template_document(found.task, target)
            except FieldError as error:
                raise error.within(f"{found.source}: {found.name}") from error
            templates.append(document)
            notes += _remarks(found, document)
    return Conversion(templates=tuple(templates), notes=tuple(notes))


def _remarks(found: Found, document: Json) -> Iterator[str]:
    if FLYTE_SPEC not in document["metadata"].get("annotations", {}):
        yield f"the task {found.name}: the annotation {FLYTE_SPEC} is left out, since it would have more than {MOST_BYTES >> 10} KiB"
    if reason := runs_in_part(document):
        yield f"the task {found.name}: {reason}"


def runs_in_part(document: Json) -> str:
    """What an execution of a TaskTemplate leaves undone; empty where it does all that it would under Flyte."""
    spec = document["spec"]
    if str((spec.get("id") or {}).get("name") or "").endswith(_MAPPED):
        return "an execution runs one element, the one that BATCH_JOB_ARRAY_INDEX_VAR_NAME in its env names"
    environment = (spec.get("container") or {}).get("env") or ()
    if not spec.get("eager") and any(variable["name"] == _DYNAMIC for variable in environment):
        return "it is dynamic, and its nodes are left in futures.pb for a workflow engine to run"
    return ""


def awaits_code_in(package: Package) -> bool:
    """Whether a task in `package` was serialized for fast registration."""
    tasks = [found.task.template for found in package.found if found.task is not None]
    return any(awaits_code(spec_of(template)) for template in tasks if not unsupported(template))


def template_document(task: task_pb2.TaskSpec, target: Target) -> dict[str, Any]:
    """The TaskTemplate of `task`, as it is applied.

    Raises:
        FieldError: Glider can't run the task, or the operator would refuse it.
    """
    identifier = task.template.id
    spec = spec_of(task.template, image=target.image)
    if awaits_code(spec) or (target.code is not None and code_of(spec)):
        spec = _with_code(spec, target)
    version = target.version or identifier.version or content_version(spec)
    spec = {"id": _identity(task, target, version=version), **spec}
    parse_task(spec, path="spec")
    annotations = annotations_of(task.template) | _described(task) | original_of(task)
    return {
        "apiVersion": API_VERSION,
        "kind": TEMPLATE_KIND,
        "metadata": {
            "name": template_name(task=identifier.name, version=version),
            **({"namespace": target.namespace} if target.namespace else {}),
            "labels": dict(template_labels(task=identifier.name, version=version)),
            **({"annotations": annotations} if annotations else {}),
        },
        "spec": spec,
    }


def original_of(task: task_pb2.TaskSpec) -> dict[str, str]:
    """The annotation with the original; none where it is too large."""
    document = json_format.MessageToDict(task)  # with its placeholders, also where the TaskTemplate has them filled in
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return {FLYTE_SPEC: text} if len(text.encode()) <= MOST_BYTES else {}


def _with_code(spec: Json, target: Target) -> dict[str, Any]:
    if target.code_uri:
        return with_code_at(spec, uri=target.code_uri, destination=target.destination)
    if target.code is not None:
        return without_fast_execute(spec) | {"code": dict(target.code)}
    expected = "the URI of the task's code, since it was serialized for fast registration: pass --code-uri or --storage"
    raise FieldError("{{ .remote_package_path }}", expected=expected, found="{{ .remote_package_path }}")


def _identity(task: task_pb2.TaskSpec, target: Target, *, version: str) -> dict[str, str]:
    own = task.template.id
    default = TaskId.of(namespace=target.namespace or "default", name=own.name)
    return {
        "project": target.project or own.project or default.project,
        "domain": target.domain or own.domain or default.domain,
        "name": own.name,
        "version": version,
    }


def _described(task: task_pb2.TaskSpec) -> dict[str, str]:
    description = task.description
    text = description.long_description.value or description.short_description
    return {DESCRIPTION: text[:LONGEST_DESCRIPTION]} if text else {}
