"""One run of the rules of retention.

The index is read as it is, and what the rules are for is dealt with batch by batch. For each batch the API server is asked what is there,
again where the batch takes longer, and before each deletion the caches are asked for what was created since. A dry run does the same, and
deletes nothing.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from glider.settings.reading import read_settings
from glider.storage.errors import StorageError
from glider.storage.store import Storage
from glider.wire.jsonform import FieldError
from glider_core.archive.deleting import Deleting, Survey, Target, store_clock
from glider_core.archive.granting import check_reading, granted_by
from glider_core.archive.index import Index
from glider_core.archive.live_inputs import texts_of_file
from glider_core.archive.pacing import Pace
from glider_core.archive.records import Records
from glider_core.config import Config, history_prefix
from glider_core.config.retention import RetentionRule
from glider_core.history.queries import Query
from glider_core.history.retention import Facts, Held, add_uses, ended_before, hold_of, rule_of, uses_since
from glider_core.history.rows import Row
from glider_core.store.identity import has_identity
from glider_operator.archive import retention_metrics as metrics
from glider_operator.archive.live import Live
from glider_operator.archive.working import Thread

logger = logging.getLogger(__name__)

_BATCH = 2_000
#: How old may be what the API server has listed: the caches have what was created since, but not what is another operator's.
_FACTS_FOR = timedelta(minutes=5)
#: So many rows of the index are replaced at once.
_FLUSHED = 200
#: For how long a failing request is tried again.
_PATIENCE = 10.0
#: After so many executions in a row whose deletion the store failed, the run ends; and after so many in all, whatever was wrong.
_MOST_FAILURES, _MOST_FAILED = 3, 1_000
#: So many executions of a rule have a line in a dry run's log, and so many that are held for a reason.
_LOGGED = 100


@dataclass(kw_only=True)
class Found:
    """What a run has found so far, by rule and by hold; deleted unless it is `dry`."""

    dry: bool
    executions: Counter[str] = field(default_factory=Counter)
    objects: Counter[str] = field(default_factory=Counter)
    bytes: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)


class Deletion:
    """A run.

    Args:
        live: what is there.
        config: the configuration, for all namespaces. It has a history.
        namespaces: those whose executions are deleted; None for all of them.
        now: what time it is.
        environment: where endpoints and credentials of the store are.
        thread: for what blocks.

    Raises:
        SettingsError: the environment doesn't configure how to reach the store.
        FieldError: it has no credentials for the store.
    """

    def __init__(
        self,
        live: Live,
        config: Config,
        *,
        namespaces: Sequence[str | None],
        now: Callable[[], datetime],
        environment: Mapping[str, str],
        thread: Thread,
    ) -> None:
        self._live, self._config, self._namespaces = live, config, namespaces
        self._now, self._environment, self._thread = now, environment, thread
        self._settings = read_settings(environment).storage
        self._storage = Storage(self._settings, patience=_PATIENCE)
        prefix = history_prefix(config)
        assert prefix is not None, "a history that is enabled has a place"
        self._prefix = prefix
        if not (config.storage_access.node_identity or self._has_identity(prefix)):
            raise FieldError("history.prefix", expected="a store for which the operator has credentials of its own", found=prefix)
        self._index, self._records = Index(self._storage, prefix), Records(self._storage, prefix)
        self._begun = now()
        self._pace = Pace(config.retention.deletes_per_second, sleep=thread.sleep)
        self._found = Found(dry=config.retention.dry_run)
        self._failures, self._failed = 0, 0

    async def run(self) -> Found:
        """Deal with everything that the rules are for.

        Raises:
            StorageError: the store fails.
            KubeError: the API server doesn't answer.
        """
        deleting = await self._thread.do(self._deleting)
        due = self._due()
        while batch := await self._thread.do(lambda: list(islice(due, _BATCH))):
            asked, facts = self._now(), await self._facts(batch)
            try:
                for number, (row, rule) in enumerate(batch):
                    if self._now() - asked >= _FACTS_FOR:
                        asked, facts = self._now(), await self._facts(batch[number:])
                    await self._try(deleting, row, rule, facts)
            except StorageError:
                await self._thread.do(deleting.flush)
                raise
            await self._thread.do(deleting.flush)
        self._sum_up()
        return self._found

    async def _facts(self, batch: Sequence[tuple[Row, str]]) -> Facts:
        return await self._live.facts({row.uid for row, _ in batch}, self._read, self._thread)

    async def _try(self, deleting: Deleting, row: Row, rule: str, facts: Facts) -> None:
        try:
            outcome = await self._deal_with(deleting, row, facts)
        except StorageError as error:
            self._fail(row, error)
            return
        self._failures = 0
        self._note(row, rule, outcome)
        if deleting.deleted >= _FLUSHED:
            await self._thread.do(deleting.flush)

    def _deleting(self) -> Deleting:
        newest = self._begun if self._found.dry else min(self._begun, store_clock(self._storage, self._prefix))
        return Deleting(
            self._storage,
            index=self._index,
            records=self._records,
            granted=granted_by(self._config, has_identity=self._has_identity),
            newest=newest,
            pace=self._pace,
            now=self._now,
        )

    def _due(self) -> Iterator[tuple[Row, str]]:
        """The executions that a rule is for, each with the rule's name."""
        rules = self._config.retention.rules
        last_uses: dict[str, datetime] = {}
        if (since := uses_since(rules, now=self._begun)) is not None:
            for row in self._index.rows(Query(completed_after=since)):  # of all namespaces: data are used across them
                self._thread.check()
                add_uses(last_uses, row)
        if self._index.problems:  # nobody knows of the uses in there
            rules = tuple(rule for rule in rules if rule.unused_for is None)
        names = {id(rule): rule_name(rule, number) for number, rule in enumerate(self._config.retention.rules)}
        namespaces = None if None in self._namespaces else tuple(filter(None, self._namespaces))
        before = ended_before(rules, now=self._begun) + timedelta(seconds=1)  # a query's limit is exclusive
        for row in self._index.rows(Query(namespaces=namespaces, completed_before=before)):
            self._thread.check()
            if (rule := rule_of(row, rules, last_uses=last_uses, now=self._begun)) is not None:
                yield row, names[id(rule)]

    async def _deal_with(self, deleting: Deleting, row: Row, facts: Facts) -> Survey | Held:
        """What was deleted, or would be; or what holds it."""
        if (held := hold_of(row, (), facts)) is not None:
            return held
        target = await self._thread.do(lambda: deleting.target(row))
        if isinstance(target, Held):
            return target
        places = [folder.place for folder in target.folders]
        if (held := hold_of(row, places, facts)) is not None:
            return held
        survey = await self._thread.do(lambda: self._survey(deleting, target))
        if isinstance(survey, Held):
            return survey
        since = await self._live.created_since(facts, self._read, self._thread)
        if (held := hold_of(row, places, since)) is not None or self._found.dry:
            return held or survey
        return await self._thread.do(lambda: deleting.delete(survey)) or survey

    def _survey(self, deleting: Deleting, target: Target) -> Survey | Held:
        self._pace.take(1)  # a dry run of many lists as quickly as others delete, and no quicker
        return deleting.survey(target)

    def _read(self, namespace: str, uri: str) -> tuple[str, ...]:
        """The texts in a file of inputs."""

        def may_read(uri: str) -> None:
            check_reading(self._config, namespace, uri, has_identity=self._has_identity)

        return texts_of_file(self._storage, uri, may_read=may_read)

    def _note(self, row: Row, rule: str, outcome: Survey | Held) -> None:
        who, found = (row.namespace, row.name, row.uid), self._found
        if isinstance(outcome, Held):
            found.held[outcome.hold] += 1
            if found.held[outcome.hold] <= _LOGGED:
                logger.info("retention: %s/%s (%s) stays, whatever the rule %s: %s", *who, rule, outcome.message)
            return
        found.executions[rule] += 1
        found.objects[rule] += outcome.objects
        found.bytes[rule] += outcome.bytes
        if not found.dry:
            metrics.deleted(rule, outcome)
            logger.info("retention: deleted %s/%s (%s), %d objects, %d bytes, by the rule %s", *who, outcome.objects, outcome.bytes, rule)
        elif found.executions[rule] <= _LOGGED:
            logger.info(
                "retention: would delete %s/%s (%s), %d objects, %d bytes, by the rule %s", *who, outcome.objects, outcome.bytes, rule
            )

    def _fail(self, row: Row, error: StorageError) -> None:
        """Go on with the others, as long as that has a chance: what lasts is about the one execution, or else about all."""
        metrics.ERRORS.inc()
        self._failed += 1
        self._failures += not error.lasting
        if self._failed <= _LOGGED:
            logger.warning("retention: could not delete %s/%s (%s): %s", row.namespace, row.name, row.uid, error)
        if self._failures >= _MOST_FAILURES or self._failed >= _MOST_FAILED:
            raise error

    def _sum_up(self) -> None:
        for problem in self._index.problems:
            metrics.ERRORS.inc()
            logger.warning("retention: a part of the history's index can't be read: %s", problem)
        verb, found = ("would delete" if self._found.dry else "deleted"), self._found
        for rule, count in found.executions.items():
            logger.info(
                "retention: %s %d executions, %d objects, %d bytes, by the rule %s",
                verb,
                count,
                found.objects[rule],
                found.bytes[rule],
                rule,
            )
        for hold, count in found.held.items():
            logger.info("retention: %d executions stay: %s", count, hold)

    def _has_identity(self, uri: str) -> bool:
        return has_identity(uri, self._settings, self._environment)


def rule_name(rule: RetentionRule, number: int) -> str:
    """What a rule is called in logs and metrics."""
    return rule.name or f"rules[{number}]"
