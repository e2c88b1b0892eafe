"""The metrics that Prometheus reads, sent by statsd too: counters as what has been added, gauges as they are.

Of a histogram its count and its sum are sent, as counters: their quotient is the mean, and statsd knows no buckets. Labels become
parts of the name, since plain statsd knows no tags: glider_kube_requests_total{verb="get",…} is glider.kube_requests_total.get.….
"""

from __future__ import annotations

import asyncio
import logging
import re
import socket
from collections.abc import Callable, Iterator
from decimal import Decimal
from math import isfinite

from prometheus_client import REGISTRY
from prometheus_client.registry import Collector, CollectorRegistry

from glider_core.config.model import OperatorStatsd

logger = logging.getLogger(__name__)

#: What fits an Ethernet frame with the headers of IP and UDP.
_PACKET = 1_400
_OTHER = re.compile(r"[^A-Za-z0-9_-]+")
_OURS = "glider_"


class Statsd:
    """Sends the metrics of `registry` whose names begin with glider_; `refresh` brings gauges up to date before."""

    def __init__(
        self,
        config: OperatorStatsd,
        *,
        registry: CollectorRegistry | Collector = REGISTRY,
        refresh: Callable[[], None] = lambda: None,
    ) -> None:
        self._config = config
        self._host = (config.host or "").removeprefix("[").removesuffix("]")  # as in a URL
        self._registry = registry
        self._refresh = refresh
        self._sent: dict[str, float] = {}

    async def run(self) -> None:
        """Send periodically, until cancelled."""
        while True:
            await asyncio.sleep(self._config.interval.total_seconds())
            await self.send()

    async def send(self) -> None:
        """Send what there is. Metrics that nobody receives are no reason to fail."""
        packets = list(packed(self.lines()))
        try:
            found = await asyncio.get_running_loop().getaddrinfo(self._host, self._config.port, type=socket.SOCK_DGRAM)
            # nobody answers by UDP, so no second address is tried: of a name's, IPv4 is where most listen
            family, _, _, _, address = min(found, key=lambda one: one[0] != socket.AF_INET)
            with socket.socket(family, socket.SOCK_DGRAM) as sender:
                sender.setblocking(False)
                for packet in packets:
                    sender.sendto(packet, address)
        except (OSError, UnicodeError) as error:  # the latter for what can't be a host's name
            logger.info("could not send metrics to %s:%d: %s", self._config.host, self._config.port, error)

    def lines(self) -> Iterator[str]:
        """What has changed since the last time, one metric a line."""
        self._refresh()
        for family in self._registry.collect():
            if not family.name.startswith(_OURS):
                continue
            for sample in family.samples:
                if sample.name.endswith(("_bucket", "_created")) or not isfinite(sample.value):
                    continue
                name = ".".join([sample.name.replace("_", ".", 1), *(_OTHER.sub("_", value) for value in sample.labels.values())])
                if family.type == "gauge":
                    yield f"{name}:{_decimal(sample.value)}|g"
                elif (added := sample.value - self._sent.get(name, 0.0)) > 0:
                    self._sent[name] = sample.value
                    yield f"{name}:{_decimal(added)}|c"


def _decimal(value: float) -> str:
    """All digits of `value`, which may be a time, and no exponent, which not every statsd reads."""
    return str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")


def packed(lines: Iterator[str]) -> Iterator[bytes]:
    """As few packets as hold `lines`."""
    packet = b""
    for line in lines:
        encoded = line.encode()
        if packet and len(packet) + 1 + len(encoded) > _PACKET:
            yield packet
            packet = b""
        packet = packet + b"\n" + encoded if packet else encoded
    if packet:
        yield packet
