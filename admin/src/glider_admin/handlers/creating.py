"""Creates the execution of a request once, whatever becomes of the answer, and whichever replica the request comes to again.

A client repeats a call at once where its connection breaks, or a proxy cuts it. With a name, the second call finds what the first one
made. Without one, the name follows from the caller, the request, and a number: how often the same was asked for before. A call takes the
first number that is free, or that of an execution which this very request may have made a moment ago: one that is at most `repeatSeconds`
old, and that the caller hasn't asked for by its name yet, which only somebody can who has the answer. That is noted on the execution, for
all replicas. They count alike, so that two calls at once meet at one name, and the API server lets in one of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from glider_admin.front import Call
from glider_admin.messages.originals import FLYTE_ANSWER, RECEIVED, SENT, original_of
from glider_admin.messages.requests import awaits_receipt, is_repeated, unnamed
from glider_client.cluster.errors import AlreadyExistsError, ClusterError, NotFoundError
from glider_client.cluster.paths import executions
from glider_client.sdk.creating import create_once
from glider_core.api.moments import parse_time

Json = Mapping[str, Any]

#: For so many seconds a read waits until it is noted.
_NOTING = 2.0


async def create(call: Call, document_of: Callable[[str], Json], *, namespace: str, name: str, key: str) -> Json:
    """The execution as the API server has it.

    Args:
        call: who asks.
        document_of: the execution for a name.
        namespace: where it is created.
        name: its name; empty where the request has none.
        key: what the request is known by; see `request_key`.

    Raises:
        AlreadyExistsError: another request has made one of that name.
        UnavailableError: the front has just started.
        ClusterError: the API server refuses, or doesn't answer.
    """
    if name:
        return await _named(call, document_of(name), key=key)
    call.front.cache.require_listed()  # which numbers are taken is known without a request for each
    cached = call.front.cache.executions
    for number in count():
        name = unnamed(key, number)
        row = cached.row(namespace, name)
        if row is not None and not _is_recent(call, parse_time(row.created)):
            continue  # without its document: a pipeline may have thousands
        found = None if row is None else cached.document(row)
        if found is None:
            with suppress(AlreadyExistsError):
                return await _sent(call, _annotated(document_of(name), {FLYTE_ANSWER: SENT}))
        if found is None or _may_be_its_own(call, found, key=key):  # the cache may not know yet that the answer was received
            found = await _there(call, namespace, name)
            if found is not None and _may_be_its_own(call, found, key=key):
                return found
    raise AssertionError("numbers don't end")


async def _named(call: Call, document: Json, *, key: str) -> Json:
    try:
        return await _sent(call, document)
    except AlreadyExistsError:
        found = await _there(call, document["metadata"]["namespace"], document["metadata"]["name"])
        if found is None or not is_repeated(found, key=key):
            raise
        return found


async def _sent(call: Call, document: Json) -> Json:
    made = await call.ask(lambda cluster: create_once(cluster, document))
    call.front.cache.executions.remember(made)
    return made


async def _there(call: Call, namespace: str, name: str) -> Json | None:
    with suppress(NotFoundError):
        return await call.ask(lambda cluster: cluster.get(executions(namespace, name)))
    return None


def _may_be_its_own(call: Call, execution: Json, *, key: str) -> bool:
    return is_repeated(execution, key=key) and _awaits_receipt(call, execution)


def _is_recent(call: Call, created: datetime | None) -> bool:
    return created is None or datetime.now(UTC) - created <= timedelta(seconds=call.front.settings.repeat_seconds)


def _awaits_receipt(call: Call, execution: Json) -> bool:
    return awaits_receipt(execution, now=datetime.now(UTC), within=timedelta(seconds=call.front.settings.repeat_seconds))


def _annotated(document: Json, annotations: Mapping[str, str]) -> Json:
    metadata = document["metadata"]
    return {**document, "metadata": {**metadata, "annotations": {**metadata["annotations"], **annotations}}}


async def note_receipt(call: Call, execution: Json) -> None:
    """Note that the caller has received the answer to the request that made `execution`, where it was theirs and had no name.

    Where it can't be noted, an equal request may count as this one again, for a moment: no reason to refuse what they ask for.
    """
    original = original_of(execution) if _awaits_receipt(call, execution) else None
    if original is None or original.metadata.principal != call.caller.user:
        return
    metadata = execution["metadata"]
    patch = {"metadata": {"uid": metadata["uid"], "annotations": {FLYTE_ANSWER: RECEIVED}}}
    with suppress(ClusterError, TimeoutError):
        async with asyncio.timeout(_NOTING):
            path = executions(metadata["namespace"], metadata["name"])
            call.front.cache.executions.remember(await call.ask(lambda cluster: cluster.patch(path, patch)))
