"""What flytekit's tools leave in files: archives of `pyflyte package`, messages of `pyflyte serialize`, and either as proto JSON.

A message doesn't name its kind, but each has an identifier with the type of what it identifies.
"""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from flyteidl.admin import launch_plan_pb2, task_pb2, workflow_pb2
from flyteidl.core import errors_pb2, identifier_pb2, literals_pb2, tasks_pb2
from google.protobuf import json_format
from google.protobuf.message import DecodeError, Message

from glider.loading.archives import ArchiveError, open_bounded
from glider.wire.jsonform import FieldError, words

#: More than any project has; a task's message is about a kilobyte.
_MOST_BYTES = 256 << 20
#: How much of a member is read at once. Of an archive that is compressed a lot is refused.
_PORTION = 1 << 20
_ARCHIVES = (".tar.gz", ".tgz")
_MESSAGE = ".pb"
_EXPECTED = "an archive of `pyflyte package`, a task's .pb file of `pyflyte serialize`, or a task as proto JSON"
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A task in a file, or the workflow or launch plan of that name; `source` is the file."""

    source: str
    kind: str
    name: str
    task: task_pb2.TaskSpec | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Package:
    """What a file holds; `bundle` is the code that is to be fast-registered with it, as a .tar.gz, and its name."""

    found: tuple[Found, ...]
    bundle: bytes = field(default=b"", repr=False)
    bundle_name: str = ""


def read_package(path: Path) -> Package:
    """What the file, or the files in the folder at `path`, hold.

    Raises:
        FieldError: it is neither; the message names what it holds instead.
    """
    if path.is_dir():
        parts = {file.name: file.read_bytes() for file in sorted(path.iterdir()) if file.name.endswith((_MESSAGE, *_ARCHIVES))}
        return _package(str(path), parts)
    data = path.read_bytes()
    if data.startswith(_GZIP) or path.name.endswith((*_ARCHIVES, ".tar")):
        return _package(str(path), dict(_members(str(path), data)))
    found = tuple(_of_json(str(path), data)) if data.lstrip()[:1] in (b"{", b"[") else (_of_message(str(path), data),)
    return Package(found=found)


def _package(source: str, parts: Mapping[str, bytes]) -> Package:
    messages = sorted((name for name in parts if name.endswith(_MESSAGE)), key=_number)
    found = [_of_message(f"{source}: {name}", parts[name]) for name in messages]
    if not found:
        held = f"{len(parts)} other files" if parts else "no files"
        raise FieldError(source, expected=_EXPECTED, found=words(f"an archive or a folder with {held}"))
    bundles = [name for name in parts if name.endswith(_ARCHIVES)]
    if len(bundles) > 1:
        raise FieldError(source, expected="at most one archive of code beside the tasks", found=words(", ".join(bundles)))
    name = bundles[0] if bundles else ""
    return Package(found=tuple(found), bundle=parts.get(name, b""), bundle_name=Path(name).name)


def _number(name: str) -> tuple[int, str]:
    """In the order in which flytekit wrote them: it numbers its files."""
    number, _, _ = Path(name).name.partition("_")
    return (int(number) if number.isdecimal() else 0), name


def _members(source: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    try:
        packed = io.BytesIO(data)
        with open_bounded(gzip.GzipFile(fileobj=packed)) if data.startswith(_GZIP) else tarfile.open(fileobj=packed) as archive:
            size = 0
            for member in archive:
                size += member.size
                if size > _MOST_BYTES:
                    raise FieldError(source, expected=f"at most {_MOST_BYTES >> 20} MiB to unpack", found=words("more"))
                if (file := archive.extractfile(member)) is not None:
                    yield member.name, b"".join(iter(partial(file.read, _PORTION), b""))
    except ArchiveError as error:
        raise FieldError(source, expected=_EXPECTED, found=words(f"an archive that isn't ({error})")) from error
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        held = "no archive" if isinstance(error, tarfile.ReadError) and not data.startswith(_GZIP) else "one that is truncated or broken"
        raise FieldError(source, expected=_EXPECTED, found=words(f"{held} ({error})")) from error


def _of_message(source: str, data: bytes) -> Found:
    for read in (_task_spec, _task_template, _workflow, _launch_plan):
        if (found := _tried(read, source, data)) is not None:
            return found
    raise FieldError(source, expected=_EXPECTED, found=words(_held_by(data)))


def _tried(read: Callable[[str, bytes], Found | None], source: str, data: bytes) -> Found | None:
    try:
        return read(source, data)
    except DecodeError:
        return None


def _task_spec(source: str, data: bytes) -> Found | None:
    return _as_task(source, task_pb2.TaskSpec.FromString(data))


def _task_template(source: str, data: bytes) -> Found | None:
    return _as_task(source, task_pb2.TaskSpec(template=tasks_pb2.TaskTemplate.FromString(data)))


def _as_task(source: str, spec: task_pb2.TaskSpec) -> Found | None:
    if spec.template.id.resource_type != identifier_pb2.TASK:
        return None
    return Found(source=source, kind="task", name=spec.template.id.name, task=spec)


def _workflow(source: str, data: bytes) -> Found | None:
    identifier = workflow_pb2.WorkflowSpec.FromString(data).template.id
    return Found(source=source, kind="workflow", name=identifier.name) if identifier.resource_type == identifier_pb2.WORKFLOW else None


def _launch_plan(source: str, data: bytes) -> Found | None:
    identifier = launch_plan_pb2.LaunchPlan.FromString(data).id
    return (
        Found(source=source, kind="launch plan", name=identifier.name) if identifier.resource_type == identifier_pb2.LAUNCH_PLAN else None
    )


def _held_by(data: bytes) -> str:
    """What bytes that are no task hold, for a message."""
    if not data:
        return "an empty file"
    if _is_text(data):
        return "text; --to-flyte converts TaskTemplates, and `pyflyte package` serializes tasks in Python"
    kinds: dict[str, tuple[type[Message], str]] = {
        "inputs or outputs, a LiteralMap": (literals_pb2.LiteralMap, "literals"),
        "the error of a task, an ErrorDocument": (errors_pb2.ErrorDocument, "error"),
    }
    for name, (kind, content) in kinds.items():
        try:
            message = kind()
            message.ParseFromString(data)
        except DecodeError:
            continue
        if getattr(message, content) and message.SerializeToString(deterministic=True) and message.ByteSize() == len(data):
            return name
    return f"{len(data)} bytes that are no message of flyteidl's with an identifier: is the file truncated?"


def _is_text(data: bytes) -> bool:
    try:
        return data.decode().replace("\n", "").replace("\t", "").isprintable()
    except UnicodeDecodeError:
        return False


def _of_json(source: str, data: bytes) -> Iterator[Found]:
    try:
        documents = json.loads(data)
    except ValueError as error:
        raise FieldError(source, expected=_EXPECTED, found=words(f"JSON that can't be read ({error})")) from error
    for document in documents if isinstance(documents, list) else [documents]:
        yield _of_document(source, document)


def _of_document(source: str, document: Any) -> Found:
    """A TaskSpec, a TaskTemplate, or what `flytectl get task -o json` prints, in proto JSON."""
    if not isinstance(document, Mapping):
        raise FieldError(source, expected=_EXPECTED, found=document)
    if str(document.get("apiVersion") or "").startswith("glider.dev/"):
        found = words(f"a {document.get('kind')} already; --to-flyte converts one")
        raise FieldError(source, expected=_EXPECTED, found=found)
    closure = document.get("closure")
    compiled = closure.get("compiledTask") if isinstance(closure, Mapping) else None
    form = compiled if isinstance(compiled, Mapping) else document
    kind = task_pb2.TaskSpec if "template" in form else tasks_pb2.TaskTemplate
    try:
        message = json_format.ParseDict(dict(form), kind())
    except (json_format.ParseError, TypeError, ValueError, AttributeError, RecursionError) as error:
        reason = str(error).partition("\n")[0]
        raise FieldError(source, expected=_EXPECTED, found=words(f"another document ({reason})")) from error
    spec = message if isinstance(message, task_pb2.TaskSpec) else task_pb2.TaskSpec(template=message)
    if not spec.template.id.name:
        raise FieldError(source, expected=_EXPECTED, found=words("a task without an identifier"))
    return Found(source=source, kind="task", name=spec.template.id.name, task=spec)
