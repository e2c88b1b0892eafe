"""What a life consists of as the API server sees it, learned by living it once."""

from __future__ import annotations

from tests.faults.apiserver.rules import Where
from tests.integration.fire.invariants import check_all
from tests.integration.fire.lives import Life
from tests.integration.fire.stage import Stage, belongs_to


def recorded_writes(stage: Stage, life: Life) -> int:
    """How many writes the life has, with nothing in its way."""
    if life.name not in stage.recorded:
        stage.recorded[life.name] = _record(stage, life)
    return stage.recorded[life.name]


def writes_about(name: str) -> Where:
    """Finds the writes about execution `name`: its own, its pods' and its Events'."""
    return lambda call: call.is_write and belongs_to(name, call.name)


def _record(stage: Stage, life: Life) -> int:
    [name] = stage.begin([life])
    stage.create()
    stage.wait_until_over()
    stage.wait_until_quiet()
    check_all(stage)
    writes = [exchange.call for exchange in stage.proxy.writes() if belongs_to(name, exchange.call.name)]
    print(f"{life.name}: {', '.join(f'{call.verb} {call.resource}' for call in writes)}")
    return len(writes)
