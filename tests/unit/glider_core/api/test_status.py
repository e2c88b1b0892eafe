"""The status, there and back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from glider.wire.errors import Kind, Origin
from glider_core.api.conditions import Condition
from glider_core.api.failure import Failure, cut
from glider_core.api.phases import Phase
from glider_core.api.reasons import reason_of
from glider_core.api.status import Attempt, Failures, Status, parse_status, status_document
from tests.unit.glider_core.builders import T0

FAILURE = Failure(code="USER:Recoverable", kind=Kind.RECOVERABLE, origin=Origin.USER, message="Traceback\nValueError")
RETRYING = Status(
    phase=Phase.RETRYING,
    condition=Condition(reason="Retrying", message="Attempt 0 failed", since=T0),
    observed_generation=1,
    started=T0,
    inputs_uri="s3://b/inputs.pb",
    failures=Failures(user=1),
    attempts=(Attempt(number=0, pod_name="p", pod_uid="u", completed=T0, exit_code=3, reason="UserError", failure=FAILURE),),
)


def test_what_is_written_is_read_again():
    assert parse_status(status_document(RETRYING)) == RETRYING


def test_a_final_status_is_read_whole():
    failed = replace(RETRYING, phase=Phase.FAILED, observed_generation=0, completed=T0, failure=FAILURE, outputs={"o0": 1})
    assert parse_status(status_document(failed)) == failed


@pytest.mark.parametrize("phase", [phase for phase in Phase if phase.terminal])
def test_a_final_status_is_about_no_generation_since_no_change_alters_it(phase):
    document = status_document(replace(RETRYING, phase=phase))
    assert "observedGeneration" not in document
    assert not any("observedGeneration" in one for one in document["conditions"])


def test_a_status_on_the_way_is_about_a_generation():
    document = status_document(RETRYING)
    assert {document["observedGeneration"], *(one["observedGeneration"] for one in document["conditions"])} == {1}


@pytest.mark.parametrize("document", [{}, {"phase": "Nonsense"}, {"phase": "Pending"}])
def test_a_fresh_status_is_pending(document):
    assert parse_status(document) == Status()


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({"links": ""}, id="no list of links"),
        pytest.param({"attempts": {}}, id="no list of attempts"),
        pytest.param({"error": {}}, id="an error that says nothing"),
        pytest.param({"phase": ["Running"]}, id="no word for the phase"),
        pytest.param({"bogus": 1, "duration": "1s"}, id="what is unknown, and what is only written"),
    ],
)
def test_what_is_no_usable_value_counts_as_absent(document):
    assert parse_status(document) == Status()


def test_an_error_that_says_little_is_final_and_the_systems():
    read = parse_status({"phase": "Failed", "error": {"message": "no", "kind": "odd"}}).failure
    assert read == Failure(code="", kind=Kind.NON_RECOVERABLE, origin=Origin.SYSTEM, message="no")


@pytest.mark.parametrize(
    ("code", "origin", "reason"),
    [
        pytest.param("OOMKilled", Origin.USER, "OOMKilled", id="a word stays"),
        pytest.param("USER:RuntimeError", Origin.USER, "UserError", id="flytekit's code is no word"),
        pytest.param("SYSTEM", Origin.SYSTEM, "SystemError", id="nor is one in capitals"),
    ],
)
def test_reason_of(code, origin, reason):
    assert reason_of(code, origin) == reason


def test_a_long_message_keeps_its_end():
    long = Failure(code="X", kind=Kind.RECOVERABLE, origin=Origin.USER, message="a" * 600 + "the end")
    assert cut(long, limit=100).message.endswith("the end")
    assert len(cut(long, limit=100).message) < 110


@pytest.mark.parametrize(("written", "read"), [(-1, 0), (2**31 - 1, 1_000_000_000), (2, 2)])
def test_a_count_that_somebody_edited_can_still_be_counted_up(written, read):
    assert parse_status({"failures": {"user": written}}).failures.user == read


@pytest.mark.parametrize(("written", "read"), [("{{.input", None), ("", None), ("2Gi", "2Gi"), (None, None)])
def test_a_memory_that_is_no_quantity_is_none(written, read):
    assert parse_status({"phase": "Retrying", "memory": written}).memory == read


@pytest.mark.parametrize(
    "written", ["2026-01-31T12:00:00+99:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "soon", 7], ids=repr
)
def test_a_time_that_is_none_or_that_none_can_be_counted_from_is_none(written):
    attempt = {"number": 0, "startTime": written}
    condition = {"type": "Succeeded", "status": "Unknown", "lastTransitionTime": written}
    status = parse_status({"phase": "Running", "startTime": written, "attempts": [attempt], "conditions": [condition]})
    assert (status.started, status.attempts[0].started, status.condition.since) == (None, None, None)
    assert parse_status({"phase": "Failed", "completionTime": written}).completed is None


def test_a_time_without_an_offset_is_one_in_utc():
    assert parse_status({"phase": "Running", "startTime": "2026-01-31T12:00:00"}).started == T0


@pytest.mark.parametrize(("code", "reason"), [("A" + "a" * 63, "A" + "a" * 63), ("A" + "a" * 64, "UserError"), ("Aa" * 1_650, "UserError")])
def test_a_reason_is_short_whatever_the_tasks_code(code, reason):
    failure = Failure(code=code, kind=Kind.RECOVERABLE, origin=Origin.USER, message="no")
    document = status_document(Status(failure=failure))["error"]
    assert document["reason"] == reason and len(document["code"]) <= 250
