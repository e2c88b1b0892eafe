"""An entity that is kept in a ConfigMap of its own, by version: its names, labels, content and bounds; pure.

The content is the spec as it was registered, compressed. It can't be changed; what can be, a launch plan's state, is in the metadata.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from flyteidl.admin import launch_plan_pb2, task_pb2, workflow_pb2
from flyteidl.core import identifier_pb2
from google.protobuf.message import DecodeError

from glider.wire.jsonform import FieldError, words
from glider_admin.messages.registrations import DIGEST, REGISTERED, now_text, registered_at
from glider_core.api.labels import GROUP
from glider_core.api.template_names import template_labels, template_name

Json = Mapping[str, Any]

#: Labels of such a ConfigMap: what it has, and that Glider doesn't run it.
KIND_LABEL = f"{GROUP}/flyte-kind"
RUNS_LABEL = f"{GROUP}/runs"
#: Its annotations, beside those of every registration.
NAME, VERSION = f"{GROUP}/flyte-name", f"{GROUP}/flyte-version"
OBSTACLES = f"{GROUP}/obstacles"
#: The workflow of a launch plan, so that a list needs no content to be filtered by it.
WORKFLOW = f"{GROUP}/flyte-workflow"
#: Its one entry.
_ENTRY = "spec.pb.gz"
_LEVEL = 6
#: A ConfigMap has 1 MiB; in it the content is written as base64.
MOST_BYTES = 700 << 10
#: More isn't even compressed. And whoever writes a ConfigMap by hand can't fill the front's memory.
MOST_UNPACKED = 8 << 20
_LONGEST_NOTE = 4096
#: No entity has a longer name.
LONGEST_NAME = 1024


class EntityKind(StrEnum):
    """What is kept: as its label has it."""

    TASK = "task"
    WORKFLOW = "workflow"
    LAUNCH_PLAN = "launchplan"

    @property
    def words(self) -> str:
        """In messages."""
        return "launch plan" if self is EntityKind.LAUNCH_PLAN else self.value

    @property
    def resource_type(self) -> identifier_pb2.ResourceType:
        """In identifiers."""
        return _TYPES[self]


_TYPES = {
    EntityKind.TASK: identifier_pb2.TASK,
    EntityKind.WORKFLOW: identifier_pb2.WORKFLOW,
    EntityKind.LAUNCH_PLAN: identifier_pb2.LAUNCH_PLAN,
}


_SPECS: Mapping[EntityKind, Any] = {
    EntityKind.TASK: task_pb2.TaskSpec,
    EntityKind.WORKFLOW: workflow_pb2.WorkflowSpec,
    EntityKind.LAUNCH_PLAN: launch_plan_pb2.LaunchPlanSpec,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """An entity as its ConfigMap has it.

    Attributes:
        kind: what it is.
        name: its full name.
        version: its version.
        created: when it was registered, in RFC 3339.
        digest: identifies its content.
        obstacles: what keeps Glider from running it; empty where nothing is known.
        metadata: all else that the ConfigMap has.
        data: the content, compressed and in base64; empty in lists.
    """

    kind: EntityKind
    name: str
    version: str
    created: str
    digest: str
    obstacles: str
    metadata: Json
    data: str

    @property
    def spec(self) -> Any:
        """The TaskSpec, WorkflowSpec or LaunchPlanSpec as it was registered.

        Raises:
            FieldError: somebody wrote the ConfigMap by hand.
        """
        unpacking = zlib.decompressobj(wbits=31)
        try:
            content = unpacking.decompress(base64.b64decode(self.data, validate=True), MOST_UNPACKED)
            if unpacking.eof:
                return _SPECS[self.kind].FromString(content)
        except (zlib.error, binascii.Error, ValueError, DecodeError) as error:
            raise self._unreadable() from error
        raise self._unreadable()

    def _unreadable(self) -> FieldError:
        field = f"the ConfigMap {self.metadata.get('name')}: binaryData"
        return FieldError(field, expected=f"a {self.kind.words} as it was registered", found=words("something else"))


def object_name(kind: EntityKind, *, name: str, version: str) -> str:
    """The name of the ConfigMap of one version."""
    return f"{kind}-{template_name(task=name, version=version)}"


def check_size(kind: EntityKind, size: int) -> None:
    """Nothing, for a spec of `size` bytes that may fit when it is compressed.

    Raises:
        FieldError: it is too large for that.
    """
    if size > MOST_UNPACKED:
        expected = f"a {kind.words} of at most {MOST_UNPACKED >> 20} MiB, and of {MOST_BYTES >> 10} KiB when compressed"
        raise FieldError("spec", expected=expected, found=words(f"{size >> 10:,} KiB"))


def config_map(
    kind: EntityKind,
    *,
    identifier: identifier_pb2.Identifier,
    namespace: str,
    content: bytes,
    digest: str,
    obstacles: str,
    now: datetime,
    owners: Sequence[Json] = (),
    workflow: str = "",
) -> dict[str, Any]:
    """The ConfigMap for an entity whose spec is `content`. It goes when the last of its `owners` does; without any, never by itself.

    `workflow` is the name of a launch plan's.

    Raises:
        FieldError: the entity is too large.
    """
    packed = gzip.compress(content, _LEVEL, mtime=0)
    if len(packed) > MOST_BYTES:
        expected = f"a {kind.words} of at most {MOST_BYTES >> 10} KiB when compressed, since it is kept in a ConfigMap"
        raise FieldError("spec", expected=expected, found=words(f"{len(packed) >> 10:,} KiB ({len(content) >> 10:,} KiB as it was sent)"))
    name, version = identifier.name, identifier.version
    labels = {KIND_LABEL: str(kind), RUNS_LABEL: "false", **template_labels(task=name, version=version)}
    annotations = {NAME: name, VERSION: version, DIGEST: digest, REGISTERED: now_text(now), OBSTACLES: obstacles[:_LONGEST_NOTE]}
    if workflow:
        annotations[WORKFLOW] = workflow[:LONGEST_NAME]
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": object_name(kind, name=name, version=version),
            "namespace": namespace,
            "labels": labels,
            "annotations": annotations,
            **({"ownerReferences": list(owners)} if owners else {}),
        },
        "immutable": True,
        "binaryData": {_ENTRY: base64.b64encode(packed).decode()},
    }


def kept_of(document: Json) -> Kept | None:
    """The entity in a ConfigMap; None for a ConfigMap of another kind."""
    metadata = document.get("metadata") or {}
    labels, annotations = metadata.get("labels") or {}, metadata.get("annotations") or {}
    try:
        kind = EntityKind(labels.get(KIND_LABEL, ""))
    except ValueError:
        return None
    if not (annotations.get(NAME) and annotations.get(VERSION)):
        return None
    return Kept(
        kind=kind,
        name=str(annotations[NAME]),
        version=str(annotations[VERSION]),
        created=registered_at(metadata),
        digest=str(annotations.get(DIGEST) or ""),
        obstacles=str(annotations.get(OBSTACLES) or ""),
        metadata=metadata,
        data=str((document.get("binaryData") or {}).get(_ENTRY) or ""),
    )
