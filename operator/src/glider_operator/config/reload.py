"""Takes up a changed configuration without a restart.

A mounted ConfigMap changes by a symbolic link that is swapped, which moves neither the file's own name nor, always, its
times; so its content is looked at. A file that can't be read or understood changes nothing: the last good one counts, and a
warning says why, once for each content.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any

from prometheus_client import Counter, Gauge

from glider.wire.jsonform import FieldError
from glider_operator.config.loading import read_config
from glider_operator.config.model import Config
from glider_operator.model.settings import settings_of

logger = logging.getLogger(__name__)

RELOADS = Counter("glider_config_reloads_total", "Changes of the configuration file, by what became of them", ["result"])
REFUSED = Gauge("glider_config_refused", "1 while the configuration file can't be used, so that an older one counts")
#: The kubelet itself needs up to a minute to bring a changed ConfigMap.
INTERVAL = 5.0


class ConfigFile:
    """The configuration in the file at `path`, of which `config` is the content so far."""

    def __init__(self, path: Path, config: Config) -> None:
        self._path = path
        self._config = config
        self._seen: bytes | None = path.read_bytes()

    def look(self) -> Config | None:
        """The new configuration, if there is a new one that is good."""
        try:
            data = self._path.read_bytes()
        except OSError as error:
            self._refuse(None, error)
            return None
        if data == self._seen:
            return None
        try:
            config = read_config(data, name=str(self._path))
        except FieldError as error:
            self._refuse(data, error)
            return None
        self._seen = data
        REFUSED.set(0)
        RELOADS.labels("taken").inc()
        self._tell(config)
        self._config = config
        return config

    async def follow(self, take: Callable[[Config], None], *, interval: float = INTERVAL) -> None:
        """Call `take` with each new configuration, until cancelled."""
        while True:
            await asyncio.sleep(interval)
            if (config := await asyncio.to_thread(self.look)) is not None:
                take(config)

    def _refuse(self, data: bytes | None, error: Exception) -> None:
        if data != self._seen:
            self._seen = data
            REFUSED.set(1)
            RELOADS.labels("refused").inc()
            logger.warning("the configuration that was read before still counts, since the new one is refused: %s", error)

    def _tell(self, config: Config) -> None:
        late = sorted(needing_restart(self._config, config))
        logger.info("took up the changed configuration in %s", self._path)
        if late:
            logger.warning("restart the operator for what has changed of %s", ", ".join(late))


def needing_restart(old: Config, new: Config) -> set[str]:
    """The settings that have changed and are only read at the operator's start."""
    before, after = dict(_restarting(old)), dict(_restarting(new))
    return {name for name in before if before[name] != after[name]}


def _restarting(section: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Each setting that is only read at start, with its value."""
    for name, attribute, declared, _ in settings_of(type(section)):
        value = getattr(section, attribute)
        if declared.restart:
            yield f"{path}{name}", value
        elif is_dataclass(value):
            yield from _restarting(value, f"{path}{name}.")
