"""The task of `glider doctor --run`: it reports what a pod sees. Its file travels as the code of the task.

So it imports Python's modules and the executor's alone, and works with all versions of Python that the executor does.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import time

_CLUSTER_NAME = "kubernetes.default.svc"
_CONTENT = b"Made by `glider doctor --run`, which removes it."
_PATIENCE = 5.0


def probe() -> str:
    """What there is, as JSON; an empty text where nothing is wrong, and null where there is nothing to try."""
    found = {
        "python": f"{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}",
        "time": time.time(),
        "dns": dns(_CLUSTER_NAME),
        "store": store(),
        "statsd": statsd(),
    }
    return json.dumps(found)


def dns(name: str) -> str:
    """Why the name can't be looked up."""
    try:
        socket.getaddrinfo(name, 443)
    except OSError as error:
        return f"{name}: {error.strerror or error}"
    return ""


def store() -> dict[str, str] | None:
    """The prefix of the task's data, and which step failed there."""
    from glider.settings.reading import read_settings
    from glider.storage.access import current_access
    from glider.storage.errors import StorageError
    from glider.storage.store import Storage
    from glider.storage.uris import is_local

    access = current_access()
    if not access.configured or not access.raw_prefix or is_local(access.raw_prefix):
        return None
    uri, step = access.new_uri("doctor", what="the doctor's probe"), "written"
    there = Storage(read_settings(os.environ).storage, patience=_PATIENCE)
    try:
        there.write(uri, _CONTENT)
        step = "read"
        there.read(uri, most=len(_CONTENT))
        step = "deleted"
        there.delete(uri)
    except StorageError as error:
        return {"prefix": access.raw_prefix, "failed": step, "why": str(error)[:500]}
    return {"prefix": access.raw_prefix, "failed": "", "why": ""}


def statsd() -> dict[str, str] | None:
    """The address of the metrics' server, and why nothing gets there. UDP has no answer; a closed port may have one."""
    from glider.settings.reading import read_settings

    settings = read_settings(os.environ).statsd
    if not settings.configured or settings.disabled:
        return None
    address = f"{settings.host}:{settings.port}"
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.connect((settings.host, settings.port))
            for _ in range(2):  # the second one learns that the first one was refused
                sender.send(b"glider.doctor:1|c")
                time.sleep(0.1)
    except OSError as error:
        return {"address": address, "why": error.strerror or str(error)}
    return {"address": address, "why": ""}
