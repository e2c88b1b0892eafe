"""What can happen to a request on its way to the store and back, and plans that say to which request it does."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What the proxy knows of a request before it passes it on. Numbers count from 1."""

    number: int
    method: str
    path: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """The store is never asked; this is the answer."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b"<?xml version='1.0'?><Error><Code>Injected</Code><Message>by the test</Message></Error>"


@dataclass(frozen=True, slots=True)
class Reset:
    """The connection is reset before the store hears of the request."""


@dataclass(frozen=True, slots=True)
class CutRequest:
    """The connection is reset after so many bytes of the request's body have reached the store."""

    after: int = 0


@dataclass(frozen=True, slots=True)
class LoseResponse:
    """The store does what it is asked, and the answer is lost."""


@dataclass(frozen=True, slots=True)
class CutResponse:
    """The answer promises its whole body and ends after so many bytes of it."""

    after: int = 0


@dataclass(frozen=True, slots=True)
class Delay:
    """All is well, later."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Trickle:
    """The answer's body comes at so many bytes a second."""

    bytes_per_second: int


@dataclass(frozen=True, slots=True)
class Hang:
    """Nobody answers, and the connection stays open."""


Fault = Answer | Reset | CutRequest | LoseResponse | CutResponse | Delay | Trickle | Hang
Plan = Callable[[Request], Fault | None]


def nothing(_: Request) -> Fault | None:
    """A store without faults."""
    return None


def always(fault: Fault, *, method: str | None = None, containing: str = "") -> Plan:
    """Every request of the method whose path (with its query) contains the text."""
    return lambda request: fault if request.method == (method or request.method) and containing in request.path else None


def first(count: int, fault: Fault, *, method: str | None = None, containing: str = "") -> Plan:
    """The first so many of those requests."""
    chosen, lock, seen = always(fault, method=method, containing=containing), threading.Lock(), [0]

    def plan(request: Request) -> Fault | None:
        found = chosen(request)
        if found is None:
            return None
        with lock:
            seen[0] += 1
            return found if seen[0] <= count else None

    return plan


def randomly(probability: float, faults: Sequence[Fault], *, seed: int) -> Plan:
    """Every request may meet one of the faults; the same seed gives the same sequence."""
    source, lock = random.Random(seed), threading.Lock()

    def plan(_: Request) -> Fault | None:
        with lock:
            return source.choice(faults) if source.random() < probability else None

    return plan
