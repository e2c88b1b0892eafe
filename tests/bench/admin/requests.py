"""What the API server was asked for, by its own count."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from tests.bench.operator.load import server_of

#: What the front may ask for, and nobody else does here.
_ASKED = frozenset({"tokenreviews", "subjectaccessreviews"})
_KINDS = frozenset({"taskexecutions", "tasktemplates"})
_READS = frozenset({"GET", "LIST"})


async def requests(kubeconfig: Path) -> Counter[str]:
    """By verb and resource, those that a front may have made, without watches."""
    host, context = server_of(kubeconfig)
    connector = aiohttp.TCPConnector(ssl=context)
    async with aiohttp.ClientSession(connector=connector) as session, session.get(f"{host}/metrics") as response:
        text = await response.text()
    counted: Counter[str] = Counter()
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name != "apiserver_request_total":
                continue
            verb, resource = sample.labels["verb"], sample.labels["resource"]
            if resource in _ASKED or (resource in _KINDS and verb in _READS):
                counted[f"{verb} {resource}"] += int(sample.value)
    return counted
