"""What can happen to a call or to an event of a watch, and rules that say to which of them it does.

`after`, where a fault has it, means that the real API server got the call and did what it says; the caller doesn't learn of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, ClassVar, TypeAlias

from tests.faults.apiserver.calls import Call

Where: TypeAlias = Callable[[Call], bool]


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """This is the answer, in place of the API server's own."""

    status: int
    reason: str = ""
    retry_after: int | None = None
    after: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Reset:
    """The connection is reset; `then` happens first (and kills the caller, say)."""

    after: bool = False
    then: Callable[[], None] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Hold:
    """The call is held until the test lets go of all held ones, which are then reset; `then` is told once it is held."""

    after: bool = False
    then: Callable[[], None] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Delay:
    """All is well, later: after so many seconds, and not before `until` says so.

    What isn't `deterred` arrives even if its caller is gone by then.
    """

    seconds: float = 0.0
    until: Callable[[], bool] = lambda: True
    after: bool = False
    deterred: bool = True


@dataclass(frozen=True, slots=True)
class Overtake:
    """Something else happens first: `by` gets the call before the API server does."""

    by: Callable[[Call], None]
    after: ClassVar[bool] = False


@dataclass(frozen=True, eq=False)
class Stale:
    """The answer is that to the first call of the same path and query: from a cache that is behind."""

    first_answers: dict[str, Any] = field(default_factory=dict)
    after: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Paged:
    """A list comes in pages of so many objects, however many were asked for."""

    size: int
    after: ClassVar[bool] = False


Fault: TypeAlias = Answer | Reset | Hold | Delay | Overtake | Stale | Paged


@dataclass(frozen=True, kw_only=True, eq=False)
class Rule:
    """What `where` finds meets `fault`: each time, or only the nth time (from 1), or the first so many times."""

    where: Where
    fault: Fault
    nth: int | None = None
    first: int | None = None

    def applies(self, occurrence: int) -> bool:
        return (self.nth is None or occurrence == self.nth) and (self.first is None or occurrence <= self.first)


def calls(
    *, verb: str = "*", resource: str = "*", namespace: str = "*", name: str = "*", method: str = "*", path: str = "*", writes: bool = False
) -> Where:
    """Finds the calls that all these shell patterns fit; `writes`: only those that change something."""
    patterns = {"verb": verb, "resource": resource, "namespace": namespace, "name": name, "method": method, "path": path}
    return lambda call: (call.is_write or not writes) and all(fnmatchcase(getattr(call, field), text) for field, text in patterns.items())


@dataclass(frozen=True, slots=True)
class Drop:
    """The event never comes."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """The event comes twice."""


@dataclass(frozen=True, slots=True)
class Late:
    """The event comes later, and what follows it too, as when the API server is busy."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Overtaken:
    """The event comes after the next one, or after a second if there is none; one that overtakes isn't overtaken itself."""


@dataclass(frozen=True, slots=True)
class Gone:
    """In place of the event comes the ERROR that says 410 Gone, and the watch ends: the watcher has to list again."""


@dataclass(frozen=True, slots=True)
class Cut:
    """In place of the event the connection ends."""


@dataclass(frozen=True, slots=True)
class Torn:
    """Half of the event comes, and the connection ends."""


EventFault: TypeAlias = Drop | Repeat | Late | Overtaken | Gone | Cut | Torn


@dataclass(frozen=True, kw_only=True, eq=False)
class EventRule:
    """Which events of which watches meet `fault`; patterns as in `calls`, and `about` is asked of the event's object."""

    fault: EventFault
    resource: str = "*"
    type: str = "*"
    name: str = "*"
    about: Callable[[Mapping[str, Any]], bool] = lambda _: True
    nth: int | None = None
    first: int | None = None

    def finds(self, resource: str, event: Mapping[str, Any]) -> bool:
        thing = event.get("object", {})
        found = ((resource, self.resource), (event.get("type", ""), self.type), (thing.get("metadata", {}).get("name", ""), self.name))
        return all(fnmatchcase(text, pattern) for text, pattern in found) and self.about(thing)

    def applies(self, occurrence: int) -> bool:
        return (self.nth is None or occurrence == self.nth) and (self.first is None or occurrence <= self.first)
