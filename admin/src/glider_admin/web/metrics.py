"""The front's figures, for Prometheus."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from glider_admin.cache.objects import Objects
from glider_admin.front import Front
from glider_admin.measures import Figure
from glider_core.api.labels import EXECUTIONS, TEMPLATES

_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


async def metrics(request: Request) -> Response:
    """All of them."""
    front: Front = request.app.state.front
    return PlainTextResponse(front.measures.text(_figures(front)), media_type=_CONTENT_TYPE)


def _figures(front: Front) -> Iterator[Figure]:
    cache = front.cache
    kept: dict[str, Objects[Any]] = {EXECUTIONS: cache.executions, TEMPLATES: cache.templates}
    for resource_name, objects in kept.items():
        yield Figure(name="glider_admin_objects", help="Objects in the caches", labels={"resource": resource_name}, value=len(objects))
    for resource_name, objects in kept.items():
        name, what = "glider_admin_document_bytes", "Bytes that their documents take"
        yield Figure(name=name, help=what, labels={"resource": resource_name}, value=objects.document_bytes)
    now = time.monotonic()
    for resource_name, at in sorted(cache.received.items()):
        name, what = "glider_admin_watch_age_seconds", "Seconds since a watch last received something; more than 75 if it is lost"
        yield Figure(name=name, help=what, labels={"resource": resource_name}, value=now - at)
    yield Figure(name="glider_admin_ready", help="Whether the caches are complete and watched", value=float(not cache.problem()))
    what = "Answers of the API server about callers that are kept"
    yield Figure(name="glider_admin_reviews", help=what, labels={"of": "tokens"}, value=len(front.identities))
    yield Figure(name="glider_admin_reviews", help=what, labels={"of": "rights"}, value=len(front.reviews))
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = used.ru_utime + used.ru_stime
    yield Figure(name="process_cpu_seconds_total", help="CPU time of the process", value=cpu, kind="counter")
    yield Figure(name="process_resident_memory_bytes", help="Resident memory of the process", value=_resident_bytes())


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


ROUTES = [Route("/metrics", metrics)]
