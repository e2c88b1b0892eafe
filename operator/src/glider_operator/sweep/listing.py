"""All objects of a kind as they are now: only their metadata, page by page, with pauses in between.

The lists are not those that resourceVersion=0 gives: they might be older than what memory knows, and what is missing in them
would count as gone. Where a cache on the way gives us an old one all the same, it is refused. All pages show the state at the first
one's time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from glider_operator.kube import requests
from glider_operator.kube.errors import Unavailable
from glider_operator.kube.transport import Transport

_PAGE = 500
#: A page is followed by a pause of so many times its own duration, so that a sweep takes a fifth of one server thread at most.
_PAUSES = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """An object that is there."""

    namespace: str
    name: str
    uid: str
    version: int


async def list_all(
    transport: Transport, resource: str, *, namespace: str | None, selector: str, hurry: bool, newest: int
) -> AsyncIterator[Listed]:
    """Every object; without pauses where there is `hurry`.

    Raises:
        Unavailable: the list is older than `newest`, the version of something that is known already.
    """
    after = ""
    while True:
        began = time.monotonic()
        request = requests.list_metadata(resource, namespace=namespace, selector=selector, limit=_PAGE, after=after)
        answer = await transport.send(request)
        metadata = answer.get("metadata") or {}
        if (version := metadata.get("resourceVersion", "")).isdigit() and int(version) < newest:
            raise Unavailable(f"the list of {resource} is as of version {version}, and version {newest} is known already")
        for item in answer.get("items") or ():
            yield _listed(item["metadata"])
        after = metadata.get("continue") or ""
        if not after:
            return
        if not hurry:
            await asyncio.sleep(_PAUSES * (time.monotonic() - began))


def _listed(metadata: dict[str, Any]) -> Listed:
    version = metadata["resourceVersion"]
    return Listed(
        namespace=metadata["namespace"],
        name=metadata["name"],
        uid=metadata["uid"],
        version=int(version) if version.isdigit() else 0,
    )
