"""What is kept of an execution until it is archived."""

from __future__ import annotations

import orjson

from glider_core.api.observed_pod import parse_pod
from glider_operator.archive.remains import Remains, document_bytes
from tests.unit.glider_core.builders import UID, pod_body

IDENTITY = ("default", UID)


def keep(remains: Remains, *, version: int, phase: str, uid: str = "pod-0", owner: str = UID) -> None:
    body = pod_body()
    body["metadata"] |= {"resourceVersion": str(version), "uid": uid, "managedFields": [{}]}
    body["metadata"]["ownerReferences"][0]["uid"] = owner
    body["status"] = {"phase": phase}
    pod = parse_pod(body)
    assert pod is not None
    remains.pod(pod, body)


def phases(remains: Remains) -> list[str]:
    return [orjson.loads(data)["status"]["phase"] for data in remains.pods(IDENTITY)]


def test_of_a_pod_the_last_state_is_kept():
    remains = Remains()
    keep(remains, version=7, phase="Succeeded")
    keep(remains, version=6, phase="Running")  # the watch is late
    keep(remains, version=3, phase="Failed", uid="earlier")
    assert sorted(phases(remains)) == ["Failed", "Succeeded"]
    assert all("managedFields" not in orjson.loads(data)["metadata"] for data in remains.pods(IDENTITY))


def test_nothing_is_left_of_what_is_forgotten():
    remains = Remains()
    keep(remains, version=7, phase="Succeeded")
    remains.event(IDENTITY, {"metadata": {"name": "e"}})
    remains.forget(IDENTITY)
    remains.forget(IDENTITY)
    assert (remains.pods(IDENTITY), remains.events(IDENTITY), len(remains), remains.size) == ([], [], 0, 0)


def test_what_is_oldest_makes_room():
    remains = Remains(most=1)
    keep(remains, version=1, phase="Succeeded", owner="first")
    keep(remains, version=2, phase="Failed")
    assert remains.pods(("default", "first")) == []
    assert phases(remains) == ["Failed"]  # however large it is
    assert remains.dropped == 1


def test_of_very_many_events_the_first_and_the_last_are_kept():
    remains = Remains()
    for number in range(1_000):
        remains.event(IDENTITY, {"number": number})
    kept = [orjson.loads(data)["number"] for data in remains.events(IDENTITY)]
    assert kept == [*range(32), *range(968, 1_000)]


def test_a_document_is_without_the_bookkeeping_of_fields():
    assert orjson.loads(document_bytes({"metadata": {"name": "x", "managedFields": []}, "spec": 1})) == {
        "metadata": {"name": "x"},
        "spec": 1,
    }
