"""Deletes executions of the history with all their data, by `retention`: periodically, paced, and only by the operator that leads.

A run that ends early goes on the next time: what is deleted is gone from the index, and the rest isn't.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from glider.settings.model import SettingsError
from glider.storage.errors import StorageError
from glider.wire.jsonform import FieldError
from glider_core.config import Config
from glider_core.kube.errors import KubeError
from glider_core.kube.transport import Transport
from glider_operator.archive import retention_metrics as metrics
from glider_operator.archive.deletion import Deletion, Found, rule_name
from glider_operator.archive.live import Live
from glider_operator.archive.working import Thread
from glider_operator.cache.caches import Caches

logger = logging.getLogger(__name__)

#: How often is checked whether another run is due: the interval may change meanwhile.
_CHECK = 30.0


class HistoryRetainer:
    """Applies the rules to the executions of `namespaces` (None: all of them).

    Args:
        transport: the API server.
        caches: the executions that aren't finished.
        namespaces: those that are watched.
        config: the configuration, for all namespaces, as it is now.
        now: what time it is.
        environment: where endpoints and credentials of the store are.
    """

    def __init__(
        self,
        transport: Transport,
        caches: Caches,
        *,
        namespaces: Sequence[str | None],
        config: Callable[[], Config],
        now: Callable[[], datetime],
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self._namespaces, self._config, self._now, self._environment = namespaces, config, now, environment
        self._live = Live(transport, caches, namespaces=namespaces)

    async def run(self) -> None:
        """Do so until cancelled."""
        last = self._now()
        while True:
            interval = self._config().retention.interval
            await asyncio.sleep(min(interval.total_seconds(), _CHECK))
            if _is_on(self._config()) and self._now() - last >= interval:
                await self._retain_or_log()
                last = self._now()

    async def retain(self) -> Found:
        """Apply the rules once, and return what was found.

        Raises:
            StorageError: the store fails, and what is left has to wait for the next time.
            KubeError: the API server can't be asked what is there.
            SettingsError: the environment doesn't configure how to reach the store.
            FieldError: the operator has no credentials for the store.
        """
        config = self._config()
        thread = Thread("retention")
        deletion = Deletion(self._live, config, namespaces=self._namespaces, now=self._now, environment=self._environment, thread=thread)
        try:
            found = await deletion.run()
        finally:
            thread.stop()  # cancelled while it is at work: it ends between two requests
        metrics.report(found, rules=[rule_name(rule, number) for number, rule in enumerate(config.retention.rules)], now=self._now())
        return found

    async def _retain_or_log(self) -> None:
        try:
            await self.retain()
        except (KubeError, StorageError, FieldError, SettingsError) as error:
            metrics.ERRORS.inc()
            logger.warning("retention: the run ended early: %s", error)
        except Exception:
            metrics.ERRORS.inc()
            logger.exception("retention: the run ended early")


def _is_on(config: Config) -> bool:
    return bool(config.retention.rules) and config.history.enabled
