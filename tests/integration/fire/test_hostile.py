"""A thousand malformed, huge and hostile TaskExecutions stop nobody, and delay nobody by more than a moment."""

from __future__ import annotations

import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from glider_operator.model import labels
from tests.faults.api import ApiError
from tests.integration.fire.hostile import hostile_executions, hostile_status
from tests.integration.fire.invariants import check_all
from tests.integration.fire.lives import RETRY, SUCCESS
from tests.integration.fire.pace import DELAY, begin, live
from tests.integration.fire.stage import PATIENCE, Stage, wait_until

SEED = 20_261_123
COUNT = 1_000
HOSTILE = f"/apis/{labels.API_VERSION}/namespaces/hostile/{labels.EXECUTIONS}"
LIVES = [SUCCESS, RETRY]


def test_good_executions_go_through_between_a_thousand_hostile_ones(fire: Stage):
    print(f"seed {SEED}")
    undisturbed = max(live(fire, name, timeout=PATIENCE) for name in begin(fire, LIVES))
    fire.api.create("/api/v1/namespaces", {"metadata": {"name": "hostile"}})
    wait_until(lambda: fire.api.get("/api/v1/namespaces/hostile/serviceaccounts/default"), what="the default ServiceAccount")
    names = begin(fire, LIVES * 5)
    logged = len(fire.operator.log())
    with ThreadPoolExecutor(4) as pool:
        coming = [pool.submit(_create, fire, document) for document in hostile_executions(count=COUNT, seed=SEED)]
        took = [live(fire, name, timeout=2 * undisturbed + DELAY) for name in names]
        answers = Counter(future.result() for future in coming)
    print(f"the API server's answers: {dict(answers)}; a good one took {max(took):.1f} s at most, before them {undisturbed:.1f} s")
    assert answers["let in"] > COUNT / 4, answers
    wait_until(lambda: not _unattended(fire), what=lambda: f"a word about {_unattended(fire)[:20]}", timeout=60)
    check_all(fire)
    said = fire.operator.log()[logged:]
    assert "Traceback" not in said, said[said.index("Traceback") - 500 :][:4_000]
    assert "nobody foresaw" not in said
    fire.api.delete(HOSTILE)  # those that live would be looked at in all that follows


def _create(fire: Stage, document: dict[str, Any]) -> str:
    source = random.Random(document["metadata"]["name"])
    try:
        fire.api.create(HOSTILE, document)
        if source.random() < 0.1:
            fire.api.patch(f"{HOSTILE}/{document['metadata']['name']}/status", {"status": hostile_status(source)})
    except ApiError as error:
        return f"refused, {error.status}"
    return "let in"


def _unattended(fire: Stage) -> list[str]:
    """Those that are neither over, nor have a pod or a reason why they haven't."""
    time.sleep(0.5)  # the list is megabytes
    with_pods = {pod["metadata"]["labels"].get(labels.EXECUTION) for pod in fire.api.items("/api/v1/namespaces/hostile/pods")}
    return [
        one["metadata"]["name"]
        for one in fire.api.items(HOSTILE)
        if not one.get("status", {}).get("conditions") and one["metadata"]["name"] not in with_pods and not one["spec"].get("suspend")
    ]
