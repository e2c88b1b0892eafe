"""How long good executions take, with and without others in trouble beside them.

The API server and the machine have their own pace, which isn't the operator's to answer for: a thousand large objects keep them
busy, and so do the other tests. So beside each execution its pods are lived once more without it, by pods of our own that the
operator doesn't know of. What an execution takes longer than those is the operator's part, and that is what is compared.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from glider_core.api import labels
from tests.integration.fire.lives import Life
from tests.integration.fire.stage import FINAL, POD_FINAL, Stage, wait_until

_OFTEN = 0.1
#: By how much more a machine may be granted that is slower meanwhile: who waits for a hanging call of others still waits for longer.
_SLOWER = 2.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """How many seconds an execution took, and how many of them its pods alone would have."""

    took: float
    alone: float

    @property
    def late(self) -> float:
        """The operator's part."""
        return max(0.0, self.took - self.alone)


def begin(fire: Stage, lives: Sequence[Life]) -> list[str]:
    """A new scene, in which containers end at once: that they run is shown of those only that run for a while."""
    names = fire.begin(lives)
    fire.kubelet.paced = False
    return names


def live(fire: Stage, name: str, *, meanwhile: Callable[[dict[str, Any]], None] = lambda _: None) -> Pace:
    """The life of the scene's execution `name`; with it `meanwhile` happens."""
    with ThreadPoolExecutor(1) as pool:
        alone = pool.submit(_alone, fire, name)
        began = time.monotonic()
        meanwhile(fire.api.create(fire.executions, fire.names[name].document(name)))
        wait_until(lambda: _is_over(fire, name), what=lambda: f"the end of {name}\n{fire.operator.log()[-800:]}", pause=_OFTEN)
        return Pace(took=time.monotonic() - began, alone=alone.result())


def live_while(
    fire: Stage,
    lives: Sequence[Life],
    *,
    goes_on: Callable[[], bool],
    least: int,
    meanwhile: Callable[[dict[str, Any]], None] = lambda _: None,
) -> list[Pace]:
    """One after the other for as long as something goes on; those that began before its end, of which there are to be so many."""
    names = begin(fire, [*lives] * 100)
    paces: list[Pace] = []
    while goes_on():
        paces.append(live(fire, names[len(paces)], meanwhile=meanwhile))
    assert len(paces) >= least, f"only {len(paces)} good ones were made meanwhile: {paces}"
    fire.names = {name: fire.names[name] for name in names[: len(paces)]}
    return paces


def assert_on_time(paces: Sequence[Pace], *, undisturbed: Sequence[Pace], nine_of_ten: float, each: float) -> str:
    """Nine of ten, and each, are late by so many seconds at most beyond the latest undisturbed one; a few words about it.

    The operator's part has the machine's pace, too: where pods alone take longer meanwhile, so many times more seconds are granted.
    """
    usual = max(pace.late for pace in undisturbed)
    slower = min(_SLOWER, max(1.0, _median_alone(paces) / _median_alone(undisturbed)))
    late = sorted(pace.late for pace in paces)
    most = late[(len(late) * 9 - 1) // 10]
    words = (
        f"of {len(late)} good ones nine of ten were late by {most:.1f} s, all by {late[-1]:.1f} s, undisturbed by {usual:.1f} s; "
        f"they took {max(pace.took for pace in paces):.1f} s, their pods alone {max(pace.alone for pace in paces):.1f} s, "
        f"{slower:.1f} times the undisturbed"
    )
    assert most <= usual + nine_of_ten * slower, words
    assert late[-1] <= usual + each * slower, words
    return words


def _median_alone(paces: Sequence[Pace]) -> float:
    return statistics.median(pace.alone for pace in paces)


def _is_over(fire: Stage, name: str) -> bool:
    execution = fire.execution(name)
    return execution is not None and execution.get("status", {}).get("phase") in FINAL


def _alone(fire: Stage, name: str) -> float:
    """How long the pods of an execution take if somebody creates each when the one before it is over."""
    began = time.monotonic()
    for number in range(len(fire.names[name].attempts)):
        pod = _pod(name, number)
        path = f"{fire.core}/pods/{pod['metadata']['name']}"
        fire.api.create(f"{fire.core}/pods", pod)
        wait_until(partial(_pod_is_over, fire, path), what=path, pause=_OFTEN)
        fire.api.delete(path, grace=0)
    return time.monotonic() - began


def _pod_is_over(fire: Stage, path: str) -> bool:
    return fire.api.get(path)["status"]["phase"] in POD_FINAL


def _pod(name: str, number: int) -> dict[str, Any]:
    """One that the kubelet takes for an attempt, and the operator doesn't watch."""
    marks = {labels.EXECUTION: name, labels.EXECUTION_UID: "none", labels.ATTEMPT: str(number)}
    container = {"name": "task", "image": "image"}
    return {"metadata": {"name": f"alone-{name}-{number}", "labels": marks}, "spec": {"containers": [container]}}
