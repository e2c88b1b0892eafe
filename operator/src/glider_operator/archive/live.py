"""Which executions are there, and what those refer to that aren't finished: asked of the API server, those of other operators too.

The caches have what was created since. Files of inputs are read once for each execution, as long as it isn't finished;
those that aren't there, each time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeAlias

from glider_core.api import labels
from glider_core.api.phases import LIVE
from glider_core.archive.live_inputs import UnknownInputsError
from glider_core.history.references import Use, references_of, texts_of
from glider_core.history.retention import Facts
from glider_core.kube import requests
from glider_core.kube.transport import Transport
from glider_operator.archive.working import Thread
from glider_operator.cache.caches import Caches
from glider_operator.sweep.listing import pages

#: Reads the texts in the file of inputs of an execution of a namespace; it raises UnknownInputsError.
Read: TypeAlias = Callable[[str, str], tuple[str, ...]]

_PAGE, _PAGE_OF_OBJECTS = 500, 100


class Live:
    """The executions of `namespaces` (None: all of them)."""

    def __init__(self, transport: Transport, caches: Caches, *, namespaces: Sequence[str | None]) -> None:
        self._transport, self._caches, self._namespaces = transport, caches, namespaces
        self._files: dict[str, tuple[str, ...]] = {}

    async def facts(self, concerned: Collection[str], read: Read, thread: Thread) -> Facts:
        """What is known about the executions with the UIDs `concerned`.

        Raises:
            KubeError: the API server doesn't answer.
        """
        existing, bodies = set(), []
        for namespace in self._namespaces:
            listed = requests.list_metadata(labels.EXECUTIONS, namespace=namespace, selector="", limit=_PAGE)
            async for page in pages(self._transport, listed):
                existing |= {item["metadata"]["uid"] for item in page.get("items") or ()} & set(concerned)
            live = requests.list_objects(labels.EXECUTIONS, namespace=namespace, selector="", fields=LIVE, limit=_PAGE_OF_OBJECTS)
            async for page in pages(self._transport, live):
                bodies += [(item["metadata"], item.get("spec")) for item in page.get("items") or ()]
        there = {metadata["uid"] for metadata, _ in bodies}
        self._files = {uid: texts for uid, texts in self._files.items() if uid in there}
        uses = await thread.do(lambda: [self._use(one["namespace"], one["name"], one["uid"], spec, read, thread) for one, spec in bodies])
        return Facts(existing=existing, references=references_of(uses))

    async def created_since(self, facts: Facts, read: Read, thread: Thread) -> Facts:
        """What is known of those that were created after `facts` were."""
        known = facts.references.live
        new = [(*key, one.uid, one.spec) for key, one in self._caches.executions.live() if one.uid not in known]
        if not new:
            return Facts()
        uses = await thread.do(lambda: [self._use(*one, read, thread) for one in new])
        return Facts(references=references_of(uses))

    def _use(self, namespace: str, name: str, uid: str, spec: Any, read: Read, thread: Thread) -> Use:
        given: Mapping[str, Any] = spec if isinstance(spec, Mapping) else {}
        reference = given.get("taskRef")
        name_of = reference.get("name") if isinstance(reference, Mapping) else None
        texts, unknown = tuple(texts_of(given, template=self._caches.templates.of(namespace).get(str(name_of)))), ""
        uri = given.get("inputsUri")
        if isinstance(uri, str) and uri:
            thread.check()
            try:
                found = self._files.get(uid) or read(namespace, uri)
                if found:  # a file that isn't there may still be written
                    self._files[uid] = found
                texts = (*texts, *found)
            except UnknownInputsError as error:
                unknown = str(error)
        return Use(namespace=namespace, name=name, uid=uid, texts=texts, unknown=unknown)
