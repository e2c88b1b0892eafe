"""How tools name and version the TaskTemplates that they write: a short name that shows the task, and no two for different versions.

A task's full name and its version may be longer than an object's name, and may have other characters; labels find all versions of a task.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from glider_core.api.labels import GROUP

#: Labels of such a TaskTemplate.
TASK_HASH = f"{GROUP}/task-hash"
VERSION_HASH = f"{GROUP}/version-hash"
#: A label: the template stays, however long nobody uses it, unless its value is false.
KEEP = f"{GROUP}/keep"
#: Annotations of such a TaskTemplate, where templates are deleted that nobody uses: when it was last used, and when it will be deleted.
LAST_USED = f"{GROUP}/last-used"
DELETED_AFTER = f"{GROUP}/deleted-after"
#: An annotation of such a TaskTemplate: the docs of its task.
DESCRIPTION = f"{GROUP}/description"
LONGEST_DESCRIPTION = 4096

_HASH = 10
_VERSION = 16
_SLUG = 40
_OTHERS = re.compile(r"[^a-z0-9]+")


def template_name(*, task: str, version: str) -> str:
    """The name of the template of the task whose full name is `task`, such as divider-5f0c2a9b1e."""
    slug = _OTHERS.sub("-", task.rpartition(".")[2].lower())[:_SLUG].strip("-") or "task"
    return f"{slug}-{_hash(task, version)}"


def template_labels(*, task: str, version: str) -> Mapping[str, str]:
    """The labels by which all versions of a task, and all tasks of a version, are found."""
    return {TASK_HASH: _hash(task), VERSION_HASH: _hash(version)}


def task_selector(task: str) -> str:
    """Which templates are versions of the task whose full name is `task`."""
    return f"{TASK_HASH}={_hash(task)}"


def content_version(spec: Mapping[str, Any]) -> str:
    """The version of a task whose author names none: the same for the same spec and code."""
    text = json.dumps(spec, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:_VERSION]


def _hash(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:_HASH]
