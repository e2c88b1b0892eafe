"""The exceptions by which a bad end comes back into Python."""

from __future__ import annotations

import pickle
import traceback
from typing import Any

import pytest

from glider_client.sdk.failures import AbortedError, ExecutionError, RemoteTraceback, TaskFailedError, TimedOutError, failure_of

MESSAGE = """Trace:

    Traceback (most recent call last):
      File "/code/hello.py", line 3, in add
        raise ValueError("no")
    ValueError: no

Message:

    ValueError: no"""
ERROR = {"code": "USER:RuntimeError", "kind": "NON_RECOVERABLE", "origin": "USER", "reason": "UserError", "message": MESSAGE}


def execution(phase: str, error: dict[str, Any] | None = None, **condition: Any) -> dict[str, Any]:
    conditions = [{"type": "Succeeded", "status": "False", **condition}] if condition else []
    status = {"phase": phase, "conditions": conditions} | ({"error": error} if error else {})
    return {"metadata": {"name": "hello-x7k2p", "namespace": "team-a", "uid": "u"}, "status": status}


def failure(*args: Any, **kwargs: Any) -> ExecutionError:
    found = failure_of(execution(*args, **kwargs))
    assert found is not None
    return found


@pytest.mark.parametrize("phase", ["Succeeded", "Running", "Pending"])
def test_what_has_not_failed_has_no_failure(phase: str):
    assert failure_of(execution(phase)) is None


@pytest.mark.parametrize(
    ("phase", "kind"),
    [("Failed", TaskFailedError), ("TimedOut", TimedOutError), ("Aborted", AbortedError)],
)
def test_each_bad_end_is_an_exception_of_its_own(phase: str, kind: type[ExecutionError]):
    assert type(failure(phase, ERROR)) is kind
    assert issubclass(kind, ExecutionError)


def test_an_exception_has_the_fields_of_the_error():
    found = failure("Failed", ERROR)
    assert (found.code, found.kind, found.origin, found.reason) == ("USER:RuntimeError", "NON_RECOVERABLE", "USER", "UserError")
    assert (found.name, found.namespace, found.phase, found.message) == ("hello-x7k2p", "team-a", "Failed", MESSAGE)
    assert str(found) == "hello-x7k2p failed: ValueError: no (USER:RuntimeError)"


def test_the_tasks_traceback_is_its_cause():
    text = "".join(traceback.format_exception(failure("Failed", ERROR)))
    assert 'File "/code/hello.py", line 3, in add' in text
    assert "The above exception was the direct cause of the following exception:" in text
    assert isinstance(failure("Failed", ERROR).__cause__, RemoteTraceback)
    assert "Message:" not in text, "the message is in the exception itself"


def test_an_error_without_a_traceback_has_no_cause():
    assert failure("Failed", ERROR | {"message": "the container was killed", "code": "OOMKilled"}).__cause__ is None


def test_without_an_error_the_condition_explains():
    found = failure("Aborted", reason="Cancelled", message="cancelled by spec.cancel")
    assert (found.code, found.reason, found.origin) == ("Cancelled", "Cancelled", "")
    assert str(found) == "hello-x7k2p was cancelled: cancelled by spec.cancel (Cancelled)"


def test_an_exception_survives_pickling():
    found = pickle.loads(pickle.dumps(failure("TimedOut", ERROR)))
    assert (type(found), str(found), found.code) == (TimedOutError, str(failure("TimedOut", ERROR)), "USER:RuntimeError")
