"""Kills the operator at a write of each execution, and sees whether it ends well all the same.

The proxy lets an execution come to its crash point: there the call is held, before or after the API server got it, and whatever
else is written about the execution is held before. When all of a batch stand at theirs, the operator is killed with SIGKILL, which
is then the same for each as if it had been killed right there; and started again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias

from tests.faults.apiserver.calls import Call
from tests.faults.apiserver.proxy import ApiServerProxy
from tests.faults.apiserver.rules import Fault, Hold, Reset, Rule
from tests.integration.fire.acts import Lanes
from tests.integration.fire.lives import Life
from tests.integration.fire.scenes import Write, Writes, in_batches, writes_about
from tests.integration.fire.stage import OperatorProcess, Stage, wait_until

#: How many stand at their crash point at once: each keeps a worker busy, of which an operator gives a namespace no more than 32;
#: and `Running` is shown at once of no more than 25.
BATCH = 24
#: How often a crash point may be passed by, since a life that a busy machine delays may have one write less.
_TIMES = 3

#: Lets the killed operator's executions end, and says what is wrong with each.
Afterwards: TypeAlias = Callable[[Stage], Mapping[str, Sequence[str]]]


@dataclass(frozen=True, kw_only=True, slots=True)
class CrashPoint:
    """Before or after a write of a life."""

    life: str
    write: Write
    after: bool

    def __str__(self) -> str:
        return f"killed {'after' if self.after else 'before'} {self.write}"


@dataclass(kw_only=True, slots=True)
class Toll:
    """At which points lives were killed, and what was wrong afterwards, by life; and which points they passed by unharmed."""

    killed: Counter[str] = field(default_factory=Counter)
    wrong: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    passed: list[CrashPoint] = field(default_factory=list)

    def add(self, other: Toll) -> None:
        self.killed += other.killed
        for life, texts in other.wrong.items():
            self.wrong[life] += texts


class Standstill:
    """Where one execution comes to stand; an Event is reset instead of held, since only a few may be on their way at once."""

    def __init__(self, name: str, point: CrashPoint) -> None:
        self.reached = False
        self._about = writes_about(name)
        self.point = point
        self._seen = 0

    @property
    def rules(self) -> list[Rule]:
        after = self.point.after
        fault: Fault = Reset(after=after, then=self._reach) if self.point.write.is_event else Hold(after=after, then=self._reach)
        events_beyond = Rule(where=lambda call: call.resource == "events" and self._is_beyond(call), fault=Reset())
        return [Rule(where=self._is_there, fault=fault), events_beyond, Rule(where=self._is_beyond, fault=Hold())]

    def _is_there(self, call: Call) -> bool:
        write = self.point.write
        if (call.verb, call.resource) != (write.verb, write.resource) or not self._about(call):
            return False
        self._seen += 1
        return self._seen == write.nth

    def _is_beyond(self, call: Call) -> bool:
        return self._seen >= self.point.write.nth and self._about(call)

    def _reach(self) -> None:
        self.reached = True


def crash_points(writes: Writes) -> list[CrashPoint]:
    """Before and after each write of each life."""
    return [CrashPoint(life=life, write=write, after=after) for life in writes for write in writes[life] for after in (False, True)]


def kill_everywhere(lanes: Lanes, lives: Mapping[str, Life], points: Sequence[CrashPoint], afterwards: Afterwards) -> Toll:
    """Each of `lives` is killed at each of its `points`; what `afterwards` finds is in the toll."""
    toll = Toll()
    for _ in range(_TIMES):
        batches = in_batches(points, most=BATCH, life=lambda point: lives[point.life])
        answers = lanes.play({n: partial(kill_at, lives=lives, points=batch, afterwards=afterwards) for n, batch in enumerate(batches)})
        points = []
        for n, answer in answers.items():
            if isinstance(answer, str):
                for life in {point.life for point in batches[n]}:
                    toll.wrong[life].append(answer)
            else:
                toll.add(answer)
                points = [*points, *answer.passed]
    for point in points:
        toll.wrong[point.life].append(f"could not be {point}: it never came there")
    return toll


def restart(stage: Stage) -> None:
    """The operator is back, and pods go on in its pace."""
    stage.operator.start()
    stage.kubelet.frozen, stage.kubelet.paced = False, True


def kill_at(
    stage: Stage,
    *,
    lives: Mapping[str, Life],
    points: Sequence[CrashPoint],
    afterwards: Afterwards,
    operator: OperatorProcess | None = None,
    proxy: ApiServerProxy | None = None,
) -> Toll:
    """A scene with a life for each of `points`. It is the stage's own operator that is killed, or the one behind another proxy."""
    operator, proxy = operator or stage.operator, proxy or stage.proxy
    names = stage.begin([lives[point.life] for point in points])
    at = {name: Standstill(name, point) for name, point in zip(names, points, strict=True)}
    proxy.rules = [rule for one in at.values() for rule in one.rules]
    stage.create()
    _wait_until_all_stand(stage, at)
    operator.kill()
    proxy.rules = []
    proxy.release()
    toll = Toll(passed=[one.point for one in at.values() if not one.reached])
    for name, texts in afterwards(stage).items():
        point = at[name].point
        toll.killed[point.life] += at[name].reached
        toll.wrong[point.life] += [f"{name}, {point}: {text}" for text in texts]
    return toll


def _wait_until_all_stand(stage: Stage, at: Mapping[str, Standstill]) -> None:
    """Until each execution stands at its point, or is over without having come there."""

    def on_their_way() -> list[str]:
        coming = [name for name, one in at.items() if not one.reached]
        open_ones = stage.open_ones() if coming else {}
        return [f"{name} {at[name].point}" for name in coming if name in open_ones]

    wait_until(lambda: not on_their_way(), what=lambda: f"{on_their_way()} to be\n{stage.log()}", pause=0.3)
