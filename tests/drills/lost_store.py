"""The object store is gone for a while, on the real node, while tasks run, end and begin."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.cluster import lifecycle
from tests.cluster.errors import ClusterError
from tests.cluster.fixtures import Cluster
from tests.e2e.conftest import wait_until
from tests.resources import execution, legacy_args, task
from tests.soak.site import Site, installed

_AWAY = 60.0
_EACH = 3


def drill() -> int:
    """How many promises don't hold. The cluster is this checkout's, with a node."""
    cluster = Cluster.from_environment()
    if not cluster.is_ours or not cluster.has_node:
        raise ClusterError("it ends a server beside the cluster, so it needs the one of this checkout with a node: make cluster")
    with tempfile.TemporaryDirectory() as folder, installed(cluster, namespace="drill", folder=Path(folder), replicas=1) as site:
        before = [f"before-{number}" for number in range(_EACH)]
        _create(site, *before, seconds=20)
        wait_until(lambda: _phases(site, before) == {"Running"}, timeout=120, what="they run")
        _end_store()
        stopped = time.monotonic()
        print("store stopped; 3 run that end meanwhile", flush=True)
        during = [f"during-{number}" for number in range(_EACH)]
        _create(site, *during, seconds=1)
        time.sleep(_AWAY)
        print(f"after {_AWAY:.0f} s: {_states(site)}; the operator is ready: {site.is_ready()}", flush=True)
        is_ready = site.is_ready()
        lifecycle.up()
        print(f"store back after {time.monotonic() - stopped:.0f} s", flush=True)
        wait_until(lambda: _phases(site, before + during) <= {"Succeeded", "Failed"}, timeout=300, what=f"their ends: {_states(site)}")
        print(f"at last: {_states(site)}", flush=True)
        wrong = [] if is_ready else ["the operator wasn't ready while the store was gone"]
        if _phases(site, before + during) != {"Succeeded"}:
            wrong.append("not all have succeeded")
        for line in wrong:
            print(f"WRONG {line}")
        return len(wrong)


def _create(site: Site, *names: str, seconds: float) -> None:
    spec = task(legacy_args("app.workflows.unreliable", "sleep"), inputs={"seconds": "float"}, outputs={"o0": "string"})
    for name in names:
        site.api.create(site.executions, execution(name, task=spec, inputs={"seconds": seconds}))


def _states(site: Site) -> dict[str, Any]:
    """Of each its phase, and how its attempts ended."""
    statuses = {one["metadata"]["name"]: one.get("status", {}) for one in site.api.items(site.executions)}
    return {
        name: (status.get("phase"), [attempt.get("reason") or attempt.get("phase") for attempt in status.get("attempts", ())])
        for name, status in statuses.items()
    }


def _phases(site: Site, names: list[str]) -> set[str]:
    states = _states(site)
    return {states[name][0] for name in names}


def _end_store() -> None:
    status = lifecycle.status()
    [store] = [one for one in (status.programs if status else []) if one.name == "s3"]
    os.kill(store.pid, signal.SIGKILL)
    wait_until(lambda: not store.is_alive(), what="the store's end")
