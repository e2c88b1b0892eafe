"""Catches unexpected errors in the reconcile of one execution, and counts them. `reconcile.internal_errors` plans what follows."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from glider_core.api.execution import Execution
from glider_core.kube.errors import KubeError
from glider_core.reconcile.internal_errors import Tries, give_up
from glider_core.reconcile.plan import Plan
from glider_core.store.access import StoreError
from glider_operator.cache.pods import PodCache
from glider_operator.controller.errors import Blocked
from glider_operator.telemetry import metrics

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class End:
    """`plan` ends the execution, once its reconcile has failed too often."""

    plan: Plan | None = None


class InternalErrors:
    """How often in a row the reconcile of each live execution has failed this way, by UID. `pods` are theirs."""

    def __init__(self, pods: PodCache, *, clock: Callable[[], datetime]) -> None:
        self._pods = pods
        self._clock = clock
        self._tries: dict[str, Tries] = {}

    def __len__(self) -> int:
        return len(self._tries)

    @asynccontextmanager
    async def caught(self, execution: Execution) -> AsyncIterator[End]:
        """For a reconcile of `execution`. Expected errors are raised; so are unexpected ones, as long as another try is to be made."""
        end = End()
        try:
            yield end
        except (KubeError, StoreError, Blocked):
            raise
        except Exception as error:
            if (plan := self._met(execution, error)) is None:
                raise
            logger.error("%s/%s ends because of an unexpected error", execution.namespace, execution.name, exc_info=error)
            end.plan = plan
        else:
            self.forget(execution.uid)

    def _met(self, execution: Execution, error: Exception) -> Plan | None:
        now = self._clock()
        self._tries[execution.uid] = tries = self._tries.get(execution.uid, Tries(count=0, since=now)).again()
        metrics.INTERNAL_ERRORS.labels(type(error).__name__).inc()
        return give_up(execution, error, tries=tries, observed=self._pods.observed(execution.identity), now=now)

    def forget(self, uid: str) -> None:
        """The reconcile succeeded, or the execution is finished or gone."""
        self._tries.pop(uid, None)
