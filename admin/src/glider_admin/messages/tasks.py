"""Tasks: the TaskTemplate that a registration makes, and the Task that a client gets of a TaskTemplate."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flyteidl.admin import task_pb2
from flyteidl.core import identifier_pb2, tasks_pb2
from google.protobuf import json_format, timestamp_pb2

from glider.wire.jsonform import FieldError, nothing, words
from glider_admin.messages.registrations import DIGEST, REGISTERED, digest_of, now_text, registered_at, written
from glider_client.conversion.documents import FLYTE_SPEC, Target, template_document
from glider_client.conversion.fast import awaits_code, code_of
from glider_client.conversion.messages import task_spec_of
from glider_client.conversion.specs import spec_of
from glider_core.api.labels import API_VERSION, TEMPLATE_KIND
from glider_core.api.moments import parse_time

Json = Mapping[str, Any]

#: How large a task may be, so that it fits twice into an object: as it was registered, and as Glider runs it.
MOST_BYTES = 192 << 10
_TEMPLATE = "spec.template"
#: Items of lists don't have it.
_KIND = {"apiVersion": API_VERSION, "kind": TEMPLATE_KIND}


def registered_spec(request: task_pb2.TaskCreateRequest) -> task_pb2.TaskSpec:
    """The spec in `request`, under the identifier of the request, which counts: as FlyteAdmin has it.

    Raises:
        FieldError: it has no task, or a task of another form than flytekit's.
    """
    if not request.spec.HasField("template"):
        raise FieldError(_TEMPLATE, expected="a task", found=nothing())
    if not request.spec.template.type:
        raise FieldError(f"{_TEMPLATE}.type", expected="the type of the task, such as python-task", found=nothing())
    _check_size(request.spec.ByteSize())  # before it is written as JSON, which has more bytes
    spec = task_pb2.TaskSpec()
    spec.CopyFrom(request.spec)
    spec.template.id.CopyFrom(request.id)
    spec.template.id.resource_type = identifier_pb2.TASK
    return spec


def code_uri(template: tasks_pb2.TaskTemplate) -> str:
    """Where the code of a fast-registered task is; empty where it is in the image.

    Raises:
        FieldError: nobody has filled that in.
    """
    spec = spec_of(template)
    if awaits_code(spec):
        expected = "the address of the task's code, which `pyflyte register` and `flytectl register` fill in"
        raise FieldError(f"{_TEMPLATE}.container.args", expected=expected, found="{{ .remote_package_path }}")
    return code_of(spec)


def task_digest(spec: task_pb2.TaskSpec, *, code: Json | None = None) -> str:
    """Identifies the task; `code`: what the front keeps of its code, whose address differs from upload to upload."""
    template = tasks_pb2.TaskTemplate()
    template.CopyFrom(spec.template)
    template.ClearField("id")
    document = written(template, field=_TEMPLATE)
    if code is not None:
        uri = code_of(spec_of(spec.template))
        document = json.loads(json.dumps(document).replace(json.dumps(uri), json.dumps(f"sha256:{code['sha256']}")))
    return digest_of({"name": spec.template.id.name, "version": spec.template.id.version, "template": document})


def registered_document(spec: task_pb2.TaskSpec, *, namespace: str, code: Json | None, now: datetime) -> dict[str, Any]:
    """The TaskTemplate of a task: that of `glider convert`, always with the original, and with what a comparison needs.

    Raises:
        FieldError: Glider can't run the task, the operator would refuse it, or it is too large.
    """
    document = written(spec, field="spec")
    original = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    _check_size(len(original.encode(errors="surrogatepass")))
    template = template_document(spec, Target(namespace=namespace, code=code))
    metadata = template["metadata"]
    recorded = {FLYTE_SPEC: original, DIGEST: task_digest(spec, code=code), REGISTERED: now_text(now)}
    return {**template, "metadata": {**metadata, "annotations": {**metadata.get("annotations", {}), **recorded}}}


def _check_size(size: int) -> None:
    if size > MOST_BYTES:
        expected = f"a task of at most {MOST_BYTES >> 10} KiB as JSON, since it is kept in one object"
        raise FieldError(_TEMPLATE, expected=expected, found=words(f"{size >> 10:,} KiB"))


def is_same(there: Json, here: Json) -> bool:
    """Whether two TaskTemplates of one version are the same task: what was registered, or, where another tool wrote one, what is run."""
    digests = [(document["metadata"].get("annotations") or {}).get(DIGEST) for document in (there, here)]
    if all(digests):
        return digests[0] == digests[1]
    return _run(there) == _run(here)


def _run(document: Json) -> dict[str, Any]:
    return {name: value for name, value in document["spec"].items() if name != "id"}


def task_message(document: Json, identifier: identifier_pb2.Identifier) -> task_pb2.Task:
    """The Task of a TaskTemplate, under the identifier that was asked for.

    Raises:
        FieldError: the TaskTemplate isn't one that the operator takes.
    """
    spec = spec_in(document)
    return task_of_spec(spec, identifier, created=registered_at(document["metadata"]))


def task_of_spec(spec: task_pb2.TaskSpec, identifier: identifier_pb2.Identifier, *, created: str) -> task_pb2.Task:
    """The Task of a spec."""
    task = task_pb2.Task(id=identifier, short_description=spec.description.short_description)
    task.closure.compiled_task.template.CopyFrom(spec.template)
    task.closure.compiled_task.template.id.CopyFrom(identifier)
    task.closure.created_at.CopyFrom(timestamp_of(created))
    return task


def spec_in(document: Json) -> task_pb2.TaskSpec:
    """The TaskSpec of a TaskTemplate: to the letter what a client registered, where one did.

    Raises:
        FieldError: the TaskTemplate isn't one that the operator takes.
    """
    annotations = document["metadata"].get("annotations") or {}
    if annotations.get(DIGEST) and annotations.get(FLYTE_SPEC):
        try:
            return json_format.ParseDict(json.loads(annotations[FLYTE_SPEC]), task_pb2.TaskSpec(), ignore_unknown_fields=True)
        except (json_format.ParseError, TypeError, ValueError, AttributeError, RecursionError):  # somebody wrote it by hand
            pass
    return task_spec_of({**_KIND, **document})


def timestamp_of(text: str) -> timestamp_pb2.Timestamp:
    """The moment that `text` is, as a Timestamp."""
    made, moment = timestamp_pb2.Timestamp(), parse_time(text)
    if moment is not None:
        made.FromDatetime(moment)
    return made
