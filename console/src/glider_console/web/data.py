"""Inputs and outputs, and the files, folders and tables that they name.

Each request begins with a GET of the execution by the viewer's own credential; what of the store is read then is decided by `stored.rule`.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from glider.storage.errors import ObjectNotFoundError, StorageError, TooLargeError
from glider.storage.uris import basename
from glider.wire.interface import Interface
from glider.wire.jsonform import FieldError
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import ForbiddenError, NotFoundError
from glider_client.stored import subject as stored
from glider_client.stored.rule import Owner, Verdict
from glider_client.stored.store import sentence_of
from glider_client.stored.subject import NotReadError
from glider_console.access.viewer import Viewer
from glider_console.context import Console, console_of, viewer_of
from glider_console.data.media import HEADERS, SNIFFED, disposition, media_of, range_of
from glider_console.data.nodes import NoSuchValueError, Value, find, node_of, nodes_of, plain_of, uris_in
from glider_console.data.tables import CSV_BYTES, TableError, csv_table, data_file, file_in, parquet_table
from glider_console.data.values import MOST_BYTES, Values, decoded, inputs_in, outputs_in
from glider_console.history.segments import HistoryError
from glider_console.web.found import Execution
from glider_console.web.found import find as find_execution
from glider_console.web.problems import problem
from glider_core.api import execution as model
from glider_core.api.execution import parse_execution
from glider_core.api.places import Place, parse_place
from glider_core.api.task import parse_interface

Json = Mapping[str, Any]

#: How many files of a folder are listed.
MOST_FILES = 1_000
#: Of a text: what one more answer has.
_MOST_CHARACTERS = 1_000_000
#: Of an attempt's number.
_DIGITS = 9
_SIDES = {"inputs": inputs_in, "outputs": outputs_in}
#: Files of literals that are decoded at the same time: that takes several times their size of memory.
_DECODING = CapacityLimiter(1)


class UnfitError(Exception):
    """What was asked for isn't there, or isn't for a page. The message is a sentence."""

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        super().__init__(message)


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject(stored.Subject):
    """The execution that a request is about, as its viewer may get it."""

    console: Console
    viewer: Viewer
    found: Execution

    async def names(self, verdict: Verdict) -> bool:
        """Whether the execution's inputs or outputs name the place, or a folder above it."""
        assert verdict.place is not None
        for side in _SIDES:
            try:
                values = await self.values(side)
            except (NotReadError, StorageError):
                continue
            if await to_thread.run_sync(_are_above, values, verdict.place, limiter=_DECODING):
                return True
        return False

    async def values(self, side: str) -> Values:
        """The inputs or the outputs, from the store where they are there.

        Raises:
            NotReadError: they aren't read.
            StorageError: the store refuses or doesn't answer.
        """
        interface = await self.console.ask(self.viewer, lambda cluster: _interface(cluster, self.found))
        found = _SIDES[side](self.document, interface)
        if not found.uri:
            return found
        place = await self.place(found.uri, named=True)
        data = await self.console.data.store.read(place, most=MOST_BYTES, node_identity=self.reach.node_identity)
        values = await to_thread.run_sync(lambda: decoded(data, found.uri, found.types), limiter=_DECODING)
        return Values(values=values, uri=found.uri, types=found.types)

    async def gone_owner(self, owner: Owner) -> model.Execution | None:
        """The owner in the history, where the viewer may get executions of its namespace."""
        try:
            record = await self.console.history.record(self.console.reviews, self.viewer, namespace=owner.namespace, name=owner.name)
        except (ForbiddenError, HistoryError, StorageError):
            return None
        return None if record is None else parse_execution(record.execution)


def _are_above(values: Values, place: Place) -> bool:
    return any(_is_above(uri, place) for uri in uris_in(values.values))


def _is_above(uri: str, place: Place) -> bool:
    try:
        return parse_place(uri).is_above(place)
    except ValueError:
        return False


