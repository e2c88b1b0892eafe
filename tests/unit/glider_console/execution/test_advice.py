"""What to do about a reason: the console has a step wherever docs/operator.md has one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from glider_console.execution.advice import AT_THE_END, WHILE_WAITING, advice_for

DOCS = (Path(__file__).parents[4] / "docs" / "operator.md").read_text()
#: "See the message", or what to check where nothing is known; the page shows the message anyway.
_LEFT_TO_THE_MESSAGE = {"Queued", "Initializing", "Running", "UserError", "SystemError"}
_PROGRESS, _FINISHED = "### In progress\n", "### Finished\n"


def documented(section: str) -> dict[str, str]:
    """What to do, by each reason of a table."""
    rows = [line.strip("|").split(" | ") for line in DOCS.partition(section)[2].partition("\n#")[0].splitlines() if line.startswith("| `")]
    return {reason: row[-1].strip(" |") for row in rows for reason in re.findall(r"`(\w+)`", row[0])}


@pytest.mark.parametrize(
    ("section", "steps"), [(_PROGRESS, WHILE_WAITING), (_FINISHED, AT_THE_END)], ids=["while it waits", "once it has ended"]
)
def test_there_is_a_step_where_the_docs_have_one(section: str, steps: dict[str, str]) -> None:
    advised = {reason for reason, step in documented(section).items() if step}
    assert len(advised) > 20
    assert sorted(advised - set(steps) - _LEFT_TO_THE_MESSAGE) == []


@pytest.mark.parametrize("steps", [WHILE_WAITING, AT_THE_END], ids=["while it waits", "once it has ended"])
def test_a_step_is_a_sentence(steps: dict[str, str]) -> None:
    assert [step for step in steps.values() if not re.fullmatch(r"\w[^\n]*\.", step)] == []


def test_the_step_depends_on_whether_it_has_ended() -> None:
    assert advice_for("CrashLoopBackOff", finished=False) != advice_for("CrashLoopBackOff", finished=True)


def test_there_is_none_for_a_reason_that_nobody_knows() -> None:
    assert advice_for("SomebodysReason", finished=True) == ""
