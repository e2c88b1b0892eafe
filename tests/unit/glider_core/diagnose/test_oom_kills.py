"""What an OOM kill means, which containerd reports of a container in which any process was killed, the task's or a child's."""

from __future__ import annotations

import pytest

from glider.wire.errors import Kind, Origin, TaskError
from glider_core.diagnose.diagnosis import diagnose
from glider_core.diagnose.evidence import Evidence
from glider_core.diagnose.findings import Outcome, Unread
from tests.unit.glider_core.builders import T0, ended_pod, failure_summary

ERROR = TaskError(code="USER:BrokenProcessPool", kind=Kind.NON_RECOVERABLE, origin=Origin.USER, message="a worker died")


def killed(exit_code: int, message: str = ""):
    return ended_pod(exit_code=exit_code, reason="OOMKilled", message=message)


def test_an_image_s_own_executor_may_have_lived_on_so_the_store_is_read():
    assert isinstance(diagnose(killed(0), now=T0, returns_outputs=True, reads=True), Unread)


def test_the_task_itself_was_killed_so_nothing_is_read():
    finding = diagnose(killed(137), now=T0, returns_outputs=True, reads=True)
    assert isinstance(finding, Outcome)
    assert finding.failure is not None
    assert finding.failure.code == "OOMKilled"


@pytest.mark.parametrize(
    ("evidence", "code"),
    [
        pytest.param(Evidence(outputs_found=True, outputs={"o0": 5}), None, id="outputs are a good end"),
        pytest.param(Evidence(error=ERROR), "OOMKilled", id="an error is the kill's doing, and more memory may help"),
        pytest.param(Evidence(), "OOMKilled", id="nothing is left"),
    ],
)
def test_what_the_store_says_of_a_task_that_exited_with_0(evidence, code):
    finding = diagnose(killed(0), now=T0, returns_outputs=True, reads=True, evidence=evidence)
    assert isinstance(finding, Outcome)
    assert (finding.failure.code if finding.failure else None) == code


def test_the_executor_s_own_words_follow():
    finding = diagnose(killed(3, failure_summary(message="its peak was 400 MiB")), now=T0)
    assert isinstance(finding, Outcome)
    assert finding.failure is not None
    assert "a child process of it was killed" in finding.failure.message
    assert finding.failure.message.endswith("its peak was 400 MiB")
