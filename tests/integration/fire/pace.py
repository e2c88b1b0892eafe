"""How long good executions take, with and without others in trouble beside them."""

from __future__ import annotations

import time
from collections.abc import Sequence

from tests.integration.fire.lives import Life
from tests.integration.fire.stage import Stage, wait_until

#: How many seconds more than twice as long as undisturbed one may take: the machine isn't ours alone. Who waits for
#: others' calls takes longer.
DELAY = 30.0


def begin(fire: Stage, lives: Sequence[Life]) -> list[str]:
    """A new scene, in which containers end at once: that they run is shown of those only that run for a while."""
    names = fire.begin(lives)
    fire.kubelet.paced = False
    return names


def live(fire: Stage, name: str, *, timeout: float) -> float:
    """How many seconds the life of the scene's execution `name` took."""
    began = time.monotonic()
    fire.api.create(fire.executions, fire.names[name].document(name))
    wait_until(lambda: name not in fire.open_ones(), what=f"the end of {name}\n{fire.log()}", timeout=timeout)
    return time.monotonic() - began
