"""What cancel, suspend, resume and delete come to for an execution as it is."""

from __future__ import annotations

from typing import Any

import pytest

from glider_client.sdk.verbs import CANCEL, DELETE, RESUME, SUSPEND, Change, Refused, Unchanged, Verb, decide, is_done


def execution(phase: str = "Running", *, deleting: bool = False, **spec: Any) -> dict[str, Any]:
    metadata = {"name": "hello", "namespace": "team-a", "uid": "uid-1"} | (
        {"deletionTimestamp": "2026-01-31T12:00:00Z"} if deleting else {}
    )
    return {"metadata": metadata, "spec": {"taskRef": {"name": "t"}, **spec}, "status": {"phase": phase}}


def patch(**spec: Any) -> dict[str, Any]:
    return {"metadata": {"uid": "uid-1"}, "spec": spec}


@pytest.mark.parametrize(
    ("verb", "given", "expected"),
    [
        pytest.param(CANCEL, execution(), Change(patch=patch(cancel=True), result="is being cancelled"), id="a running one is cancelled"),
        pytest.param(
            CANCEL,
            execution("Suspended", suspend=True),
            Change(patch=patch(cancel=True), result="is being cancelled"),
            id="so is one that is suspended",
        ),
        pytest.param(CANCEL, execution(cancel=True), Unchanged("is being cancelled already"), id="cancelling twice is cancelling once"),
        pytest.param(
            CANCEL, execution("Succeeded"), Unchanged("has finished already: Succeeded"), id="what has finished needs no cancelling"
        ),
        pytest.param(SUSPEND, execution(), Change(patch=patch(suspend=True), result="is being suspended"), id="a running one is suspended"),
        pytest.param(SUSPEND, execution(suspend=True), Unchanged("is suspended already"), id="suspending twice is suspending once"),
        pytest.param(
            SUSPEND,
            execution(cancel=True),
            Refused("can't be suspended, since it is being cancelled"),
            id="what is being cancelled can't be suspended",
        ),
        pytest.param(
            SUSPEND, execution("Failed"), Refused("can't be suspended, since it has finished: Failed"), id="neither can what has finished"
        ),
        pytest.param(
            RESUME,
            execution("Suspended", suspend=True),
            Change(patch=patch(suspend=False), result="is being resumed"),
            id="a suspended one is resumed",
        ),
        pytest.param(RESUME, execution(), Unchanged("isn't suspended"), id="one that runs needs no resuming"),
        pytest.param(
            RESUME,
            execution("Aborted", suspend=True),
            Refused("can't be resumed, since it has finished: Aborted"),
            id="what has finished can't be resumed",
        ),
        pytest.param(DELETE, execution("Succeeded"), Change(patch=None, result="is being deleted"), id="what has finished can be deleted"),
        pytest.param(
            DELETE, execution(deleting=True), Unchanged("is being deleted already"), id="what waits for a finalizer is being deleted"
        ),
        pytest.param(CANCEL, execution(deleting=True), Unchanged("is being deleted already"), id="what is being deleted is being ended"),
        pytest.param(
            SUSPEND, execution(deleting=True), Refused("can't be suspended, since it is being deleted"), id="and can't be suspended"
        ),
    ],
)
def test_decide(verb: Verb, given: dict[str, Any], expected: Change | Unchanged | Refused):
    assert decide(verb, given) == expected


def test_an_execution_without_a_status_is_one_that_has_not_begun():
    given = {key: value for key, value in execution().items() if key != "status"}
    assert isinstance(decide(CANCEL, given), Change)


@pytest.mark.parametrize(
    ("verb", "given", "done"),
    [
        pytest.param(CANCEL, execution(cancel=True), False, id="a cancelled one still has its pod"),
        pytest.param(CANCEL, execution("Aborted", cancel=True), True, id="until it is Aborted"),
        pytest.param(CANCEL, execution("Succeeded", cancel=True), True, id="or ends by itself"),
        pytest.param(CANCEL, None, True, id="or is deleted"),
        pytest.param(SUSPEND, execution(suspend=True), False, id="a suspended one still has its pod"),
        pytest.param(SUSPEND, execution("Suspended", suspend=True), True, id="until its phase is Suspended"),
        pytest.param(RESUME, execution("Suspended", suspend=False), False, id="the operator hasn't resumed it yet"),
        pytest.param(RESUME, execution("Pending", suspend=False), True, id="it has"),
        pytest.param(DELETE, execution(deleting=True), False, id="a finalizer keeps it"),
        pytest.param(DELETE, None, True, id="it is gone"),
    ],
)
def test_what_waiting_waits_for(verb: Verb, given: dict[str, Any] | None, done: bool):
    assert is_done(verb, given, uid="uid-1") is done


@pytest.mark.parametrize("verb", [CANCEL, SUSPEND, RESUME, DELETE], ids=lambda verb: verb.name)
def test_another_execution_of_the_name_is_not_the_one(verb: Verb):
    assert is_done(verb, execution("Suspended"), uid="uid-0")
