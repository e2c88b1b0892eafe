"""Pages of registered entities: whatever is kept is read for the entries of the page alone, a few at once.

A namespace may have any number of them, of 8 MiB each when they are unpacked: more of them at once would fill the front's memory.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from flyteidl.admin import common_pb2

from glider.wire.jsonform import FieldError
from glider_admin.entities import config_maps
from glider_admin.entities.kept import Kept
from glider_admin.front import Call
from glider_admin.handlers.entries import Entry
from glider_admin.listing.fields import Fields
from glider_admin.listing.pages import NEWEST, Filling, M, Page, selection_of
from glider_client.cluster.client import Cluster

#: Of one page.
_AT_ONCE = 4
#: A page passes over so many entries that nobody can read, and ends then.
_UNREADABLE = 100

R = TypeVar("R")

logger = logging.getLogger(__name__)


async def listed(call: Call, entries: Sequence[Entry[M]], request: Any, *, fields: Fields[Entry[M]]) -> Page[M]:
    """The page of `entries` that a request for a list asks for.

    Raises:
        FieldError: something of the request isn't what it should be.
        ClusterError: the caller may not read them, or the cluster doesn't answer.
    """
    return await page_of_contents(call, entries, request, fields=fields, message=lambda entry, content: entry.message(content))


async def page_of_contents(
    call: Call,
    entries: Sequence[Entry[Any]],
    request: Any,
    *,
    fields: Fields[Entry[Any]],
    message: Callable[[Entry[Any], Kept | None], M],
    default: common_pb2.Sort = NEWEST,
) -> Page[M]:
    """The same, with the messages that `message` makes of an entry and its content; the other arguments are those of page_of.

    Raises:
        FieldError: something of the request isn't what it should be.
        ClusterError: the caller may not read them, or the cluster doesn't answer.
    """
    chosen = selection_of(entries, request, fields=fields, default=default)
    filling: Filling[M] = Filling(limit=chosen.limit)
    wanted, passed = chosen.items[: chosen.limit + _UNREADABLE], 0
    while passed < len(wanted) and not filling.is_full:
        batch = wanted[passed : passed + min(_AT_ONCE, filling.missing)]
        for made in await asyncio.gather(*(made_of(call, entry, message) for entry in batch)):
            if made is not None and not filling.takes(made):
                return chosen.page(filling.messages, passed=passed)
            passed += 1
    return chosen.page(filling.messages, passed=passed)


async def made_of(call: Call, entry: Entry[Any], message: Callable[[Entry[Any], Kept | None], R]) -> R | None:
    """What `message` makes of an entry and its content; None where it was deleted, or somebody wrote it by hand, and nobody can read it.

    Raises:
        ClusterError: the caller may not read it, or the cluster doesn't answer.
    """
    row = entry.kept
    if row is None:
        return message(entry, None)

    def made(cluster: Cluster) -> R | None:
        namespace = str(row.metadata["namespace"])
        content = config_maps.read(cluster, row.kind, namespace=namespace, name=row.name, version=row.version)
        try:
            return None if content is None else message(entry, content)
        except FieldError as error:
            logger.debug("passed over in %s: %s", namespace, error)
            return None

    return await call.ask_large(made)
