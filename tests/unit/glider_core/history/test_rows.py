"""What the index has of an execution, by its record alone."""

from __future__ import annotations

import pytest

from glider_core.history.layout import day_of
from glider_core.history.rows import completed_of, row_of
from glider_core.resolve.storage import shard
from tests.unit.glider_core.builders import T0, UID, execution_body, pod_body, task_document
from tests.unit.glider_core.history.records import FOLDER, STATUS, record

OTHER = "s3://bucket/meta/team-b/prepare-0a1b2c3d"


def test_all_that_a_record_has() -> None:
    row = row_of(record(labels={"team": "a", "glider.dev/rerun-of": "u-0"}))
    assert (row.uid, row.namespace, row.name, row.folder) == (UID, "default", "divide", FOLDER)
    assert (row.phase, row.reason, row.code, row.message) == ("Succeeded", "Succeeded", "", "")
    assert (row.task, row.version, row.template, row.image) == ("app.workflows.divider", "v1", "", "registry.example/app:1.4")
    assert (row.created, row.started, row.completed) == ("2026-01-31T12:00:00Z", "2026-01-31T12:00:05Z", "2026-01-31T12:02:00Z")
    assert (row.attempts, row.user_retries, row.system_retries, row.pod, row.node) == (2, 1, 0, "divide-1", "node-1")
    assert (row.wait_seconds, row.run_seconds) == (10.0, 90.0)
    assert (row.cpu_seconds, row.peak_memory, row.bytes_in, row.bytes_out) == (3.5, 300, 20, 7)
    assert row.labels == {"team": "a", "glider.dev/rerun-of": "u-0"}
    assert row.rerun_of == "u-0"


def test_of_a_task_that_is_referred_to_the_name_of_its_template_is_known() -> None:
    row = row_of(record(body=execution_body(status=STATUS, taskRef={"name": "divider-v1"})))
    assert (row.template, row.task) == ("divider-v1", "divider-v1")
    assert row_of(record(body=execution_body(status=STATUS, taskRef="odd"))).template == ""


def test_what_the_task_got_is_what_its_pod_has() -> None:
    pod = pod_body()
    pod["spec"]["containers"][0] |= {"image": "other", "resources": {"limits": {"cpu": "2", "memory": "1Gi", "nvidia.com/gpu": "1"}}}
    row = row_of(record(pods=[pod]))
    assert (row.cpu_request, row.cpu_limit, row.memory_request, row.memory_limit, row.gpus) == (2.0, 2.0, 1 << 30, 1 << 30, 1.0)
    assert row.image == "other"


def test_without_a_pod_it_is_what_the_task_declares() -> None:
    body = execution_body(status=STATUS, task=task_document(resources={"requests": {"cpu": "500m", "nvidia.com/mig-1g.5gb": 2}}))
    row = row_of(record(body=body))
    assert (row.cpu_request, row.gpus) == (0.5, 2.0)


@pytest.mark.parametrize(
    ("last", "failures", "expected"),
    [
        pytest.param("USER", {"user": 9, "system": 3, "unstarted": 2}, (8, 5), id="the last failure was followed by no attempt"),
        pytest.param("SYSTEM", {"user": 9, "system": 3}, (9, 2), id="whoever's it was"),
    ],
)
def test_retries_of_which_the_status_has_only_the_last(last: str, failures: dict[str, int], expected: tuple[int, int]) -> None:
    attempt = {"number": 12, "error": {"code": "x", "kind": "RECOVERABLE", "origin": last, "message": "m"}}
    row = row_of(record(status={**STATUS, "phase": "Failed", "failures": failures, "attempts": [{"number": 11}, attempt]}))
    assert (row.attempts, row.user_retries, row.system_retries) == (13, *expected)


def test_the_limit_of_memory_is_that_of_the_attempt_that_had_most() -> None:
    attempts = [{"number": 0}, {"number": 1, "memory": "2Gi"}, {"number": 2, "memory": "odd"}]
    body = execution_body(status={**STATUS, "attempts": attempts}, task=task_document(resources={"limits": {"memory": "1Gi"}}))
    assert row_of(record(body=body)).memory_limit == 2 << 30
    assert row_of(record(body=execution_body(status=STATUS))).memory_limit is None


@pytest.mark.parametrize(
    ("value", "uses"),
    [
        (f"{OTHER}/0/outputs.pb", (OTHER,)),
        ({"uri": f"{OTHER}/0/x.parquet", "format": "parquet"}, (OTHER,)),
        ([f"{OTHER}/0/a", f"{OTHER}/1/b"], (OTHER,)),
        (f"{FOLDER}/0/outputs.pb", ()),
        ("s3://bucket/team-b/table.parquet", ()),
        (
            f"s3://b/raw/{shard('default-p-0a1b2c3d-3')}/default-p-0a1b2c3d-3/x",
            (f"s3://b/raw/{shard('default-p-0a1b2c3d-3')}/default-p-0a1b2c3d-3",),
        ),
        (7, ()),
    ],
    ids=["a file", "in an object", "each once", "its own", "foreign data", "raw data, by its shard", "no text"],
)
def test_whose_data_its_inputs_are(value: object, uses: tuple[str, ...]) -> None:
    assert row_of(record(body=execution_body(status=STATUS, inputs={"a": value}))).uses == uses


def test_an_inputs_file_of_another() -> None:
    assert row_of(record(body=execution_body(status=STATUS, inputsUri=f"{OTHER}/inputs.pb"))).uses == (OTHER,)


@pytest.mark.parametrize(
    "status",
    [
        {},
        {"phase": "Whatever", "attempts": "none", "conditions": [{"type": "Succeeded"}]},
        {"phase": "Failed", "completionTime": "yesterday", "error": {"code": 3}},
        {"phase": "Failed", "attempts": [{"number": "x", "usage": 5}, {"startTime": 7}]},
    ],
)
def test_an_edited_status_has_a_row_too(status: dict[str, object]) -> None:
    row = row_of(record(status=status))
    assert row.completed == "2026-01-31T12:00:00Z"


def test_odd_documents_have_a_row_too() -> None:
    body = execution_body(status=STATUS, task=task_document(resources={"limits": {"cpu": "many"}}, id={"name": 5}), inputs=None)
    row = row_of(record(body=body, pods=[{"spec": {}}], template={}))
    assert (row.cpu_request, row.task) == (None, "divide")


def test_the_day_is_known_without_a_time_of_completion() -> None:
    assert completed_of(execution_body()) == T0


@pytest.mark.parametrize("edited", ["0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00", "0001-01-01T00:00:00Z", "soon", 5])
def test_a_time_of_completion_that_is_on_no_day_counts_as_none(edited: object) -> None:
    execution = execution_body(status={"phase": "Succeeded", "completionTime": edited})
    assert completed_of(execution) == T0
    assert day_of(completed_of(execution)) == T0.date()
