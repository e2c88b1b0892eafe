"""What lives consist of as the API server sees it, learned by living each once with nothing in its way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from tests.faults.apiserver.calls import Call
from tests.faults.apiserver.rules import Where
from tests.integration.fire.invariants import check_all
from tests.integration.fire.lives import Life
from tests.integration.fire.stage import Stage, belongs_to

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Write:
    """The nth write (from 1) of its kind about an execution. Not the nth of all: Events come beside the others, when they can."""

    verb: str
    resource: str
    nth: int

    def __str__(self) -> str:
        return f"{self.verb} {self.resource} {self.nth}"

    @property
    def is_event(self) -> bool:
        return self.resource == "events"


Writes: TypeAlias = Mapping[str, Sequence[Write]]


def recorded_writes(stage: Stage, lives: Sequence[Life]) -> Writes:
    """The writes of each life, by the life's name."""
    recorded: dict[str, Sequence[Write]] = {}
    for company in in_company(lives, life=lambda life: life):
        names = stage.begin(company)
        stage.create()
        stage.wait_until_over()
        check_all(stage)
        recorded |= {stage.names[name].name: _numbered(_calls(stage, name)) for name in names}
    for name, writes in recorded.items():
        print(f"{name}: {', '.join(map(str, writes))}")
    return recorded


def writes_about(name: str, *, verb: str = "", resource: str = "") -> Where:
    """Finds the writes about execution `name`: its own, its pods' and its Events', or only those of one kind."""
    kind = (verb, resource)
    return lambda call: call.is_write and kind in (("", ""), (call.verb, call.resource)) and belongs_to(name, call.name)


def in_company(things: Sequence[T], *, life: Callable[[T], Life]) -> list[list[T]]:
    """`things` by whether their life can be in one scene with others'."""
    companies = [[thing for thing in things if life(thing).brief is brief] for brief in (False, True)]
    return [company for company in companies if company]


def in_batches(things: Sequence[T], *, most: int, life: Callable[[T], Life]) -> list[Sequence[T]]:
    """`things` in as few batches of at most so many as there can be, all of about the same size, each for one scene."""
    batches: list[Sequence[T]] = []
    for company in in_company(things, life=life):
        count = -(-len(company) // most)
        batches += [company[len(company) * n // count : len(company) * (n + 1) // count] for n in range(count)]
    return batches


def _calls(stage: Stage, name: str) -> list[Call]:
    return [one.call for one in stage.writes() if one.done and belongs_to(name, one.call.name)]


def _numbered(calls: Iterable[Call]) -> list[Write]:
    seen: Counter[tuple[str, str]] = Counter()
    writes = []
    for call in calls:
        seen[kind := (call.verb, call.resource)] += 1
        writes.append(Write(verb=call.verb, resource=call.resource, nth=seen[kind]))
    return writes
