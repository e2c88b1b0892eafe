"""The execution that somebody asks about, and which places of the store are read for them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from glider_client.cluster import paths
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import ForbiddenError, NotFoundError
from glider_client.stored.rule import Access, Owner, Reach, Verdict
from glider_client.stored.source import Source
from glider_client.views.stored import left_uri
from glider_core.api.execution import Execution, parse_execution
from glider_core.api.places import Place

Json = Mapping[str, Any]
#: Answers a question about the cluster with the credential of whoever asks.
Ask = Callable[[Callable[[Cluster], Any]], Awaitable[Any]]


class NotReadError(Exception):
    """A URI isn't read for this viewer; the message is a sentence without its full stop."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """The execution that a request is about, as its viewer may get it."""

    source: Source
    ask: Ask
    document: Json
    reach: Reach

    async def place(self, uri: str, *, named: bool = False) -> Place:
        """What `uri` means, if it is read for this viewer. `named`: the execution is known to name it.

        Raises:
            NotReadError: it isn't.
        """
        verdict = self.reach.verdict(uri)
        match verdict.access:
            case Access.READ:
                allowed = True
            case Access.NAMED:
                allowed = named or await self.names(verdict)
            case Access.ANOTHERS:
                allowed = await self._may_get_owner(verdict)
            case _:
                allowed = False
        if verdict.place is None or not allowed:
            raise NotReadError(verdict.why)
        return verdict.place

    async def names(self, verdict: Verdict) -> bool:
        """Whether the execution names the place of `verdict` in its values: not as far as is known here."""
        return False

    async def gone_owner(self, owner: Owner) -> Execution | None:
        """An execution that isn't on the cluster any more, if whoever asks may get it nevertheless: not as far as is known here."""
        return None

    def left(self, file: str, *, attempt: int) -> str | None:
        """Where an attempt leaves that file: where the status has the outputs, and until then where the operator's configuration puts
        them. None where nothing is on record.
        """
        reach = self.reach
        if (uri := left_uri(self.document, file, attempt=attempt)) is not None:
            return uri
        if reach.execution is None or reach.metadata is None:
            return None
        return f"{reach.metadata}/{reach.execution.namespace}/{reach.execution.unique_name}/{attempt}/{file}"

    async def _may_get_owner(self, verdict: Verdict) -> bool:
        assert verdict.owner is not None
        path = paths.executions(verdict.owner.namespace, verdict.owner.name)
        owner: Execution | None
        try:
            owner = parse_execution(await self.ask(lambda cluster: cluster.get(path)))
            if self._owns(owner, verdict):
                return True
        except NotFoundError:
            pass
        except ForbiddenError:
            return False
        owner = await self.gone_owner(verdict.owner)
        return owner is not None and self._owns(owner, verdict)

    def _owns(self, owner: Execution, verdict: Verdict) -> bool:
        return self.source.reach(owner).verdict(str(verdict.place)).access is Access.READ


def subject_of(document: Json, *, source: Source, ask: Ask) -> Subject:
    """The subject of a request about the execution `document`, which whoever asks may get."""
    return Subject(source=source, ask=ask, document=document, reach=source.reach(parse_execution(document)))
