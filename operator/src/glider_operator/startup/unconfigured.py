"""The operator with an invalid configuration, and without an older one: alive, not ready, and reporting why.

If it ended, it would be restarted ever more slowly, and only the log would have the reason. So it waits: /readyz and an Event about
its pod have the reason, and a corrected file is used within seconds.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

from glider.wire.jsonform import FieldError
from glider_operator.server.http import Site
from glider_operator.startup.reload import INTERVAL, REFUSED, ConfigFile

logger = logging.getLogger(__name__)


async def wait_for_configuration(
    path: Path, *, last_good: Path, address: str, refuse: Callable[[str], Awaitable[None]], interval: float = INTERVAL
) -> ConfigFile | None:
    """The file once it can be used; None where a signal to stop comes first.

    Args:
        path: the file.
        last_good: where a copy of it is kept then.
        address: the address of the probes meanwhile.
        refuse: called with the reason why it can't be used, whenever that changes.
        interval: how many seconds to wait before the file is read again.
    """
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    problem = "starting"
    site = Site(health_address=address, metrics_address=None, unready=lambda: problem)
    await site.start()
    REFUSED.set(1)
    try:
        while not stopping.is_set():
            try:
                file = ConfigFile.open(path, last_good=last_good)
            except (FieldError, OSError) as error:
                found = f"the configuration is refused, and there is no older one: {error}"
                if found != problem:
                    problem = found
                    logger.error("waiting for a valid configuration: %s", problem)
                    await refuse(problem)
            else:
                REFUSED.set(0)
                logger.info("%s can be used now", path)
                return file
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), interval)
        return None
    finally:
        await site.close()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