def _interface(cluster: Cluster, found: Execution) -> Interface:
    """The task's; an empty one where its template was deleted, or isn't the viewer's to see."""
    try:
        task = found.task(cluster)
        return parse_interface(task.get("interface") or {}, path="spec.interface")
    except (NotFoundError, ForbiddenError, FieldError):
        return Interface()


async def subject_of(request: Request) -> Subject:
    """The subject of a request.

    Raises:
        ClusterError: the viewer may not get it, or it isn't there.
    """
    console, viewer = console_of(request), viewer_of(request)
    named = {name: request.path_params[name] for name in ("namespace", "name")}
    return subject_for(console, viewer, await find_execution(console, viewer, **named))


def subject_for(console: Console, viewer: Viewer, found: Execution) -> Subject:
    """The subject of a request about that execution, which its viewer may get."""
    return Subject(
        console=console,
        viewer=viewer,
        source=console.data,
        ask=partial(console.ask, viewer),
        document=found.document,
        reach=console.data.reach(parse_execution(found.document)),
        found=found,
    )


def attempt_of(request: Request) -> int:
    """The attempt that an address names.

    Raises:
        FieldError: it names none.
    """
    return attempt_number(request.path_params["attempt"])


def attempt_number(text: str) -> int:
    """The attempt with the number `text`.

    Raises:
        FieldError: it is no such number.
    """
    if not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS):
        raise FieldError("attempt", expected="the number of an attempt, from 0", found=text)
    return int(text)


Endpoint = Callable[[Request], Awaitable[Response]]


def answered(endpoint: Endpoint) -> Endpoint:
    """`endpoint` with what keeps the store from being read as an answer of its own."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except NotReadError as error:
            return problem(403, "NotRead", f"{str(error)[:1].upper()}{str(error)[1:]}.")
        except UnfitError as error:
            return problem(error.status, "Unfit", str(error))
        except ObjectNotFoundError as error:
            return problem(404, "NotInStore", sentence_of(error))
        except TooLargeError as error:
            name = request.path_params["name"]
            return problem(
                413, "TooLarge", f"It is too large for a page: {error.problem}. `glider outputs {name} --download DIR` gets all of it."
            )
        except StorageError as error:
            return problem(502, "Store", sentence_of(error))
        except TableError as error:
            return problem(422, "NoTable", f"The table can't be shown: {error}.")
        except NoSuchValueError:
            return problem(404, "NoSuchValue", "There is no such value any more. Reload the page.")

    return answer


async def values(request: Request, *, side: str) -> Response:
    """The inputs or the outputs as a tree."""
    found = await (await subject_of(request)).values(side)
    nodes = await to_thread.run_sync(nodes_of, found.values, limiter=_DECODING)
    return JSONResponse({"uri": found.uri, "message": found.message, "values": nodes})


async def value(request: Request, *, side: str) -> Response:
    """More of one value: children from a number on, or characters of a text."""
    found, at = await _value(request, side)
    text = request.query_params.get("start", "0")
    if not (text.isascii() and text.isdecimal() and len(text) <= 12):
        raise UnfitError(400, "start: expected a number.")
    return JSONResponse(node_of(found, at, start=int(text), characters=_MOST_CHARACTERS))


async def whole_value(request: Request, *, side: str) -> Response:
    """All of one value as a file: a text as it is, anything else as JSON."""
    found, _ = await _value(request, side)
    text, suffix = await to_thread.run_sync(_whole, found, limiter=_DECODING)
    headers = {**HEADERS, "Content-Disposition": disposition(found.name, suffix=suffix)}
    return Response(text.encode(errors="backslashreplace"), media_type="application/octet-stream", headers=headers)


def _whole(value: Value) -> tuple[str, str]:
    plain = plain_of(value)
    return (plain, ".txt") if isinstance(plain, str) else (json.dumps(plain, ensure_ascii=False), ".json")


async def _value(request: Request, side: str) -> tuple[Value, str]:
    subject = await subject_of(request)
    at = request.query_params.get("at", "")
    found = await subject.values(side)
    return find(found.values, at), at


async def about(request: Request) -> Response:
    """What a file is: its size, its kind and how it begins."""
    subject, uri = await subject_of(request), request.query_params.get("uri", "")
    place = await subject.place(uri)
    head = await subject.console.data.store.head(place, count=SNIFFED, node_identity=subject.reach.node_identity)
    media = media_of(head.data, name=basename(uri), size=head.size)
    return JSONResponse({"name": basename(uri), "size": head.size, "kind": media.kind, "text": media.text})


async def content(request: Request) -> Response:
    """A file's content: a picture where it is one, else a download. It comes piece by piece."""
    subject, uri = await subject_of(request), request.query_params.get("uri", "")
    place, store = await subject.place(uri), subject.console.data.store
    head = await store.head(place, count=SNIFFED, node_identity=subject.reach.node_identity)
    media = media_of(head.data, name=basename(uri), size=head.size)
    inline = media.kind == "picture" and "download" not in request.query_params
    try:
        part = range_of(request.headers.get("Range"), head.size)
    except ValueError as error:
        return Response(status_code=416, headers={"Content-Range": str(error)})
    start, end = part or (0, head.size)
    headers = {
        **HEADERS,
        "Content-Disposition": disposition(uri, inline=inline),
        "Content-Length": str(end - start),
        "Accept-Ranges": "bytes",
    }
    if part is not None:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{head.size}"
    pieces = store.pieces(place, start, end, etag=head.etag, node_identity=subject.reach.node_identity)
    kind = media.type if inline else "application/octet-stream"
    return StreamingResponse(pieces, status_code=200 if part is None else 206, media_type=kind, headers=headers)


