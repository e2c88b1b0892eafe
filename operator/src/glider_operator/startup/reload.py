"""Applies a changed configuration without a restart.

A mounted ConfigMap changes by replacing a symbolic link, which doesn't always change the file's times; so its content is compared. A
file that can't be read or parsed changes nothing: the last good configuration stays in use, and `problem`, a warning and an Event
about the operator's pod have the reason. A copy of the last good configuration outlives a restart: without it, a bad file would stop
the operator for everybody at its next restart.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any

from prometheus_client import Counter, Gauge

from glider.wire.jsonform import FieldError
from glider_core.api.settings import settings_of
from glider_core.config.loading import read_config
from glider_core.config.model import Config

logger = logging.getLogger(__name__)

RELOADS = Counter("glider_config_reloads_total", "Changes of the configuration file, by result", ["result"])
REFUSED = Gauge("glider_config_refused", "1 while the configuration file is refused, and an older one is in use")
#: The kubelet itself needs up to a minute to bring a changed ConfigMap.
INTERVAL = 5.0


class ConfigFile:
    """The configuration file at `path`; `config` is the configuration in use.

    `problem`: why the file is refused; empty where it isn't. `last_good`: where a copy of the configuration in use is kept, if anywhere.
    """

    def __init__(self, path: Path, config: Config, *, data: bytes | None = None, last_good: Path | None = None) -> None:
        self._path = path
        self._seen: bytes | None = path.read_bytes() if data is None else data
        self._last_good = last_good
        self.config = config
        self.problem = ""

    @classmethod
    def open(cls, path: Path, *, last_good: Path | None = None) -> ConfigFile:
        """The file as it is now; where that is refused, with the last good configuration.

        Raises:
            FieldError: it is refused, and there is no last good one.
            OSError: the file can't be read.
        """
        data = path.read_bytes()
        try:
            file = cls(path, read_config(data, name=str(path)), data=data, last_good=last_good)
        except FieldError as error:
            if (kept := _kept(last_good)) is None:
                raise
            file = cls(path, kept, data=b"", last_good=last_good)
            file._refuse(data, error)
        else:
            file._keep(data)
        return file

    def read(self) -> Config | None:
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
        self.problem = ""
        REFUSED.set(0)
        RELOADS.labels("taken").inc()
        self._report(config)
        self._keep(data)
        self.config = config
        return config

    async def follow(
        self, take: Callable[[Config], None], *, refuse: Callable[[str], Awaitable[None]] | None = None, interval: float = INTERVAL
    ) -> None:
        """Call `take` with each new configuration, and `refuse` with why one is refused, until cancelled."""
        reported = ""
        while True:
            if refuse is not None and self.problem and self.problem != reported:
                await refuse(self.problem)
            reported = self.problem
            await asyncio.sleep(interval)
            if (config := await asyncio.to_thread(self.read)) is not None:
                take(config)

    def _refuse(self, data: bytes | None, error: Exception) -> None:
        if data != self._seen:
            self._seen = data
            self.problem = f"the configuration is refused, and an older one counts: {error}"
            REFUSED.set(1)
            RELOADS.labels("refused").inc()
            logger.warning("keeping the previous configuration: the new one is invalid: %s", error)

    def _keep(self, data: bytes) -> None:
        """Write the copy, whole or not at all."""
        if self._last_good is None:
            return
        new = self._last_good.with_name(f"{self._last_good.name}.new")
        try:
            new.write_bytes(data)
            new.replace(self._last_good)
        except OSError as error:
            logger.warning("could not save the configuration as %s, for a start beside an invalid one: %s", new, error)

    def _report(self, config: Config) -> None:
        late = sorted(needing_restart(self.config, config))
        logger.info("loaded the changed configuration from %s", self._path)
        if late:
            logger.warning("restart the operator to apply the changes of %s", ", ".join(late))


def _kept(last_good: Path | None) -> Config | None:
    """The last good configuration, if there is one that still is."""
    try:
        return None if last_good is None else read_config(last_good.read_bytes(), name=str(last_good))
    except (OSError, FieldError):
        return None


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
