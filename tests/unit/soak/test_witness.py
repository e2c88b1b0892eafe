"""Which of the operators' log lines are worth a word in the soak's report."""

from __future__ import annotations

import json

import pytest

from tests.soak.witness import errors


def logged(text: str) -> str:
    return f"2026-01-01T00:00:00Z stderr F {text}"


def document(level: str, message: str, logger: str = "glider_operator.queue") -> str:
    return json.dumps({"level": level, "logger": logger, "message": message})


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        pytest.param([document("warning", "late")], 0, id="a warning isn't"),
        pytest.param([document("error", "an unexpected error")], 1, id="an error is"),
        pytest.param(
            [document("error", "Request attempt #1 failed; will retry: GET", "kopf.x")], 0, id="kopf, of an API server that is away"
        ),
        pytest.param([document("error", "Request attempt #9 failed; escalating", "kopf.x")], 1, id="kopf, of one that stays away"),
        pytest.param(["Traceback (most recent call last):", '  File "x"', "KeyError: 1"], 1, id="a traceback is, once"),
    ],
)
def test_errors(lines: list[str], told: int):
    assert len(errors([logged(line) for line in lines])) == told