async def folder(request: Request) -> Response:
    """The files beneath a folder."""
    subject, uri = await subject_of(request), request.query_params.get("uri", "")
    place = await subject.place(uri)
    listing = await subject.console.data.store.listing(place, most=MOST_FILES, node_identity=subject.reach.node_identity)
    files = [{"name": name, "size": size, "uri": f"{place}/{name}"} for name, size in listing.sizes.items()]
    return JSONResponse({"files": files, "more": listing.more})


async def table(request: Request) -> Response:
    """The first rows of a table: of the file, or of the first one with data in the folder."""
    subject, uri = await subject_of(request), request.query_params.get("uri", "")
    place, source, identity = await subject.place(uri), subject.console.data, subject.reach.node_identity
    listing = await source.store.listing(place, most=MOST_FILES, node_identity=identity)
    name, count = data_file(listing.sizes)
    file = place if name is None else file_in(place, name)
    head = await source.store.head(file, count=CSV_BYTES, node_identity=identity)

    async def fetch(start: int, end: int) -> bytes:
        if end <= len(head.data):
            return head.data[start:end]
        return await source.store.piece(file, start, end, etag=head.etag, node_identity=identity)

    kind = media_of(head.data, name=str(file), size=head.size).kind
    if kind == "parquet":
        found = await parquet_table(fetch, head.size, busy=subject.console.tables)
    elif kind in ("csv", "text"):
        found = csv_table(head.data, whole=head.size <= len(head.data), tabs=str(file).endswith(".tsv"))
    else:
        raise TableError("the console shows tables in parquet and CSV. Download the file instead")
    return JSONResponse({**found, "uri": str(file), "files": max(1, count), "size": head.size})


_BASE = "/api/executions/{namespace}/{name}"


def _routes_of(side: str) -> list[Route]:
    endpoints = {"": values, "/part": value, "/whole": whole_value}
    return [Route(f"{_BASE}/{side}{path}", answered(partial(endpoint, side=side))) for path, endpoint in endpoints.items()]


ROUTES = [
    *_routes_of("inputs"),
    *_routes_of("outputs"),
    Route(f"{_BASE}/files/about", answered(about)),
    Route(f"{_BASE}/files/content", answered(content)),
    Route(f"{_BASE}/files/folder", answered(folder)),
    Route(f"{_BASE}/files/table", answered(table)),
]
