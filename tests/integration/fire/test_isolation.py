"""Namespaces in trouble have it for themselves: a slow webhook, calls that fail again and again, a store that doesn't answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flyteidl.core.literals_pb2 import Literal, LiteralMap, Primitive, Scalar

from glider_operator.model import labels
from tests.cluster.private import PrivateControlPlane
from tests.integration.fire.invariants import check_all
from tests.integration.fire.lives import RETRY, SUCCESS, WELL, Life
from tests.integration.fire.pace import DELAY, begin, live
from tests.integration.fire.stage import PATIENCE, Stage, wait_until
from tests.integration.fire.trouble import dead_store, good_store, slow_webhook
from tests.resources import divider, execution, legacy_args

#: More of each than the operator has workers.
HANGING, FAILING, DEAD = 160, 200, 140
#: The operator has to read the inputs itself, for the command line.
ASKS_FOR_INPUTS = [*legacy_args("app.workflows.failing_workflows", "divider"), "{{.inputs.a}}"]


def test_a_slow_webhook_failing_calls_and_a_dead_store_delay_no_other_namespace(fire: Stage, plane: PrivateControlPlane, tmp_path: Path):
    inputs = LiteralMap(literals={name: Literal(scalar=Scalar(primitive=Primitive(integer=1))) for name in "ab"})
    (tmp_path / "inputs.pb").write_bytes(inputs.SerializeToString())
    with good_store(tmp_path) as good, dead_store() as dead, slow_webhook(plane, namespace="slow") as asked:
        stored = Life(name="stored", attempts=[WELL], phase="Succeeded", reason="Completed", spec=_stored(good))
        lives = [SUCCESS, RETRY, stored]
        undisturbed = max(live(fire, name, timeout=PATIENCE) for name in begin(fire, lives))
        with _executions(fire, "slow", HANGING), _executions(fire, "dead", DEAD, **_stored(dead)), _failing(fire, FAILING):
            assert asked.acquire(timeout=PATIENCE), "nobody asked the webhook"
            wait_until(lambda: _reason(fire, "failing") == "QuotaExceeded", what=lambda: f"a quota, not {_reason(fire, 'failing')}")
            took = [live(fire, name, timeout=2 * undisturbed + DELAY) for name in begin(fire, lives * 2)]
            print(f"a good one took {max(took):.1f} s at most, undisturbed {undisturbed:.1f} s")
            check_all(fire)
            wait_until(lambda: _reason(fire, "dead") == "StoreUnavailable", what=lambda: f"no store, not {_reason(fire, 'dead')}")


def _stored(store: str) -> dict[str, Any]:
    """What an execution says whose inputs are there."""
    return {"task": divider(ASKS_FOR_INPUTS), "inputs": None, "inputsUri": f"{store}/inputs.pb"}


@contextmanager
def _executions(fire: Stage, namespace: str, count: int, *, prepare: Callable[[], None] = lambda: None, **spec: Any) -> Iterator[None]:
    """So many of them in a namespace of their own, until the end."""
    fire.api.create("/api/v1/namespaces", {"metadata": {"name": namespace}})
    wait_until(lambda: fire.api.get(f"/api/v1/namespaces/{namespace}/serviceaccounts/default"), what="the default ServiceAccount")
    prepare()
    fields = {"task": divider(), "inputs": {"a": 1, "b": 2}} | spec
    documents = [execution(f"{namespace}-{number}", **fields) for number in range(count)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda document: fire.api.create(_path(namespace), document), documents))
    yield
    fire.api.delete(_path(namespace))  # they would go on trying


@contextmanager
def _failing(fire: Stage, count: int) -> Iterator[None]:
    """So many that may not have a pod."""
    quotas = "/api/v1/namespaces/failing/resourcequotas"

    def forbid() -> None:
        fire.api.create(quotas, {"metadata": {"name": "none"}, "spec": {"hard": {"pods": "0"}}})
        wait_until(lambda: fire.api.get(f"{quotas}/none").get("status", {}).get("hard"), what="the quota")

    with _executions(fire, "failing", count, prepare=forbid):
        yield


def _path(namespace: str) -> str:
    return f"/apis/{labels.API_VERSION}/namespaces/{namespace}/{labels.EXECUTIONS}"


def _reason(fire: Stage, namespace: str) -> str:
    """What the first of a namespace waits for."""
    status = fire.api.get(f"{_path(namespace)}/{namespace}-0").get("status", {})
    return next((condition["reason"] for condition in status.get("conditions", ())), "")
