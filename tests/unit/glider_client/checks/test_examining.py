"""All checks, of API servers that answer oddly: whatever they send, the result is lines, never a traceback."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from glider_client.checks.check import Check, Status
from glider_client.checks.examining import examine
from glider_client.cluster.errors import ForbiddenError, UnreachableError
from tests.chance import SEED

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


@dataclass
class Config:
    context: str = "odd"


class Odd:
    """A cluster whose every answer is made by `answer`."""

    server, namespace, config = "https://odd", "team", Config()

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    def get(self, path: str, **_: Any) -> Any:
        return self._answer()

    def create(self, path: str, document: Any, **_: Any) -> Any:
        return self._answer()

    def items(self, path: str, **_: Any) -> Any:
        return iter([self._answer() for _ in range(2)])


def examined(answer: Any) -> list[Check]:
    cluster: Any = Odd(answer)
    return list(examine(cluster, now=lambda: NOW))


def odd(random: Random, depth: int = 4) -> Any:
    """JSON of known keys, and values of any type."""
    keys = (
        "metadata",
        "status",
        "spec",
        "name",
        "namespace",
        "labels",
        "resources",
        "resourceRules",
        "components",
        "schemas",
        "hard",
        "used",
    )
    if depth == 0 or random.random() < 0.2:
        return random.choice([None, 7, "x", True, [], {}])
    if random.random() < 0.3:
        return [odd(random, depth - 1) for _ in range(2)]
    return {key: odd(random, depth - 1) for key in random.sample(keys, 5)}


def test_answers_of_no_known_form():
    random = Random(SEED)
    for _ in range(200):
        made = {"gitVersion": "v1.34.0", **{f"x{n}": odd(random) for n in range(2)}}
        checks = examined(lambda made=made: random.choice([made, odd(random), {}]))
        assert checks
        assert all(check.message for check in checks)


@pytest.mark.parametrize("error", [ForbiddenError("no."), UnreachableError("the connection broke.")], ids=["forbidden", "broken"])
def test_errors_after_the_first_answer(error: Exception):
    answers = iter([{"gitVersion": "v1.34.0"}])

    def answer() -> Any:
        for one in answers:
            return one
        raise error

    checks = examined(answer)
    assert {check.group for check in checks} >= {"server", "crds", "operators", "executions", "namespace", "rights"}
    wanted = Status.WARNING if isinstance(error, ForbiddenError) else Status.PROBLEM
    assert {check.status for check in checks if check.name in ("user", "CRDs", "operators", "executions")} == {wanted}


def test_nothing_more_is_asked_of_a_server_that_does_not_answer():
    def answer() -> Any:
        raise UnreachableError("no answer.")

    assert [check.line for check in examined(answer)] == ["API server: no answer."]
