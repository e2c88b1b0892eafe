"""Deletes executions with all their data and history, wherever they are: on the cluster, in the history, or both.

What is deleted, and what is held, is decided as the operator does by rules of retention; the store's credentials are the user's own. One
that is on the cluster is cancelled first, awaited, and deleted there with its pods, so that nobody writes its data any more. Where a
history is kept, its record is awaited too: one that was written later would bring its inputs back.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from glider.storage.store import Storage
from glider.wire.jsonform import FieldError
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import ForbiddenError
from glider_client.cluster.paths import executions
from glider_client.history.finding import live_one
from glider_client.history.related import pods_of, template_of
from glider_client.history.source import History
from glider_client.sdk.acting import act, wait_for
from glider_client.sdk.failures import WaitTimeoutError
from glider_client.sdk.verbs import CANCEL, DELETE
from glider_client.views.stored import own_folders
from glider_core.api.execution import is_finished
from glider_core.api.phases import LIVE
from glider_core.api.places import parse_place
from glider_core.archive.deleting import Deleting, Survey, store_clock
from glider_core.archive.live_inputs import UnknownInputsError, texts_of_file
from glider_core.archive.pacing import Pace
from glider_core.history.queries import Query
from glider_core.history.records import OwnFolders, Record
from glider_core.history.references import Use, references_of, texts_of
from glider_core.history.retention import Facts, Held, Hold, hold_of
from glider_core.history.rows import Row, row_of
from glider_core.resolve.storage import shard

Json = Mapping[str, Any]

#: An operator archives what has ended within seconds.
_ARCHIVED_WITHIN = 30.0
_PAUSE = 0.5
_SECOND = 1.1
#: For so many seconds what was asked about the executions that run is good enough for the next deletion.
_FRESH = 10.0
#: Fewer than a store minds: nobody waits at the other end of a rule.
_PER_SECOND = 1000
_RAW = re.compile(r"(.+)/[0-9a-z]{2}/[^/]+")


@dataclass(kw_only=True)
class Doomed:
    """An execution that is to be deleted with its data.

    Attributes:
        row: what the history has of it, or would have.
        live: as it is on the cluster; None where it isn't.
        archived: whether the history has it.
        claimed: its folders, by its documents; None where the history has them.
    """

    row: Row
    live: Json | None = None
    archived: bool = False
    claimed: OwnFolders | None = None


class DataDeletion:
    """Deletes executions with their data.

    Args:
        storage: the store.
        history: the history; None where there is none.
        cluster: the cluster; None where only the history is asked.
        timeout: how long is waited for executions on the cluster, at most, in seconds of `clock`; None without a limit.
    """

    def __init__(
        self,
        storage: Storage,
        *,
        history: History | None,
        cluster: Cluster | None,
        timeout: float | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._storage, self._history, self._cluster = storage, history, cluster
        self._clock, self._sleep = clock, sleep
        self._timeout, self._ends = timeout, None if timeout is None else clock() + timeout
        self._known: tuple[float, Facts] | None = None
        self._at_work: Deleting | None = None
        self._templates: dict[tuple[str, str | None], Any] = {}
        #: What isn't known, for people; empty where all is.
        self.remark = ""

    def of_row(self, row: Row) -> Doomed:
        """One that the history has. It may be on the cluster, too: it was found by its UID, or by a label that it had at its end.

        Raises:
            ClusterError: it can't be found out whether it is.
        """
        return Doomed(row=row, live=None if self._cluster is None else live_one(row, self._cluster), archived=True)

    def of_live(self, execution: Json) -> Doomed:
        """One that is on the cluster."""
        assert self._cluster is not None
        if (row := self._row(execution)) is not None:
            return Doomed(row=row, live=execution, archived=True)
        claimed = claimed_folders(execution, template=template_of(self._cluster, execution))
        made = row_of(Record(execution=execution, archived=datetime.now(UTC), storage=claimed))
        return Doomed(row=made, live=execution, claimed=claimed)

    def facts(self, besides: Collection[str]) -> Facts:
        """What the executions refer to that aren't finished, without those with the UIDs `besides`, which are to be deleted themselves.

        Raises:
            ClusterError: they can't be listed.
        """
        if self._cluster is None:
            self.remark = "no cluster was asked whether executions that run use the data"
            return Facts()
        if self._known is None or self._clock() - self._known[0] > _FRESH:
            uses = [self._use(one) for one in self._live_ones() if one["metadata"]["uid"] not in besides]
            self._known = self._clock(), Facts(references=references_of(uses))
        return self._known[1]

    def survey(self, doomed: Doomed, facts: Facts) -> Survey | Held:
        """What would be deleted of it, or what holds it.

        Raises:
            StorageError: the store can't be read.
        """
        return self._surveyed(self._deleting(datetime.max.replace(tzinfo=UTC)), doomed, facts)

    def delete(self, doomed: Doomed, besides: Collection[str]) -> Survey | Held:
        """Delete it, once nobody writes its data any more, and unless somebody uses them by now.

        Raises:
            WaitTimeoutError: it takes longer than there is time for.
            ClusterError: the API server refuses.
            StorageError: the store fails. The rest can be deleted later.
        """
        facts = self.facts(besides)
        if doomed.live is not None:
            if isinstance(held := self.survey(doomed, facts), Held):
                return held
            doomed = self._ended(doomed, doomed.live)
            self.flush()
            self._at_work = None  # it begins anew, since that one's data were written until now
        outcome = self._tried(doomed, facts)
        if isinstance(outcome, Held) and outcome.hold is Hold.NEWER:  # it may have ended just now, and stores count in seconds
            self._sleep(_SECOND)
            self.flush()
            self._at_work = None
            outcome = self._tried(doomed, facts)
        return outcome

    def _tried(self, doomed: Doomed, facts: Facts) -> Survey | Held:
        if self._at_work is None:
            self._at_work = self._deleting(self._time())
        survey = self._surveyed(self._at_work, doomed, facts)
        return survey if isinstance(survey, Held) else self._at_work.delete(survey) or survey

    def flush(self) -> None:
        """Replace what the index has of the deleted ones. To be called in the end, whatever happened.

        Raises:
            StorageError: the store fails. The next deletion of the same executions does it.
        """
        if self._at_work is not None:
            self._at_work.flush()

    def _ended(self, doomed: Doomed, execution: Json) -> Doomed:
        """What is known of it once it is gone from the cluster, with its pods."""
        assert self._cluster is not None
        if not is_finished(execution):
            act(self._cluster, CANCEL, execution)
            execution = wait_for(self._cluster, CANCEL, execution, timeout=self._left()) or execution
        if not doomed.archived and self._history is not None and is_finished(execution):
            doomed = self._awaited(doomed, execution)
        act(self._cluster, DELETE, execution)
        wait_for(self._cluster, DELETE, execution, timeout=self._left())
        metadata = execution["metadata"]
        while pods_of(self._cluster, metadata["uid"], namespace=metadata["namespace"]):
            if self._left() == 0:
                raise WaitTimeoutError(execution, self._timeout or 0)
            self._sleep(_PAUSE)
        return doomed

    def _awaited(self, doomed: Doomed, execution: Json) -> Doomed:
        """What the history has of it, soon after its end; as it is where the history has nothing of it."""
        left = self._left()
        ends = self._clock() + (_ARCHIVED_WITHIN if left is None else min(_ARCHIVED_WITHIN, left / 2))
        while (row := self._row(execution)) is None:
            if self._clock() >= ends:
                return doomed
            self._sleep(_PAUSE)
        return Doomed(row=row, live=execution, archived=True)

    def _row(self, execution: Json) -> Row | None:
        if self._history is None:
            return None
        metadata = execution["metadata"]
        created = datetime.fromisoformat(metadata["creationTimestamp"])
        query = Query(namespaces=(metadata["namespace"],), uids=(metadata["uid"],), created_after=created, limit=1)
        return next(iter(self._history.index.rows(query)), None)

    def _surveyed(self, deleting: Deleting, doomed: Doomed, facts: Facts) -> Survey | Held:
        if (held := hold_of(doomed.row, (), facts)) is not None:
            return held
        target = deleting.target(doomed.row, doomed.claimed)
        if isinstance(target, Held):
            return target
        return hold_of(doomed.row, [folder.place for folder in target.folders], facts) or deleting.survey(target)

    def _deleting(self, newest: datetime) -> Deleting:
        history = self._history
        return Deleting(
            self._storage,
            index=None if history is None else history.index,
            records=None if history is None else history.records,
            granted=lambda namespace, folder: folder,
            newest=newest,
            pace=Pace(_PER_SECOND),
            now=lambda: datetime.now(UTC),
        )

    def _time(self) -> datetime:
        """What time it is, by the store's clock where something may be written there."""
        return datetime.now(UTC) if self._history is None else store_clock(self._storage, self._history.prefix)

    def _left(self) -> float | None:
        return None if self._ends is None else max(0.0, self._ends - self._clock())

    def _live_ones(self) -> Iterator[Json]:
        assert self._cluster is not None
        query = {"fieldSelector": LIVE}
        try:
            yield from list(self._cluster.items(executions(""), query=query))
        except ForbiddenError:
            self.remark = f"only executions of the namespace {self._cluster.namespace} were asked whether they use the data"
            yield from self._cluster.items(executions(self._cluster.namespace), query=query)

    def _template(self, execution: Json) -> Any:
        """The spec of an execution's template; None where there is none."""
        key = (execution["metadata"]["namespace"], ((execution.get("spec") or {}).get("taskRef") or {}).get("name"))
        if key not in self._templates:
            assert self._cluster is not None
            self._templates[key] = (template_of(self._cluster, execution) or {}).get("spec")
        return self._templates[key]

    def _use(self, execution: Json) -> Use:
        metadata, spec = execution["metadata"], execution.get("spec") or {}
        texts, unknown = tuple(texts_of(spec, template=self._template(execution))), ""
        if uri := spec.get("inputsUri"):
            try:
                texts = (*texts, *texts_of_file(self._storage, str(uri), may_read=_is_place))
            except UnknownInputsError as error:
                unknown = str(error)
        return Use(namespace=metadata["namespace"], name=metadata["name"], uid=metadata["uid"], texts=texts, unknown=unknown)


def claimed_folders(execution: Json, *, template: Json | None) -> OwnFolders:
    """The folders of an execution, as far as its own documents and its template's have them; none without a store."""
    spec, status, metadata = execution["spec"], execution.get("status") or {}, execution["metadata"]
    folders = own_folders(execution, template=template)
    unique = f"{metadata['namespace']}-{metadata['name']}-{str(metadata['uid'])[:8]}"
    task = spec.get("task") or (template or {}).get("spec") or {}
    prefixes = [(one.get("storage") or {}).get("rawOutputDataPrefix") for one in (spec, task)]
    found = _RAW.fullmatch(str(status.get("rawOutputDataPrefix") or ""))
    base = found[1] if found else next(filter(None, prefixes), None)
    last = max((one["number"] for one in status.get("attempts") or ()), default=-1)
    names = [f"{unique}-{number}" for number in range(last + 1)] if base else []
    return OwnFolders(metadata=folders[0] if folders else "", raw=tuple(f"{str(base).rstrip('/')}/{shard(name)}/{name}" for name in names))


def _is_place(uri: str) -> None:
    try:
        parse_place(uri, files=True)
    except ValueError as error:
        raise FieldError("its inputs", expected=str(error), found=uri) from error
