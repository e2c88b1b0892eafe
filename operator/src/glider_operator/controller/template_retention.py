"""Deletes TaskTemplates that nobody uses any more, by `templateRetention`: periodically, with pauses, and only by the operator that leads.

Before a template is deleted, the executions of its namespace that aren't finished are listed once more, those of other operators too. The
deletion has the UID and the version that was judged as its precondition. An execution that is created after that list, and names the
template, is refused as any other whose template doesn't exist: after a few seconds, with its name.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from prometheus_client import Counter

from glider.wire.jsonform import FieldError
from glider_core.api import labels
from glider_core.api.moments import format_time, words
from glider_core.api.phases import LIVE
from glider_core.api.policies import TemplateRetention
from glider_core.api.template_names import DELETED_AFTER, KEEP, LAST_USED, TASK_HASH
from glider_core.config import Config
from glider_core.kube import requests
from glider_core.kube.errors import Conflict, KubeError, NotFound
from glider_core.kube.transport import Transport
from glider_core.reconcile.retention import Note, Place, StoredTemplate, judge, stored_template
from glider_operator.cache.caches import Caches
from glider_operator.sweep.listing import pages, problem_of

logger = logging.getLogger(__name__)

DELETED = Counter("glider_templates_deleted_total", "TaskTemplates deleted since nobody used them", ["namespace"])

_PAGE = 500
_LONGEST = timedelta(hours=1)
#: Templates are listed so many times within the shortest time for which one is kept.
_TIMES = 10
#: The share of all calls for deletions, where many are due at once.
_SHARE = 0.25
_OFF = TemplateRetention()


class TemplateRetainer:
    """Deletes templates in `namespaces` (None: all of them). `may_begin`: whether finished executions have been listed."""

    def __init__(
        self,
        transport: Transport,
        caches: Caches,
        *,
        namespaces: Sequence[str | None],
        config: Callable[[], Config],
        may_begin: Callable[[], bool],
        now: Callable[[], datetime],
    ) -> None:
        self._transport, self._caches, self._uses, self._namespaces = transport, caches, caches.uses, namespaces
        self._config, self._may_begin, self._now = config, may_begin, now
        #: The shortest time for which templates of any namespace are kept.
        self._shortest = timedelta()

    async def run(self) -> None:
        """Do so until cancelled."""
        while True:
            await asyncio.sleep(self._interval().total_seconds())
            if self._may_begin() and _is_on(self._config()):
                await problem_of(self.retain(), what="the retention of templates")

    def _interval(self) -> timedelta:
        """The more often, the shorter templates are kept; never more often than a sweep."""
        return max(self._config().sweep.interval, min(_LONGEST, self._shortest / _TIMES))

    async def retain(self) -> None:
        """Judge all templates once.

        Raises:
            KubeError: they can't be listed.
        """
        there: set[Place] = set()
        for (namespace, _), execution in self._caches.executions.live():
            self._uses.used(namespace, execution.spec, when=self._now())
        self._shortest = self._config().policies.template_retention.unused_for or _LONGEST * _TIMES
        for watched in self._namespaces:
            templates = [one async for one in self._list(watched)]
            there.update(one.place for one in templates)
            verdict = judge(templates, used=self._uses.last, retention=self._rule, now=self._now())
            for note in verdict.notes:
                await self._write(note)
            await self._delete(verdict.delete)
        self._uses.forget_others(there)

    def _rule(self, namespace: str) -> TemplateRetention:
        try:
            rule = self._config().for_namespace(namespace).policies.template_retention
        except FieldError:
            return _OFF  # while its configuration is invalid, nothing is deleted
        if rule.unused_for is not None:
            self._shortest = min(self._shortest, rule.unused_for)
        return rule

    async def _list(self, namespace: str | None) -> AsyncIterator[StoredTemplate]:
        first = requests.list_metadata(labels.TEMPLATES, namespace=namespace, selector=TASK_HASH, limit=_PAGE)
        async for page in pages(self._transport, first):
            for item in page.get("items") or ():
                yield stored_template(item["metadata"])

    async def _write(self, note: Note) -> None:
        template = note.template
        annotations = {LAST_USED: format_time(note.used), DELETED_AFTER: format_time(note.deleted_after)}
        request = requests.annotate_template(template.namespace, template.name, annotations, uid=template.uid)
        written = await self._send(request, template, what="write down the last use of")
        if written and note.deleted_after is not None:
            event = announcement(template, deleted_after=note.deleted_after, now=self._now())
            await self._send(requests.create_event(template.namespace, event), template, what="post an Event about")

    async def _delete(self, due: Collection[StoredTemplate]) -> None:
        for namespace in sorted({template.namespace for template in due}):
            await self._note_live(namespace)
        for template in due:
            if not self._is_still_due(template):
                continue  # it has been used since
            request = requests.delete_template(
                template.namespace, template.name, uid=template.uid, resource_version=template.resource_version
            )
            if await self._send(request, template, what="delete"):
                DELETED.labels(template.namespace).inc()
                last = words(self._now() - (template.used or template.created))
                logger.info("deleted the TaskTemplate %s/%s, which nobody has used for %s", *template.place, last)

    def _is_still_due(self, template: StoredTemplate) -> bool:
        rule = replace(self._rule(template.namespace), keep_versions=0)  # it isn't among the newest ones
        return bool(judge([template], used=self._uses.last, retention=lambda _: rule, now=self._now()).delete)

    async def _note_live(self, namespace: str) -> None:
        """Take notice of all executions of a namespace that aren't finished, whichever operator they are for."""
        first = requests.list_objects(labels.EXECUTIONS, namespace=namespace, selector="", fields=LIVE, limit=_PAGE)
        async for page in pages(self._transport, first):
            for body in page.get("items") or ():
                self._uses.saw(body, now=self._now)

    async def _send(self, request: requests.Request, template: StoredTemplate, *, what: str) -> bool:
        """Whether it was done."""
        await asyncio.sleep(1 / (self._config().client_connection.qps * _SHARE))
        try:
            await self._transport.send(request)
        except (NotFound, Conflict):
            return False  # somebody else wrote or deleted it: the next list shows it
        except KubeError as error:
            logger.warning("could not %s the TaskTemplate %s/%s: %s", what, *template.place, error)
            return False
        return True


def announcement(template: StoredTemplate, *, deleted_after: datetime, now: datetime) -> dict[str, Any]:
    """The Event that announces the deletion of `template`. Its name is made from its content, so that it is posted once."""
    digest = hashlib.sha256(f"{template.uid} {format_time(deleted_after)}".encode()).hexdigest()[:16]
    unused = words(now - (template.used or template.created))
    about = {"apiVersion": labels.API_VERSION, "kind": labels.TEMPLATE_KIND, "namespace": template.namespace, "name": template.name}
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": f"{template.name}.{digest}", "namespace": template.namespace},
        "involvedObject": {**about, "uid": template.uid, "resourceVersion": template.resource_version},
        "reason": "Unused",
        "message": f"Nobody has used this template for {unused}: it is deleted after {format_time(deleted_after)}. "
        f"The label {KEEP}=true keeps it.",
        "type": "Normal",
        "source": {"component": "glider-operator"},
        "firstTimestamp": format_time(now),
        "lastTimestamp": format_time(now),
        "count": 1,
    }


def _is_on(config: Config) -> bool:
    """Whether templates are deleted in any namespace."""
    return config.policies.template_retention.unused_for is not None or any(
        "templateRetention" in entry.settings for entry in config.namespace_defaults
    )
