"""What somebody does to single executions while the soak goes on.

A deed is a generator that yields while it waits, so that one thread does them all. It looks at the chronicle, and acts with
the API server's own verbs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

from tests.soak.chronicle import TERMINAL, Chronicle


class Doer(Protocol):
    """What a deed needs: what is known, and hands."""

    chronicle: Chronicle

    def patch(self, name: str, spec: dict[str, Any]) -> None: ...
    def delete(self, name: str) -> None: ...
    def create(self, name: str) -> None: ...
    def delete_pod(self, name: str) -> None: ...


#: A deed is done to the execution of that name.
Deed = Callable[[Doer, str], Iterator[None]]


def cancel(doer: Doer, name: str) -> Iterator[None]:
    """Once it runs."""
    yield from _phase(doer, name, "Running")
    doer.patch(name, {"cancel": True})


def suspend_and_resume(doer: Doer, name: str) -> Iterator[None]:
    """Once it runs, and once it is suspended."""
    yield from _phase(doer, name, "Running")
    doer.patch(name, {"suspend": True})
    yield from _phase(doer, name, "Suspended")
    doer.patch(name, {"suspend": False})


def delete_and_create_again(doer: Doer, name: str) -> Iterator[None]:
    """At once under the same name, while the pods of the first are still there."""
    while not doer.chronicle.pods_of(name, running=True):
        if doer.chronicle.phase(name) in TERMINAL:
            break
        yield
    doer.delete(name)
    doer.create(name)


def delete_pods(doer: Doer, name: str) -> Iterator[None]:
    """By force, each that is on record as running."""
    while (phase := doer.chronicle.phase(name)) not in TERMINAL:
        life = doer.chronicle.life(name)
        if phase == "Running" and life is not None:
            on_record = life.status["attempts"][-1]["podName"]
            if on_record in doer.chronicle.pods_of(name, running=True):
                doer.delete_pod(on_record)
        yield


def _phase(doer: Doer, name: str, phase: str) -> Iterator[None]:
    """Until it is in that phase, or over."""
    while doer.chronicle.phase(name) not in (phase, *TERMINAL):
        yield
