"""What of an execution is kept until it is archived, since it may be gone by then: pods as they were last, and the operator's Events.

As JSON, since a document takes five times as much memory. Where there is too much of it, what is oldest is dropped: records are then
without it, and complete in all else.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from glider_core.api.execution import Identity
from glider_core.api.observed_pod import Pod

#: Some 8,000 pods of 4 KB.
MOST_BYTES = 32 << 20
#: An execution has a handful of Events; one that is suspended and resumed all day has more.
_MOST_EVENTS = 64
_ENTRY = 200


@dataclass(slots=True)
class _Kept:
    pods: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    events: list[bytes] = field(default_factory=list)

    @property
    def size(self) -> int:
        return _ENTRY + sum(len(data) for _, data in self.pods.values()) + sum(map(len, self.events))


class Remains:
    """At most `most` bytes of pods and Events, by execution. `dropped`: of how many executions something had to go."""

    def __init__(self, *, most: int = MOST_BYTES) -> None:
        self._most = most
        self._kept: OrderedDict[Identity, _Kept] = OrderedDict()
        self._size = 0
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def size(self) -> int:
        """How many bytes there are."""
        return self._size

    def pod(self, pod: Pod, body: Mapping[str, Any]) -> None:
        """Keep the pod, in place of what was kept of it, unless that is later."""
        data = document_bytes(body)
        kept = self._take(pod.owner)
        version = int(pod.resource_version) if pod.resource_version.isdecimal() else 0
        if (before := kept.pods.get(pod.uid)) is None or before[0] <= version:
            kept.pods[pod.uid] = (version, data)
        self._put(pod.owner, kept)

    def event(self, execution: Identity, document: Mapping[str, Any]) -> None:
        """Keep an Event; of very many the first and the last ones."""
        data = orjson.dumps(document)
        kept = self._take(execution)
        kept.events.append(data)
        if len(kept.events) > _MOST_EVENTS:
            del kept.events[_MOST_EVENTS // 2]
        self._put(execution, kept)

    def pods(self, execution: Identity) -> list[bytes]:
        """The pods of an execution."""
        return [data for _, data in kept.pods.values()] if (kept := self._kept.get(execution)) is not None else []

    def events(self, execution: Identity) -> list[bytes]:
        """The Events about it, in their order."""
        return list(kept.events) if (kept := self._kept.get(execution)) is not None else []

    def forget(self, execution: Identity) -> None:
        """Nothing of it is needed any more."""
        self._take(execution)

    def _take(self, execution: Identity) -> _Kept:
        kept = self._kept.pop(execution, None)
        if kept is None:
            return _Kept()
        self._size -= kept.size
        return kept

    def _put(self, execution: Identity, kept: _Kept) -> None:
        self._kept[execution] = kept
        self._size += kept.size
        while self._size > self._most and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self._size -= oldest.size
            self.dropped += 1


def document_bytes(body: Mapping[str, Any]) -> bytes:
    """An object of the API server as JSON, without the bookkeeping of who owns which field."""
    metadata = {name: value for name, value in body["metadata"].items() if name != "managedFields"}
    document = {**body, "metadata": metadata}
    try:
        return orjson.dumps(document)
    except TypeError:
        return json.dumps(document).encode()  # integers of any size
