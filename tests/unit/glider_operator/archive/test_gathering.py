"""What goes into a record."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from glider_core.api.task import Storage
from glider_core.history.records import OwnFolders
from glider_operator.archive.gathering import UnfitError, check_identity, is_later, record_of, resolved_settings, storage_by
from tests.unit.glider_core.builders import T0, UID, execution_body, make_execution, pod_body, resolved, task_document

BUCKET = Storage(metadata_prefix="s3://b/meta", raw_output_data_prefix="s3://b/raw")
STATUS: dict[str, Any] = {"phase": "Failed", "attempts": [{"number": 0}, {"number": 1}]}
FOLDER = f"default/divide-{UID[:8]}"


def bytes_of(document: Any) -> bytes:
    return orjson.dumps(document)


def pod(prefix: str) -> bytes:
    execution = make_execution(storage={"metadataPrefix": prefix})
    return bytes_of(pod_body(execution))


def folders(**spec: Any) -> OwnFolders:
    return record_of(bytes_of(execution_body(status=STATUS, **spec)), archived=T0, defaults=BUCKET).storage


def test_its_folders_are_those_of_all_attempts():
    found = folders()
    assert found.metadata == f"s3://b/meta/{FOLDER}"
    assert [uri.rpartition("-")[2] for uri in found.raw] == ["0", "1"]
    assert all(uri.startswith("s3://b/raw/") for uri in found.raw)


def test_what_the_execution_or_its_task_set_wins():
    assert folders(storage={"metadataPrefix": "s3://own"}).metadata == f"s3://own/{FOLDER}"
    assert folders(task=task_document(storage={"metadataPrefix": "s3://task"})).metadata == f"s3://task/{FOLDER}"


def test_what_its_pods_were_started_with_wins_over_all():
    record = record_of(bytes_of(execution_body(status=STATUS)), archived=T0, defaults=BUCKET, pods=[pod("s3://begun")])
    assert record.storage.metadata == f"s3://begun/{FOLDER}"


def test_without_a_store_there_are_none():
    record = record_of(bytes_of(execution_body(status=STATUS)), archived=T0, defaults=Storage())
    assert record.storage == OwnFolders()


@pytest.mark.parametrize("number", [10**9, 2**31])
def test_an_edited_status_makes_no_endless_list(number):
    record = record_of(bytes_of(execution_body(status={"attempts": [{"number": number}]})), archived=T0, defaults=BUCKET)
    assert len(record.storage.raw) <= 1_000


def test_what_it_ran_is_its_task_with_what_the_execution_and_the_configuration_gave_it():
    execution = make_execution(retries={"user": 7})
    record = record_of(bytes_of(execution_body(retries={"user": 7})), archived=T0, resolved=resolved_settings(resolved(execution)))
    assert record.resolved is not None
    assert record.resolved["retries"]["user"] == 7
    assert record.resolved["interface"] == task_document()["interface"]


def test_pods_are_in_the_order_of_their_attempts_and_events_in_that_of_time_each_once():
    pods = [bytes_of(pod_body(attempt=number)) for number in (1, 0)]
    events = [bytes_of({"metadata": {"name": name}, "lastTimestamp": when}) for name, when in (("b", "2"), ("a", "1"), ("b", "2"))]
    record = record_of(bytes_of(execution_body()), archived=T0, pods=pods, events=events)
    assert [one["metadata"]["uid"] for one in record.pods] == ["pod-0", "pod-1"]
    assert [one["metadata"]["name"] for one in record.events] == ["a", "b"]


@pytest.mark.parametrize(
    "metadata",
    [
        {"namespace": "../x", "uid": UID},
        {"namespace": "_index", "uid": UID},
        {"namespace": "n", "uid": "a/b"},
        {"namespace": "n", "uid": ""},
        {"namespace": "n"},
    ],
)
def test_no_key_is_made_of_what_kubernetes_gives_nothing(metadata):
    with pytest.raises(UnfitError, match="metadata"):
        check_identity(metadata)


def test_a_template_that_was_made_after_the_end_is_another_one():
    ended = {"status": {"completionTime": "2030-01-01T00:00:00Z"}}
    assert is_later({"metadata": {"creationTimestamp": "2030-01-01T00:00:01Z"}}, ended)
    assert not is_later({"metadata": {"creationTimestamp": "2029-01-01T00:00:00Z"}}, ended)
    assert not is_later({"metadata": {"creationTimestamp": "2029-01-01T00:00:00Z"}}, {"status": {"completionTime": "soon"}})


def test_a_storage_of_another_form_counts_as_none():
    assert storage_by([{"storage": 7}, {"storage": {"metadataPrefix": ["x"]}}], BUCKET) == BUCKET
