"""The conditions of an execution, by its phase and reason: what kubectl wait, kstatus and Argo CD go by."""

from __future__ import annotations

from datetime import timedelta

import pytest

from glider_core.api import reasons
from glider_core.api.conditions import FRESH, Condition
from glider_core.api.phases import Phase
from glider_core.api.status import Status, parse_status, status_document
from tests.unit.glider_core.builders import T0


def conditions(phase: Phase, condition: Condition) -> dict[str, dict[str, object]]:
    document = status_document(Status(phase=phase, condition=condition, observed_generation=3))
    return {one["type"]: one for one in document["conditions"]}


@pytest.mark.parametrize("phase", [phase for phase in Phase if not phase.terminal])
def test_until_the_end_it_is_reconciling_for_the_phases_own_reason(phase):
    found = conditions(phase, Condition(reason="ImagePullBackOff", message="No such image.", since=T0))
    assert [(kind, one["status"]) for kind, one in found.items()] == [("Succeeded", "Unknown"), ("Reconciling", "True")]
    assert (found["Reconciling"]["reason"], found["Reconciling"]["message"]) == ("ImagePullBackOff", "No such image.")


def test_a_success_has_one_condition_more_and_it_is_small():
    found = conditions(Phase.SUCCEEDED, Condition(true=True, reason="Completed", message="Attempt 0 succeeded.", since=T0))
    assert [(kind, one["status"]) for kind, one in found.items()] == [("Succeeded", "True"), ("Finished", "True")]
    assert found["Finished"] == {
        "type": "Finished",
        "status": "True",
        "reason": "Completed",
        "lastTransitionTime": found["Succeeded"]["lastTransitionTime"],
    }


@pytest.mark.parametrize("phase", [Phase.FAILED, Phase.ABORTED, Phase.TIMED_OUT])
def test_a_bad_end_is_finished_and_stalled_with_its_message(phase):
    found = conditions(phase, Condition(true=False, reason="InvalidSpec", message="spec.image: …", since=T0))
    assert [(kind, one["status"]) for kind, one in found.items()] == [("Succeeded", "False"), ("Finished", "True"), ("Stalled", "True")]
    assert (found["Stalled"]["reason"], found["Stalled"]["message"]) == ("InvalidSpec", "spec.image: …")


@pytest.mark.parametrize("reason", [reasons.CONFIGURATION_REFUSED, reasons.FORBIDDEN, reasons.POD_NAME_TAKEN, reasons.STORE_DENIED])
def test_what_only_a_person_can_help_is_stalled_which_stands_before_reconciling(reason):
    """Kstatus takes the first of them that is True."""
    found = conditions(Phase.PENDING, Condition(reason=reason, message="So it is.", since=T0))
    assert list(found) == ["Succeeded", "Stalled", "Reconciling"]
    assert "lastTransitionTime" not in found["Stalled"], "the time on record is Succeeded's"


@pytest.mark.parametrize("reason", [reasons.SECRET_NOT_FOUND, reasons.QUOTA_EXCEEDED, reasons.ADMISSION_DENIED, reasons.CONCURRENCY_LIMIT])
def test_what_passes_or_is_still_to_come_is_not_stalled(reason):
    assert "Stalled" not in conditions(Phase.PENDING, Condition(reason=reason))


def test_those_that_follow_from_others_are_not_read():
    status = Status(phase=Phase.RUNNING, condition=Condition(reason="Running", since=T0), observed_generation=1)
    document = status_document(status)
    for one in document["conditions"][1:]:
        one |= {"status": "False", "reason": "Edited", "lastTransitionTime": str(T0 + timedelta(days=1))}
    assert parse_status(document) == status


def test_what_the_api_server_fills_in_is_no_status_of_the_operators():
    assert parse_status({"phase": "Pending", "conditions": [FRESH]}) == Status()
