"""Exit codes."""

from __future__ import annotations

import pytest

from glider_client.following.outcomes import ExitCode, exit_code, worst


@pytest.mark.parametrize(
    ("phase", "code"),
    [("Succeeded", 0), ("Failed", 1), ("TimedOut", 3), ("Aborted", 4), ("Running", 1), ("FromTheFuture", 1)],
)
def test_of_a_phase(phase: str, code: int) -> None:
    assert exit_code({"status": {"phase": phase}}) == code


def test_of_what_was_deleted() -> None:
    assert exit_code(None) == 1


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        pytest.param([], 0, id="nothing"),
        pytest.param([0, 0], 0, id="all succeeded"),
        pytest.param([0, 4], 4, id="one was cancelled"),
        pytest.param([4, 3, 0], 3, id="a timeout counts more"),
        pytest.param([3, 1, 4], 1, id="a failure most"),
    ],
)
def test_of_several(codes: list[int], expected: int) -> None:
    assert worst(map(ExitCode, codes)) == expected
