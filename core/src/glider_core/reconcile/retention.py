"""Which TaskTemplates are deleted, of those that tools write: a new version of the code is a new template, and nobody deletes old ones.

A template is deleted once no execution has used it for a time, unless it is among the newest versions of its task or has the label
`glider.dev/keep`. The deletion is announced before, by an annotation: uses are known from the executions that exist, so a template
whose executions were deleted before anybody counted has a chance to be used again, or to be kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, TypeAlias

from glider_core.api.moments import parse_time
from glider_core.api.policies import TemplateRetention
from glider_core.api.template_names import DELETED_AFTER, KEEP, LAST_USED, TASK_HASH

#: A namespace and a template's name.
Place: TypeAlias = tuple[str, str]

#: The last use is written down once in so long; sooner where templates are kept for less than four times as long.
_COARSE = timedelta(days=1)
#: A deletion is announced for so long before; for less where templates are kept for less than four times as long.
_NOTICE = timedelta(days=7)


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredTemplate:
    """What is known of a TaskTemplate that a tool wrote.

    Attributes:
        namespace, name, uid, resource_version: the object.
        task: the hash of the task's full name.
        created: when it was.
        used: when it was last used, as it is written down; None where nothing is.
        deleted_after: when it is to be deleted, as was announced.
        kept: whether its label keeps it, or it is being deleted already.
    """

    namespace: str
    name: str
    uid: str
    resource_version: str
    task: str
    created: datetime
    used: datetime | None = None
    deleted_after: datetime | None = None
    kept: bool = False

    @property
    def place(self) -> Place:
        """Its namespace and name."""
        return self.namespace, self.name


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """What is to be written down on a template: its last use, and when it is deleted. None: not, or not any more."""

    template: StoredTemplate
    used: datetime | None = None
    deleted_after: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What is to be done about templates."""

    notes: tuple[Note, ...] = ()
    delete: tuple[StoredTemplate, ...] = ()


def stored_template(metadata: Mapping[str, Any]) -> StoredTemplate:
    """What an object's metadata states. A time that can't be read is none."""
    labels, annotations = metadata.get("labels") or {}, metadata.get("annotations") or {}
    keep = labels.get(KEEP)
    return StoredTemplate(
        namespace=metadata["namespace"],
        name=metadata["name"],
        uid=metadata["uid"],
        resource_version=metadata["resourceVersion"],
        task=labels.get(TASK_HASH, ""),
        created=datetime.fromisoformat(metadata["creationTimestamp"]),
        used=_time(annotations.get(LAST_USED)),
        deleted_after=_time(annotations.get(DELETED_AFTER)),
        kept=(keep is not None and keep != "false") or "deletionTimestamp" in metadata,
    )


def judge(
    templates: Iterable[StoredTemplate],
    *,
    used: Mapping[Place, datetime],
    retention: Callable[[str], TemplateRetention],
    now: datetime,
) -> Verdict:
    """What is to be done about `templates`, which are all of their tasks. `used`: when executions used them, as far as is known."""
    notes: list[Note] = []
    delete: list[StoredTemplate] = []
    for (namespace, _), versions in groupby(sorted(templates, key=_order), key=lambda one: (one.namespace, one.task)):
        rule = retention(namespace)
        if rule.unused_for is None:
            continue
        newest_first = list(versions)
        for number, template in enumerate(newest_first):
            last = max(filter(None, (template.created, template.used, used.get(template.place))))
            due = not template.kept and number >= rule.keep_versions and last + rule.unused_for <= now
            if due and template.deleted_after is not None and template.deleted_after <= now:
                delete.append(template)
            elif (note := _note(template, due=due, last=last, unused_for=rule.unused_for, now=now)) is not None:
                notes.append(note)
    return Verdict(notes=tuple(notes), delete=tuple(delete))


def _note(template: StoredTemplate, *, due: bool, last: datetime, unused_for: timedelta, now: datetime) -> Note | None:
    """What is to be written down on a template that stays for now."""
    known = template.used or template.created
    if due:
        announced = template.deleted_after or now + min(_NOTICE, unused_for / 4)
        return None if template.deleted_after is not None else Note(template=template, used=template.used, deleted_after=announced)
    later = last - known >= min(_COARSE, unused_for / 4)
    if later or template.deleted_after is not None:
        return Note(template=template, used=last if last > known else template.used)
    return None


def _order(template: StoredTemplate) -> tuple[str, str, float, str]:
    """Tasks together, the newest version of each first."""
    return template.namespace, template.task, -template.created.timestamp(), template.name


def _time(text: Any) -> datetime | None:
    try:
        moment = parse_time(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None
