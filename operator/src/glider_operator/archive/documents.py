"""Collects what goes into a record: from the caches when the execution ends, and from memory, and the API server, when it is archived."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import orjson

from glider.wire.jsonform import FieldError
from glider_core.api.execution import Execution
from glider_core.api.phases import Phase
from glider_core.api.task import Storage
from glider_core.config import Config
from glider_core.history.layout import day_of
from glider_core.history.records import Record
from glider_core.history.rows import completed_of
from glider_core.kube.errors import KubeError
from glider_operator.archive.archive import Json
from glider_operator.archive.gathering import bare_record, is_later, record_of, resolved_settings
from glider_operator.archive.pending import Pending
from glider_operator.archive.remains import Remains, document_bytes
from glider_operator.cache.caches import Caches

logger = logging.getLogger(__name__)


class GoneError(Exception):
    """An execution was deleted, and its document isn't kept."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """What the archiver asks of others, and what it has to report.

    Attributes:
        find_execution: looks up the document of an execution, by namespace and name.
        find_events: looks up the documents of the Events about a pod, by namespace and UID; none where there may be no such call now.
        may_write: whether this operator leads.
        archived: called with the UID of each execution that is archived.
        report: called with an execution that can't be archived, of which only the names count, and why; once for each.
    """

    find_execution: Callable[[str, str], Awaitable[Mapping[str, Any] | None]]
    find_events: Callable[[str, str], Awaitable[Sequence[Json]]]
    may_write: Callable[[], bool] = lambda: True
    archived: Callable[[str], None] = lambda _: None
    report: Callable[[Execution, str], None] = lambda _, __: None


class Documents:
    """The documents of executions that are to be archived. `remains`: what is kept of them in memory. `now`: the time."""

    def __init__(
        self, around: Surroundings, *, caches: Caches, remains: Remains, config: Callable[[], Config], now: Callable[[], datetime]
    ) -> None:
        self._around = around
        self._caches = caches
        self._remains = remains
        self._config = config
        self._now = now

    def pending(self, body: Json, *, sure: bool, since: float) -> Pending:
        """The execution with this document, which has ended, with what the caches have of it. Arguments as those of `Pending`."""
        metadata = body["metadata"]
        resolved, template, document = None, None, None
        try:
            resolved, template = self._what_it_ran(body)
            document = document_bytes(body)
        except Exception:  # it is looked up in its turn; if it is as odd then, that is reported
            logger.debug("an execution that can't be encoded", exc_info=True)
        return Pending(
            namespace=metadata["namespace"],
            name=metadata["name"],
            uid=metadata["uid"],
            day=day_of(completed_of(body)),
            since=since,
            body=document,
            sure=sure,
            resolved=resolved,
            template=template,
            failed=(body.get("status") or {}).get("phase") != Phase.SUCCEEDED.value,
        )

    async def makers(self, entry: Pending) -> list[Callable[[], Record]]:
        """What makes the record of an execution, in a thread: with all that is known, and else with its document alone.

        Raises:
            GoneError: its document isn't kept, and it isn't there any more.
            KubeError: it can't be looked up.
        """
        body, settings, template = entry.body, entry.resolved, entry.template
        if body is None:
            body = await self._fetched(entry)
            with contextlib.suppress(Exception):  # it is odd, and is archived with its document alone
                settings, template = self._what_it_ran(orjson.loads(body))
        pods, events = self._remains.pods(entry.identity), self._remains.events(entry.identity)
        if entry.failed and pods:
            events += await self._events_about(entry, pods)
        archived, defaults = self._now(), self._defaults(entry.namespace)
        whole = partial(
            record_of, body, archived=archived, resolved=settings, template=template, defaults=defaults, pods=pods, events=events
        )
        return [whole, partial(bare_record, body, archived=archived)]

    async def _fetched(self, entry: Pending) -> bytes:
        """The document that there was no room for."""
        found = await self._around.find_execution(entry.namespace, entry.name)
        if found is not None and found["metadata"]["uid"] == entry.uid:
            return document_bytes(found)
        raise GoneError(f"{entry.title} ({entry.uid}) was deleted before it could be archived: too many executions wait for the store")

    async def _events_about(self, entry: Pending, pods: Sequence[bytes]) -> list[bytes]:
        """The Events about the last pod."""
        last = max(map(orjson.loads, pods), key=lambda pod: str(pod["metadata"].get("creationTimestamp")))
        try:
            return [document_bytes(event) for event in await self._around.find_events(entry.namespace, last["metadata"]["uid"])]
        except KubeError:
            return []  # they are a help, and no more

    def _what_it_ran(self, body: Json) -> tuple[Json | None, Json | None]:
        """What the task got besides what is written in it, and the document of its template."""
        metadata, reference = body["metadata"], (body.get("spec") or {}).get("taskRef")
        name = reference.get("name") if isinstance(reference, Mapping) else None
        last = self._caches.resolutions.last(metadata["uid"])
        task, spec = last if last is not None else (None, None)
        template = self._caches.templates.document(metadata["namespace"], name, spec=spec) if isinstance(name, str) else None
        if template is not None and spec is None and is_later(template, body):
            template = None
        return None if task is None else resolved_settings(task), template

    def _defaults(self, namespace: str) -> Storage:
        try:
            return self._config().for_namespace(namespace).storage
        except FieldError:  # the entries for the namespace don't fit together
            return self._config().storage
