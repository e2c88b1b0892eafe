"""What clients download: values and decks by flyte:// URLs, and links to what the rule of the store allows."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from contextlib import suppress
from itertools import pairwise
from typing import Any

from flyteidl.core import identifier_pb2
from flyteidl.service import dataproxy_pb2

from glider.storage.errors import ObjectNotFoundError
from glider.wire.contract import DECK_FILE
from glider.wire.jsonform import FieldError, words
from glider_admin.data.urls import DECK, INPUTS, flyte_url
from glider_admin.data.values import inputs_of, outputs_of, signed_get, subject
from glider_admin.errors import Code, RefusedError
from glider_admin.front import Call
from glider_admin.handlers.handler import Handler
from glider_admin.handlers.reading import execution_of
from glider_admin.handlers.uploads import require_upload, seconds_of
from glider_admin.messages.registrations import enum_name
from glider_client.cluster.errors import ForbiddenError
from glider_client.stored.rule import Access
from glider_client.stored.subject import NotReadError
from glider_client.views.stored import attempt_numbers
from glider_core.api.names import NAMESPACE
from glider_core.api.places import Place, parse_place

Json = Mapping[str, Any]

#: Keys have 1024 bytes at most. Each part may be a namespace, about which the API server is asked.
_LONGEST = 2048
#: The folder of an execution below the prefix of metadata: its name, and the beginning of its UID.
_OF_EXECUTION = re.compile(r"(?P<name>[a-z0-9][a-z0-9.-]*)-[0-9a-f]{8}")


async def get_data(call: Call, request: dataproxy_pb2.GetDataRequest) -> dataproxy_pb2.GetDataResponse:
    """The values that a flyte:// URL is about, or a link to a deck."""
    url = flyte_url(request.flyte_url)
    named = identifier_pb2.WorkflowExecutionIdentifier(project=url.project, domain=url.domain, name=url.execution)
    execution = await execution_of(call, named)
    if url.kind == DECK:
        links = await _deck(call, execution, attempt=url.attempt, seconds=call.front.files.expiry)
        return dataproxy_pb2.GetDataResponse(pre_signed_urls=links)
    data = await inputs_of(call, execution) if url.kind == INPUTS else await outputs_of(call, execution, attempt=url.attempt)
    if data.literals is None:
        most = f"values of at most {call.front.files.most_literals:,} bytes that the front may read"
        instead = f"Get them with credentials of your own (glider outputs {url.execution})"
        raise RefusedError(Code.FAILED_PRECONDITION, f"{request.flyte_url}: expected {most}, found others. {instead}.")
    if not url.variable:
        return dataproxy_pb2.GetDataResponse(literal_map=data.literals)
    if url.variable not in data.literals.literals:
        there = ", ".join(sorted(data.literals.literals)) or "no value at all"
        raise RefusedError(Code.NOT_FOUND, f"There is no {url.variable} in {request.flyte_url}: there is {there}.")
    return dataproxy_pb2.GetDataResponse(literal=data.literals.literals[url.variable])


async def create_download_link(call: Call, request: dataproxy_pb2.CreateDownloadLinkRequest) -> dataproxy_pb2.CreateDownloadLinkResponse:
    """A link to the deck of a node's last attempt: no other artifact has one."""
    if request.artifact_type != dataproxy_pb2.ARTIFACT_TYPE_DECK:
        found = enum_name(dataproxy_pb2.ArtifactType, request.artifact_type)
        raise FieldError("artifact_type", expected="ARTIFACT_TYPE_DECK", found=words(found))
    execution = await execution_of(call, request.node_execution_id.execution_id)
    links = await _deck(call, execution, attempt=None, seconds=seconds_of(request, most=call.front.files.expiry))
    return dataproxy_pb2.CreateDownloadLinkResponse(signed_url=links.signed_url, expires_at=links.expires_at, pre_signed_urls=links)


async def create_download_location(
    call: Call, request: dataproxy_pb2.CreateDownloadLocationRequest
) -> dataproxy_pb2.CreateDownloadLocationResponse:
    """A link to an upload of the caller's namespace, or to what an execution has left that the caller may get."""
    if len(request.native_url) > _LONGEST:
        raise FieldError("native_url", expected=f"at most {_LONGEST:,} characters", found=words(f"{len(request.native_url):,}"))
    try:
        place = parse_place(request.native_url)
    except ValueError as error:
        raise FieldError("native_url", expected=str(error), found=request.native_url) from error
    files, seconds = call.front.files, seconds_of(request, most=call.front.files.expiry)
    node_identity = await _require_reach(call, place)
    url = await files.store.signed(place, method="GET", seconds=seconds, node_identity=node_identity)
    answer = dataproxy_pb2.CreateDownloadLocationResponse(signed_url=url)
    answer.expires_at.FromSeconds(int(time.time()) + seconds)
    return answer


async def _require_reach(call: Call, place: Place) -> bool:
    """Whether the node's identity may be used for `place`, which the caller may read.

    Raises:
        RefusedError: they may not, or that isn't known. The message doesn't depend on what there is.
    """
    for namespace, below in pairwise(place.parts):
        if re.fullmatch(NAMESPACE, namespace):
            with suppress(ForbiddenError):
                if (reached := await _reached(call, place, namespace=namespace, below=below)) is not None:
                    return reached
    raise RefusedError(
        Code.PERMISSION_DENIED,
        f"{place}: expected an upload of a namespace in which you may create executions, or a file of an execution that you may get. "
        "Ask for values and decks by their flyte:// URL.",
    )


async def _reached(call: Call, place: Place, *, namespace: str, below: str) -> bool | None:
    """The same, if the place is one of `namespace`: an upload, or a file of the execution that the folder `below` it is about."""
    uploads = call.front.files.uploads(namespace)
    if uploads is not None and uploads.folder.is_above(place) and place != uploads.folder:
        await require_upload(call, namespace)
        return uploads.node_identity
    found = _OF_EXECUTION.fullmatch(below)
    execution = None if found is None else await call.execution(namespace, found["name"])
    if execution is None:
        return None
    reach = subject(call, execution).reach
    return reach.node_identity if reach.verdict(str(place)).access is Access.READ else None


async def _deck(call: Call, execution: Json, *, attempt: int | None, seconds: int) -> dataproxy_pb2.PreSignedURLs:
    name, about = execution["metadata"]["name"], subject(call, execution)
    last = attempt if attempt is not None else (attempt_numbers(execution) or [0])[-1]
    uri = about.left(DECK_FILE, attempt=last)
    if uri is None:
        raise RefusedError(Code.NOT_FOUND, f"{name} has no deck: decks are kept in a store, and it has none.")
    try:
        place = await about.place(uri, named=True)
        await call.front.files.store.head(place, count=1, node_identity=about.reach.node_identity)
    except NotReadError as error:
        raise RefusedError(Code.PERMISSION_DENIED, f"{uri}: {error}.") from error
    except ObjectNotFoundError as error:
        raise RefusedError(Code.NOT_FOUND, f"Attempt {last} of {name} has no deck. Tasks make one with enable_deck=True.") from error
    answer = dataproxy_pb2.PreSignedURLs(signed_url=[await signed_get(call, about, place, seconds=seconds)])
    answer.expires_at.FromSeconds(int(time.time()) + seconds)
    return answer


HANDLERS: Mapping[str, Handler] = {
    "GetData": get_data,
    "CreateDownloadLink": create_download_link,
    "CreateDownloadLocation": create_download_location,
}
