"""An entity as a list has it: by the metadata of its ConfigMap alone, which is small whatever its content is; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from glider_admin.entities.kept import LONGEST_NAME, WORKFLOW, Kept, kept_of, object_name
from glider_admin.entities.launch_plans import ACTIVATED, UPDATED

Json = Mapping[str, Any]

#: What a list reads of the annotations, beside the name, the version and the time.
_READ = (ACTIVATED, UPDATED, WORKFLOW)


def row_of(document: Json) -> Kept | None:
    """The entity without its content and whatever else somebody wrote into the metadata.

    None for a ConfigMap that isn't kept under the name of its version: nobody could fetch it.
    """
    found = kept_of(document)
    if found is None or len(found.name) > LONGEST_NAME or len(found.version) > LONGEST_NAME:
        return None
    if found.metadata.get("name") != object_name(found.kind, name=found.name, version=found.version):
        return None
    annotations = found.metadata.get("annotations") or {}
    read = {name: value for name in _READ if len(value := str(annotations.get(name) or "")) <= LONGEST_NAME}
    metadata = {"name": found.metadata["name"], "namespace": found.metadata.get("namespace"), "annotations": read}
    return replace(found, metadata=metadata, digest="", obstacles="", data="")


def workflow_of(row: Kept) -> str:
    """The name of the workflow that a launch plan launches; empty where nobody recorded it."""
    return str((row.metadata.get("annotations") or {}).get(WORKFLOW) or "")
