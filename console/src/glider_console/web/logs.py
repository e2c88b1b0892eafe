"""The logs of an execution's attempts: as they are written, or as the store has them, and to download. The API server decides who may
read them.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, replace

import anyio
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from glider.storage.errors import StorageError
from glider.wire.logparts import FOLDER
from glider_client.access.rights import Right
from glider_client.cluster import paths
from glider_client.cluster.errors import ClusterError, UnavailableError, UnreachableError
from glider_client.history.related import pods_of
from glider_client.stored.subject import NotReadError
from glider_client.views.stored import own_folders
from glider_console.access.viewer import Viewer
from glider_console.context import Console, console_of, viewer_of
from glider_console.history.logs import KeptLog, kept_parts
from glider_console.history.segments import HistoryError
from glider_console.live.pod_logs import PodLog
from glider_console.logs.batches import Batch
from glider_console.logs.choosing import Choice
from glider_console.logs.positions import Asked, Position, asked_in
from glider_console.logs.sources import Ended, LogEvent, LogSource, Lost, Restored
from glider_console.web.data import subject_for
from glider_console.web.events import Event, event_stream, last_event_id
from glider_console.web.found import Execution, find
from glider_console.web.problems import problem, problem_of

#: Seconds until it is asked again whether there is something to read: at first, and at most.
_SOON, _LATER = 0.5, 3.0


async def stream(request: Request) -> Response:
    """Server-sent events: `source`, `lines`, and what keeps lines from coming, until the container has ended."""
    logs, asked = _Logs.of(request), asked_in(request.query_params)
    position = Position.of(last_event_id(request))
    if position is not None and asked.attempt is None:
        asked = replace(asked, attempt=position.attempt)
    await logs.permit()
    return event_stream(logs.events(*await logs.find(asked), position))


async def download(request: Request) -> Response:
    """The log as it is, for a file."""
    logs = _Logs.of(request)
    await logs.permit()
    found, choice = await logs.find(asked_in(request.query_params))
    source = logs.source_of(choice) if choice.readable else await logs.kept(found, choice)
    if source is None:
        return problem(404, "NotFound", choice.why_not()["message"])
    pieces = source.whole()
    first = await anext(pieces, b"")  # a refusal is an answer of its own
    container = choice.container or choice.recorded_container
    file = f"{found.document['metadata']['name']}-{choice.number}-{container}.log"
    headers = {"Content-Disposition": f'attachment; filename="{file}"', "X-Content-Type-Options": "nosniff"}
    return StreamingResponse(_all(first, pieces), media_type="text/plain; charset=utf-8", headers=headers)


ROUTES = [
    Route("/api/executions/{namespace}/{name}/logs/stream", stream),
    Route("/api/executions/{namespace}/{name}/logs", download),
]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Logs:
    """The logs of one execution, as one viewer may read them."""

    console: Console
    viewer: Viewer
    namespace: str
    name: str

    @classmethod
    def of(cls, request: Request) -> _Logs:
        where = request.path_params
        return cls(console=console_of(request), viewer=viewer_of(request), namespace=where["namespace"], name=where["name"])

    async def permit(self) -> None:
        """Nothing, if the viewer may read logs; with each log the API server decides it again.

        Raises:
            ForbiddenError: they may not.
        """
        right = Right(verb="get", group="", resource="pods", subresource="log", namespace=self.namespace)
        await self.console.reviews.require(self.viewer, right)

    async def find(self, asked: Asked) -> tuple[Execution, Choice]:
        """What there is now.

        Raises:
            ClusterError: the viewer may not see it, or it isn't there.
        """
        found = await find(self.console, self.viewer, namespace=self.namespace, name=self.name)
        uid = found.document["metadata"]["uid"]
        if found.record is not None:
            return found, Choice(execution=found.document, pods=(), asked=asked, gone=found.record.pods)
        pods = await self.console.ask(self.viewer, lambda cluster: pods_of(cluster, uid, namespace=self.namespace))
        return found, Choice(execution=found.document, pods=pods, asked=asked)

    async def kept(self, found: Execution, choice: Choice) -> KeptLog | None:
        """The log of the attempt in the store, where its pod is gone; None where there is none that is read for this viewer.

        Raises:
            StorageError: the store refuses or doesn't answer.
        """
        if choice.number is None or choice.pod is not None or choice.asked.container not in ("", choice.recorded_container):
            return None
        subject, store = subject_for(self.console, self.viewer, found), self.console.data.store
        template = found.record.template if found.record is not None else None
        folders = [f"{folder}/{choice.number}/{FOLDER}" for folder in own_folders(found.document, template=template)]
        identity = subject.reach.node_identity
        for uri in dict.fromkeys([*filter(None, [subject.left(FOLDER, attempt=choice.number)]), *folders]):
            try:
                place = await subject.place(uri, named=True)
            except NotReadError:
                continue
            if parts := await kept_parts(store, place, node_identity=identity):
                begin = choice.asked.begin
                tail, since = int(begin.get("tailLines", 0)), begin.get("sinceTime", "")
                return KeptLog(store=store, folder=place, parts=parts, node_identity=identity, tail=tail, since=since)
        return None

    def source_of(self, choice: Choice) -> LogSource:
        """Where the log is read."""
        assert choice.pod is not None
        path = paths.pods(self.namespace, choice.pod["metadata"]["name"])
        return PodLog(
            way=self.console.streams.of(self.viewer),
            pod=choice.pod,
            container=choice.container,
            begin=choice.asked.begin,
            now=lambda: self.console.ask(self.viewer, lambda cluster: cluster.get(path)),
        )

    async def events(self, found: Execution, choice: Choice, position: Position | None) -> AsyncGenerator[Event, None]:
        """What happens with the log, until nothing more will come."""
        try:
            async with aclosing(self._started(choice)) as choices:
                async for choice in choices:
                    if not (choice.readable or choice.hopeless):
                        yield Event(type="waiting", data=choice.why_not())
            source: LogSource | None = self.source_of(choice) if choice.readable else await self.kept(found, choice)
            if source is None or choice.number is None:
                yield Event(type="ended", data=choice.why_not())
                return
            yield Event(type="source", data=choice.source)
            resumed = position if position is not None and position.attempt == choice.number else Position(attempt=choice.number)
            async with aclosing(source.follow(resumed.cursor)) as log:
                async for event in log:
                    yield self._shown(event, attempt=choice.number)
        except (ClusterError, StorageError, HistoryError) as error:
            yield self._failed(error)

    async def _started(self, choice: Choice) -> AsyncGenerator[Choice, None]:
        """What there is, now and whenever there is something else to show, until there is a log or there never will be."""
        yield choice
        shown, pause = choice.why_not(), _SOON
        while not (choice.readable or choice.hopeless):
            await anyio.sleep(pause)
            pause = min(_LATER, pause * 1.5)
            try:
                _, choice = await self.find(choice.settled)
            except (UnreachableError, UnavailableError):
                continue
            if choice.readable or choice.why_not() != shown:
                yield choice
                shown, pause = choice.why_not(), _SOON

    def _failed(self, error: Exception) -> Event:
        answer = problem_of(error, local=self.console.entrance.local)
        return Event(type="failed", data=bytes(answer.body) if answer is not None else {"error": {"message": str(error)}})

    def _shown(self, event: LogEvent, *, attempt: int) -> Event:
        match event:
            case Batch(lines=lines, cursor=cursor):
                return Event(type="lines", data=[line.document() for line in lines], id=str(Position(attempt=attempt, cursor=cursor)))
            case Lost(why=why):
                return Event(type="lost", data={"message": why})
            case Restored():
                return Event(type="restored", data={})
            case Ended(error=error) if error is not None:
                return self._failed(error)
            case Ended():
                return Event(type="ended", data={"message": "", "links": []})


async def _all(first: bytes, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """A log that can't be read to its end ends in an error, so that the browser doesn't take the file for the whole."""
    yield first
    async for piece in pieces:
        yield piece
