"""From the end of an execution to its row in the index of the history.

Nothing waits for it but what would make an execution's end be forgotten: its deletion, or its compaction, after its TTL. What is archived
is known from having done so, and else from the index: an operator that starts lists finished executions, and the index of the day on
which each ended shows which of them are missing. So nothing is written to the API server, and whatever is archived twice, by operators
that followed each other, has the same key, and rows of which one counts.

While the store fails, one execution is tried at a time, ever more rarely. All others wait in memory (`pending`), where they are bounded.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from glider_core.api.execution import Execution, Identity
from glider_core.api.observed_pod import Pod
from glider_core.config import Config
from glider_core.history.layout import day_of
from glider_core.history.records import Record
from glider_core.history.rows import Row
from glider_core.kube.errors import KubeError
from glider_operator.archive.archive import Archive, Json
from glider_operator.archive.compaction import Compaction
from glider_operator.archive.documents import Documents, GoneError, Surroundings
from glider_operator.archive.gathering import UnfitError, check_identity
from glider_operator.archive.pending import Pending, PendingExecutions
from glider_operator.archive.remains import Remains
from glider_operator.archive.rescuing import Rescuer
from glider_operator.archive.writing import HistoryWriter, StoreFailsError, Unfit
from glider_operator.cache.caches import Caches
from glider_operator.telemetry import metrics

logger = logging.getLogger(__name__)

#: How often what has ended is archived, in seconds: one segment of the index for each namespace then.
TICK = 2.0
#: How many at once.
_BATCH = 512
#: How rarely a failing store is tried, at most.
_RARELY = 30.0
#: How often it is logged that it still fails.
_LOGGED_EVERY = 600.0
#: How long what is pending is given when the operator ends.
_FLUSH = 3.0
#: UIDs that are known to be archived, and those of days of the index.
_MOST_KNOWN = 200_000
_DAYS_KNOWN_FOR = 60.0
_FINAL = frozenset({"Succeeded", "Failed"})


@dataclass(slots=True)
class _Outage:
    """Since when the store fails, why, when that was logged last, and how often it has been tried."""

    since: float
    problem: str
    logged: float
    tries: int = field(default=0)


class Archiver(Archive):
    """Archives what ends. `open_writer` opens the store. `rescuer` gets pods that have ended. `now`: the time; `clock`: seconds."""

    keeps = True

    def __init__(
        self,
        open_writer: Callable[[], HistoryWriter],
        around: Surroundings,
        *,
        caches: Caches,
        config: Callable[[], Config],
        now: Callable[[], datetime],
        rescuer: Rescuer | None = None,
        clock: Callable[[], float] = time.monotonic,
        tick: float = TICK,
    ) -> None:
        self._open_writer = open_writer
        self._around = around
        self._caches = caches
        self._rescuer = rescuer
        self._now = now
        self._clock = clock
        self._tick = tick
        self._writer: HistoryWriter | None = None
        self._outage: _Outage | None = None
        self._remains = Remains()
        self._documents = Documents(around, caches=caches, remains=self._remains, config=config, now=now)
        self._known: OrderedDict[str, None] = OrderedDict()
        self._days: OrderedDict[tuple[str, date], tuple[float, frozenset[str]]] = OrderedDict()
        self._compaction = Compaction()
        self._archiving = asyncio.Lock()
        self.pending = PendingExecutions(clock=clock)

    def pod(self, pod: Pod, body: Json, *, gone: bool = False) -> None:
        """Keep it, if it won't run on."""
        if (gone or pod.ended or pod.deleting) and pod.execution_uid not in self._known:
            with _left_out(f"the pod {pod.namespace}/{pod.name}"):
                self._remains.pod(pod, body)
                if self._rescuer is not None:
                    self._rescuer.saw(pod, body)

    def event(self, execution: Identity, document: Json) -> None:
        """Keep it."""
        with _left_out("an Event"):
            self._remains.event(execution, document)

    def ended(self, body: Json) -> None:
        """Archive it soon."""
        self._add(body, sure=True)

    def found(self, body: Json) -> None:
        """Archive it, unless it is archived. Where too many wait, the next list has it again."""
        uid = body["metadata"]["uid"]
        if uid not in self._known and uid not in self.pending and not self.pending.is_full:
            self._add(body, sure=False)

    def forget(self, execution: Identity) -> None:
        """Keep nothing of it, unless it is still to be archived."""
        if execution[1] not in self.pending:
            self._remains.forget(execution)

    def is_archived(self, uid: str) -> bool:
        """Whether its row is in the index."""
        return uid in self._known

    async def run(self) -> None:
        """Archive until cancelled."""
        while True:
            full = await self.archive()
            await asyncio.sleep(self._pause(full=full))

    async def compact(self) -> None:
        """Merge segments of the index until cancelled."""
        while True:
            await asyncio.sleep(self._tick)
            if self._writer is None or self._outage or not self._around.may_write():
                continue
            due = self._compaction.due(today=day_of(self._now()), now=self._clock())
            if due is None:
                continue
            (namespace, day), over = due
            try:
                more = await self._writer.compact(namespace, day, whole=over)
                self._compaction.merged((namespace, day), more=more)
            except Exception as error:
                self._compaction.failed((namespace, day), now=self._clock())
                metrics.HISTORY_FAILURES.labels("compact").inc()
                logger.warning("the history's index of %s, %s, could not be merged: %s", namespace, day, error)

    async def flush(self) -> None:
        """Archive what is pending, as far as there is time, before the operator ends."""
        if self._outage is None and len(self.pending):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_FLUSH):
                    await self.archive()

    def close(self) -> None:
        """Let go of the store."""
        if self._writer is not None:
            self._writer.close()

    def refresh(self) -> None:
        """Set the gauges."""
        metrics.HISTORY_PENDING.set(len(self.pending))
        metrics.HISTORY_BEHIND.set(self.pending.oldest())
        metrics.HISTORY_UNFIT.set(sum(1 for _ in self.pending.problems()))

    def state(self) -> dict[str, object]:
        """The state of the history, for people."""
        outage, unfit = self._outage, list(self.pending.problems())
        return {
            "pending": len(self.pending),
            "pendingBytes": self.pending.size,
            "keptBytes": self._remains.size,
            "secondsBehind": round(self.pending.oldest(), 1),
            "storeFails": outage.problem if outage else None,
            "storeFailsFor": round(self._clock() - outage.since, 1) if outage else None,
            "notArchivable": {one.title: one.problem for one in unfit[:20]} or None,
            "indexProblems": (self._writer.problems()[:20] if self._writer else None) or None,
        }

    async def archive(self) -> bool:
        """Archive a batch. Whether there is more to do at once."""
        if not self._around.may_write():
            return False
        async with self._archiving:
            due = self.pending.due(most=1 if self._outage else _BATCH, settled=self._is_settled)
            if not due:
                return False
            try:
                stored, failed = await self._archive(due)
            except Exception as error:
                if not isinstance(error, StoreFailsError):
                    logger.exception("an unexpected error while executions were archived")
                for entry in due:
                    self.pending.not_stored(entry)
                stored, failed = 0, error
        if failed is not None:
            metrics.HISTORY_FAILURES.labels("store").inc()
        if failed is not None and not stored:
            self._fails(str(failed) or repr(failed))
            return False
        more = self._outage is not None or len(due) == _BATCH
        if stored:
            self._is_well()
        return more

    async def _archive(self, due: list[Pending]) -> tuple[int, Exception | None]:
        """How many of `due` the history has by now, and why the store didn't take others.

        Raises:
            StoreFailsError: it can't be opened.
        """
        if self._writer is None:
            self._writer = self._open_writer()
        missing, done, failed = await self._not_in_index(self._writer, due)
        made = [(entry, makers) for entry in missing if (makers := await self._makers(entry))]
        stored, rows = done, dict[str, tuple[Pending, Row]]()
        for (entry, _), outcome in zip(made, await self._writer.store([makers for _, makers in made]), strict=True):
            if isinstance(outcome, Row):
                rows[entry.uid] = (entry, outcome)
            elif isinstance(outcome, Unfit):
                self._is_unfit(entry, outcome.problem)
            else:
                failed = outcome
                self.pending.not_stored(entry)
        for together, problem in await self._writer.append(row for _, row in rows.values()):
            for row in together:
                entry = rows[row.uid][0]
                if problem is None:
                    self._is_archived(entry)
                    metrics.HISTORY_ARCHIVED.inc()
                    stored += 1
                else:
                    self.pending.not_stored(entry)
            failed = failed or problem
            if problem is None:
                self._compaction.added(together[0].namespace, rows[together[0].uid][0].day)
        return stored, failed

    async def _not_in_index(self, writer: HistoryWriter, due: Sequence[Pending]) -> tuple[list[Pending], int, Exception | None]:
        """Those of `due` that aren't archived, how many are, and why that can't be known of the others, which wait."""
        unsure = {(entry.namespace, entry.day) for entry in due if not entry.sure}
        known = {where: uids for where, (until, uids) in self._days.items() if where in unsure and until > self._clock()}
        wanted, failed = sorted(unsure - known.keys()), None
        found = await asyncio.gather(*(writer.uids(*where) for where in wanted), return_exceptions=True)
        for where, uids in zip(wanted, found, strict=True):
            if isinstance(uids, Exception):
                failed = uids
            elif isinstance(uids, BaseException):
                raise uids
            else:
                known[where] = uids
                self._remember_day(where, uids)
        missing, done = list[Pending](), 0
        for entry in due:
            if entry.sure:
                missing.append(entry)
            elif (uids_of_day := known.get((entry.namespace, entry.day))) is None:
                self.pending.not_stored(entry)
            elif entry.uid in uids_of_day:
                self._is_archived(entry)
                done += 1
            else:
                missing.append(entry)
        return missing, done, failed

    def _remember_day(self, where: tuple[str, date], uids: frozenset[str]) -> None:
        """The same days are asked for again and again while a list goes on."""
        self._days[where] = (self._clock() + _DAYS_KNOWN_FOR, uids)
        self._days.move_to_end(where)
        while len(self._days) > 1 and sum(len(known) for _, known in self._days.values()) > _MOST_KNOWN:
            self._days.popitem(last=False)

    async def _makers(self, entry: Pending) -> Sequence[Callable[[], Record]]:
        """What makes its record; nothing where it is gone, can't be looked up for now, or is like none that anybody foresaw."""
        try:
            return await self._documents.makers(entry)
        except GoneError as error:
            metrics.HISTORY_FAILURES.labels("lost").inc()
            logger.warning("%s", error)
            self.pending.done(entry.uid)
            self._remains.forget(entry.identity)
        except KubeError as error:
            logger.warning("%s: could not look it up to archive it: %s", entry.title, error)
            self.pending.not_stored(entry)
        except Exception as error:
            logger.exception("%s: an unexpected error", entry.title)
            self._is_unfit(entry, repr(error))
        return ()

    def _add(self, body: Json, *, sure: bool) -> None:
        try:
            check_identity(body["metadata"])
        except UnfitError as error:  # no API server does that
            logger.error("an execution can't be archived: %s", error)
            return
        self.pending.add(self._documents.pending(body, sure=sure, since=self._clock()))

    def _is_settled(self, entry: Pending) -> bool:
        """Whether its pods are as they will be."""
        pods = self._caches.pods.observed(entry.identity).seen.values()
        return all(pod.vanished or pod.phase in _FINAL for pod in pods)

    def _is_archived(self, entry: Pending) -> None:
        self._known[entry.uid] = None
        if len(self._known) > _MOST_KNOWN:
            self._known.popitem(last=False)
        self.pending.done(entry.uid)
        self._remains.forget(entry.identity)
        self._around.archived(entry.uid)

    def _is_unfit(self, entry: Pending, problem: str) -> None:
        metrics.HISTORY_FAILURES.labels("record").inc()
        if self.pending.unfit(entry, problem):
            logger.error("%s can't be archived, and isn't deleted by its TTL until it is: %s", entry.title, problem)
            self._around.report(Execution(namespace=entry.namespace, name=entry.name, uid=entry.uid, created=self._now(), spec={}), problem)

    def _fails(self, problem: str) -> None:
        now, before = self._clock(), self._outage
        if before is None or now - before.logged >= _LOGGED_EVERY:
            since = now if before is None else before.since
            lasting = "" if before is None else f", and none were deleted after their TTL, for {now - since:.0f} s"
            logger.warning("executions can't be archived, %d wait for the store%s: %s", len(self.pending), lasting, problem)
            self._outage = _Outage(since=since, problem=problem, logged=now, tries=before.tries if before else 0)
        assert self._outage is not None
        self._outage.problem = problem
        self._outage.tries += 1

    def _is_well(self) -> None:
        if self._outage is not None:
            logger.info("executions are archived again, after %.0f s; %d wait", self._clock() - self._outage.since, len(self.pending))
            self._outage = None

    def _pause(self, *, full: bool) -> float:
        if self._outage is not None:
            return min(_RARELY, self._tick * 2.0 ** min(self._outage.tries - 1, 10)) * random.uniform(0.5, 1.0)
        return 0.0 if full else self._tick


@contextlib.contextmanager
def _left_out(what: str) -> Iterator[None]:
    """What can't be kept is missing in a record: the reconcile that reports it mustn't fail for that."""
    try:
        yield
    except Exception:
        logger.warning("%s can't be kept for the history", what, exc_info=True)
