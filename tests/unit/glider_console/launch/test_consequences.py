"""What an action will do is stated before it is done, by the state that the execution is in."""

from __future__ import annotations

from typing import Any

import pytest

from glider_console.launch.consequences import consequence
from tests.unit.glider_console.launch.samples import execution


@pytest.mark.parametrize(
    ("action", "phase", "words"),
    [
        pytest.param("cancel", "Running", "The pod of the running attempt is deleted: the task gets SIGTERM, and 30 s", id="cancel a pod"),
        pytest.param("cancel", "Running", "The execution ends as Aborted. That can't be taken back", id="cancel is final"),
        pytest.param("cancel", "Retrying", "No attempt is running, and none will start", id="cancel between attempts"),
        pytest.param("suspend", "Running", "That doesn't count as a failure.", id="suspend a pod"),
        pytest.param("suspend", "Pending", "none starts until the execution is resumed", id="suspend before the first attempt"),
        pytest.param("delete", "Running", "how it ends isn't recorded", id="delete while it runs"),
        pytest.param("delete", "Succeeded", "The execution is deleted with its status, its pods and their logs. What it", id="delete"),
        pytest.param("rerun", "Failed", "A new execution runs the same task, with the same inputs and settings.", id="rerun"),
    ],
)
def test_an_action_states_what_will_happen(action: str, phase: str, words: str) -> None:
    found = consequence(action, execution(phase=phase))
    assert found.possible
    assert words in found.effect


@pytest.mark.parametrize(
    ("action", "spec", "phase", "why"),
    [
        pytest.param("cancel", {}, "Succeeded", "every-x7k2p has finished already: Succeeded.", id="cancel what has finished"),
        pytest.param("cancel", {"cancel": True}, "Running", "every-x7k2p is being cancelled already.", id="cancel twice"),
        pytest.param("suspend", {}, "Failed", "every-x7k2p can't be suspended, since it has finished: Failed.", id="suspend the finished"),
        pytest.param("suspend", {"suspend": True}, "Suspended", "every-x7k2p is suspended already.", id="suspend twice"),
        pytest.param("resume", {}, "Running", "every-x7k2p isn't suspended.", id="resume what runs"),
        pytest.param("resume", {"suspend": True, "cancel": True}, "Running", "since it is being cancelled.", id="resume what ends"),
    ],
)
def test_what_is_pointless_has_a_reason(action: str, spec: dict[str, Any], phase: str, why: str) -> None:
    found = consequence(action, execution(phase=phase, **spec))
    assert not found.possible
    assert found.why.endswith(why)


def test_resuming_is_for_what_is_suspended() -> None:
    found = consequence("resume", execution(phase="Suspended", suspend=True))
    assert found.effect.startswith("The execution goes on with another attempt")


def test_the_attempt_and_its_own_grace_period_are_named() -> None:
    running = execution(phase="Running", terminationGracePeriodSeconds=5)
    running["status"]["attempts"] = [{"number": 0}, {"number": 1}]
    assert "The pod of attempt 1 is deleted: the task gets SIGTERM, and 5 s to end by itself." in consequence("cancel", running).effect
