"""`helm install` with no value set gives a result, and says what is missing where it can't."""

from __future__ import annotations

from tests.e2e.conftest import EXAMPLES, Glider


def test_the_divider_succeeds_and_its_outputs_are_in_the_status(without_store: Glider):
    without_store.apply(EXAMPLES / "divide.yaml")
    without_store.kubectl("wait", "--for=condition=Succeeded", "te/divide-ten-by-two", "--timeout=60s")
    status = without_store.status("divide-ten-by-two")
    assert status["outputs"] == {"o0": 5.0}
    assert status["phase"] == "Succeeded"


def test_a_task_that_returns_a_file_fails_and_says_what_to_set(without_store: Glider):
    without_store.apply(EXAMPLES / "report.yaml")
    status = without_store.wait_for("report")
    assert status["phase"] == "Failed"
    assert status["error"]["reason"] == "StorageNotConfigured"
    assert status["error"]["kind"] == "NON_RECOVERABLE"
    assert "storage.rawOutputDataPrefix" in status["error"]["message"]
    assert len(without_store.pods()) == 1


def test_inputs_and_outputs_larger_than_the_status_takes_fail_and_say_what_to_set(without_store: Glider):
    from tests.resources import execution, legacy_args, task

    spec = task(legacy_args("app.workflows.large", "repeat"), inputs={"text": "string", "times": "integer"}, outputs={"o0": "string"})
    without_store.apply(execution("large", task=spec, inputs={"text": "x" * 100, "times": 100}))
    status = without_store.wait_for("large")
    assert status["error"]["reason"] == "StorageNotConfigured"
    assert "storage.metadataPrefix" in status["error"]["message"]
