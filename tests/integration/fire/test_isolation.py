"""Namespaces in trouble have it for themselves: a slow webhook, a thousand that fail, a quota, stores that don't answer."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from flyteidl.core.literals_pb2 import Literal, LiteralMap, Primitive, Scalar

from glider_core.api import labels
from tests.cluster.private import PrivateControlPlane
from tests.integration.fire.invariants import check_all
from tests.integration.fire.kubelet import all_fail
from tests.integration.fire.lives import RETRY, SUCCESS, WELL, Life
from tests.integration.fire.pace import assert_on_time, begin, live, live_while
from tests.integration.fire.stage import PATIENCE, Stage, wait_until
from tests.integration.fire.trouble import dead_store, good_store, slow_webhook
from tests.resources import divider, execution, legacy_args

#: More of these than the operator has workers.
HANGING, DEAD_STORES, DEAD = 160, 5, 28
#: Of these fewer: each asks for its pod again and again, and that there are many who ask is what those that fail are for.
DENIED = 50
#: So many begin at once. Good ones are lived until nearly all of them have failed once, and so many for good.
FAILING, NEARLY_ALL, ENOUGH = 1_000, 0.9, 400
#: By how many seconds nine of ten good ones may be late, and each. On two cores with a load of 6 to 15 it was 0.2 to 0.3 and 0.7 to 1.4:
#: calls of those that fail are before each of its own, of which the operator makes 100 a second. Who waits for a hanging call
#: of others waits for 10 s (a webhook) to 30 s (a store), again and again.
NINE_OF_TEN, EACH = 3.0, 6.0
#: The pod has to read the inputs, for the command line.
ASKS_FOR_INPUTS = [*legacy_args("app.workflows.failing_workflows", "divider"), "{{.inputs.a}}"]


@pytest.mark.timeout(600)
def test_a_slow_webhook_failures_a_quota_and_dead_stores_delay_no_other_namespace(
    crowd: Stage, plane: PrivateControlPlane, tmp_path: Path, record_property: Callable[[str, object], None]
):
    inputs = LiteralMap(literals={name: Literal(scalar=Scalar(primitive=Primitive(integer=1))) for name in "ab"})
    (tmp_path / "inputs.pb").write_bytes(inputs.SerializeToString())
    with ExitStack() as troubles:
        good = troubles.enter_context(good_store(tmp_path))
        stored = Life(name="stored", attempts=[WELL], phase="Succeeded", reason="Completed", spec=_stored(good))
        lives = [SUCCESS, RETRY, stored]
        undisturbed = [live(crowd, name) for name in begin(crowd, lives * 2)]
        asked = troubles.enter_context(slow_webhook(plane, namespace="slow"))
        troubles.enter_context(_executions(crowd, "slow", [{}] * HANGING))
        troubles.enter_context(_denied(crowd))
        dead = [troubles.enter_context(dead_store()) for _ in range(DEAD_STORES)]
        troubles.enter_context(_executions(crowd, "dead", [_stored(store) for store in dead] * DEAD))
        assert asked.acquire(timeout=PATIENCE), "nobody asked the webhook"
        wait_until(lambda: _reason(crowd, "denied") == "QuotaExceeded", what=lambda: f"a quota, not {_reason(crowd, 'denied')}")
        retries = {"user": 1, "backoff": {"initial": "200ms"}}
        troubles.enter_context(_executions(crowd, "failing", [{"retries": retries}] * FAILING))
        with all_fail(crowd.api, "failing"):
            paces = live_while(crowd, lives, goes_on=lambda: not _have_failed(crowd), least=10)
            ends = _ends(crowd, "failing")
        record_property("ends", dict(ends))
        assert ENOUGH <= ends["Failed", 2] < FAILING, f"expected some to have failed for good, and some not yet, found {ends}"
        assert sum(count for (_, attempts), count in ends.items() if attempts) > FAILING * NEARLY_ALL, (
            f"they were to fail once by now: {ends}"
        )
        record_property("paces", assert_on_time(paces, undisturbed=undisturbed, nine_of_ten=NINE_OF_TEN, each=EACH))
        check_all(crowd)
        # the operator asks no store that an execution names: the pod fills in the inputs, and it is there
        wait_until(lambda: _reason(crowd, "dead") == "Queued", what=lambda: f"a pod that waits, not {_reason(crowd, 'dead')}")


def _stored(store: str) -> dict[str, Any]:
    """What an execution says whose inputs are there."""
    return {"task": divider(ASKS_FOR_INPUTS), "inputs": None, "inputsUri": f"{store}/inputs.pb"}


@contextmanager
def _executions(fire: Stage, namespace: str, specs: list[dict[str, Any]], *, prepare: Callable[[], None] = lambda: None) -> Iterator[None]:
    """One of each in a namespace of their own, until the end."""
    fire.api.create("/api/v1/namespaces", {"metadata": {"name": namespace}})
    wait_until(lambda: fire.api.get(f"/api/v1/namespaces/{namespace}/serviceaccounts/default"), what="the default ServiceAccount")
    prepare()
    usual = {"task": divider(), "inputs": {"a": 1, "b": 2}}
    documents = [execution(f"{namespace}-{number}", **(usual | spec)) for number, spec in enumerate(specs)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda document: fire.api.create(_path(namespace), document), documents))
    try:
        yield
    finally:  # they would go on trying, beside other tests
        fire.api.delete(_path(namespace))
        wait_until(lambda: not fire.api.items(_path(namespace)), what=f"the executions of {namespace} to go", pause=0.5)


@contextmanager
def _denied(fire: Stage) -> Iterator[None]:
    """Executions that may not have a pod."""
    quotas = "/api/v1/namespaces/denied/resourcequotas"

    def forbid() -> None:
        fire.api.create(quotas, {"metadata": {"name": "none"}, "spec": {"hard": {"pods": "0"}}})
        wait_until(lambda: fire.api.get(f"{quotas}/none").get("status", {}).get("hard"), what="the quota")

    with _executions(fire, "denied", [{}] * DENIED, prepare=forbid):
        yield


def _path(namespace: str) -> str:
    return f"/apis/{labels.API_VERSION}/namespaces/{namespace}/{labels.EXECUTIONS}"


def _have_failed(fire: Stage) -> bool:
    """Whether nearly all of those that fail have failed once, and enough for good, by the operator's log: to list them all takes longer."""
    log = fire.operator.log()
    once = set(re.findall(r"failing/(failing-\d+): (?:Retrying|Failed)", log))
    return len(once) > FAILING * NEARLY_ALL and len(re.findall(r"failing/failing-\d+: Failed", log)) >= ENOUGH


def _ends(fire: Stage, namespace: str) -> Counter[tuple[str, int]]:
    """How many are in which phase after how many attempts."""
    statuses = [one.get("status", {}) for one in fire.api.items(_path(namespace))]
    return Counter((status.get("phase", ""), len(status.get("attempts", ()))) for status in statuses)


def _reason(fire: Stage, namespace: str) -> str:
    """What the first of a namespace waits for."""
    status = fire.api.get(f"{_path(namespace)}/{namespace}-0").get("status", {})
    return next((condition["reason"] for condition in status.get("conditions", ()) if condition["type"] == "Succeeded"), "")
