"""Every execution that ends is in the history, once, whatever the store does, and whenever the operator ends."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from glider_core.api.observed_pod import parse_pod
from glider_core.archive.index import Index
from glider_operator.archive.archiver import Archiver
from glider_operator.archive.pending import UNFIT_AGAIN
from glider_operator.archive.writing import open_writer
from tests.unit.glider_core.builders import T0, UID, pod_body
from tests.unit.glider_operator.archive.stores import Workshop, over


@pytest.fixture
def workshop(tmp_path) -> Workshop:
    return Workshop(tmp_path)


def keep_pod(workshop: Workshop, **status: Any) -> None:
    body = pod_body(**status)
    pod = parse_pod(body)
    assert pod is not None
    workshop.caches.pods.update(pod, now=T0)
    workshop.archiver.pod(pod, body)


async def test_what_has_ended_is_archived_with_all_that_is_known(workshop):
    keep_pod(workshop, phase="Succeeded")
    workshop.archiver.event(("default", UID), {"metadata": {"name": "ours"}})
    workshop.archiver.ended(over())
    await workshop.archive()
    record = workshop.record()
    assert record.execution["metadata"]["name"] == "divide"
    assert [pod["status"]["phase"] for pod in record.pods] == ["Succeeded"]
    assert [event["metadata"]["name"] for event in record.events] == ["ours"]
    assert workshop.archived == [UID]
    assert workshop.archiver.is_archived(UID)
    assert workshop.archiver.state()["keptBytes"] == 0


async def test_its_pod_may_end_after_it(workshop):
    keep_pod(workshop, phase="Running")
    workshop.archiver.ended(over(phase="Aborted"))
    await workshop.archive()
    assert workshop.uids() == []
    keep_pod(workshop, phase="Failed")
    await workshop.archive()
    assert [pod["status"]["phase"] for pod in workshop.record().pods] == ["Failed"]


async def test_pods_of_earlier_attempts_that_are_gone_are_there(workshop):
    for attempt in (0, 1):
        body = pod_body(attempt=attempt, phase="Failed")
        pod = parse_pod(body)
        assert pod is not None
        workshop.archiver.pod(pod, body, gone=attempt == 0)
    workshop.archiver.ended(over())
    await workshop.archive()
    assert [pod["metadata"]["uid"] for pod in workshop.record().pods] == ["pod-0", "pod-1"]


async def test_of_one_that_failed_the_events_of_its_pod_are_looked_up(workshop):
    workshop.events = [{"metadata": {"name": "BackOff"}, "involvedObject": {"uid": "pod-0"}}]
    for phase, uid in (("Failed", UID), ("Succeeded", "other")):
        keep_pod(workshop, phase="Failed")
        workshop.archiver.ended(over(phase=phase, uid=uid))
    await workshop.archive()
    assert [event["metadata"]["name"] for event in workshop.record().events] == ["BackOff"]
    assert workshop.record("other").events == ()


async def test_nothing_is_archived_by_one_that_doesnt_lead(workshop):
    workshop.leads = False
    workshop.archiver.ended(over())
    await workshop.archive()
    assert workshop.storage.written == []


async def test_all_wait_while_the_store_fails(workshop, caplog):
    caplog.set_level(logging.INFO)
    workshop.storage.fails = lambda uri: True
    for number in range(30):
        workshop.archiver.ended(over(f"run-{number}", uid=f"uid-{number}"))
    for _ in range(5):
        await workshop.archive()
        workshop.clock.now += 60
    assert workshop.uids() == workshop.archived == []
    assert workshop.archiver.state()["pending"] == 30
    assert workshop.archiver.state()["secondsBehind"] == 300
    workshop.storage.fails = lambda uri: False
    workshop.clock.now += 60
    await workshop.archive()
    assert workshop.uids() == sorted(f"uid-{number}" for number in range(30))
    assert len(workshop.archived) == 30
    messages = [record.message for record in caplog.records if "archived" in record.message]
    assert messages[0].startswith("executions can't be archived, 30 wait for the store: ")
    assert "503 Slow Down" in messages[0]
    assert messages[1:] == ["executions are archived again, after 360 s; 29 wait"]


async def test_a_store_that_fails_for_long_is_logged_again(workshop, caplog):
    workshop.storage.fails = lambda uri: True
    workshop.archiver.ended(over())
    for _ in range(40):
        await workshop.archive()
        workshop.clock.now += 30
    messages = [record.message for record in caplog.records if "can't be archived" in record.message]
    assert len(messages) == 2
    assert ", and none were deleted after their TTL, for " in messages[1]


@pytest.mark.parametrize("part", ["json.zst", "jsonl.zst"])
async def test_what_was_stored_although_that_failed_is_there_once(workshop, part):
    torn = {"left": 3}

    def is_torn(uri: str) -> bool:
        torn["left"] -= uri.endswith(part)
        return uri.endswith(part) and torn["left"] >= 0

    workshop.storage.after = is_torn
    for number in range(5):
        workshop.archiver.ended(over(f"run-{number}", uid=f"uid-{number}"))
    for _ in range(6):
        await workshop.archive()
        workshop.clock.now += 30
    assert workshop.uids() == [f"uid-{number}" for number in range(5)]


async def test_one_that_the_store_never_takes_keeps_no_others_from_being_archived(workshop):
    workshop.storage.fails = lambda uri: "uid-0" in uri
    for number in range(5):
        workshop.archiver.ended(over(f"run-{number}", uid=f"uid-{number}"))
    for _ in range(4):
        await workshop.archive()
        workshop.clock.now += 60
    assert workshop.uids() == [f"uid-{number}" for number in range(1, 5)]
    assert not workshop.archiver.is_archived("uid-0")


async def test_another_operator_archives_what_is_missing_and_nothing_twice(workshop):
    workshop.archiver.ended(over("run-0", uid="uid-0"))
    await workshop.archive()
    workshop.restart()
    for number in range(3):
        workshop.archiver.found(over(f"run-{number}", uid=f"uid-{number}"))
    written = len(workshop.storage.written)
    await workshop.archive()
    assert workshop.uids() == ["uid-0", "uid-1", "uid-2"]
    assert len(workshop.storage.written) == written + 3  # two records and a segment
    assert workshop.archiver.is_archived("uid-0")
    workshop.archiver.found(over("run-0", uid="uid-0"))
    assert workshop.archiver.state()["pending"] == 0


async def test_one_that_died_between_record_and_row_left_nothing_out(workshop):
    workshop.storage.fails = lambda uri: uri.endswith(".jsonl.zst")
    workshop.archiver.ended(over())
    await workshop.archive()
    assert not workshop.archiver.is_archived(UID)
    workshop.restart()
    workshop.storage.fails = lambda uri: False
    workshop.archiver.found(over())
    await workshop.archive()
    assert workshop.uids() == [UID]


async def test_one_that_is_deleted_while_it_waits_is_archived(workshop):
    workshop.archiver.ended(over())
    workshop.archiver.forget(("default", UID))
    await workshop.archive()
    assert workshop.uids() == [UID]


async def test_of_one_that_never_ended_nothing_is_kept(workshop):
    keep_pod(workshop, phase="Failed")
    workshop.archiver.forget(("default", UID))
    assert workshop.archiver.state()["keptBytes"] == 0


async def test_a_document_that_there_was_no_room_for_is_looked_up_in_its_turn(workshop):
    workshop.archiver.pending._most = 10
    for name in ("there", "gone", "another"):
        workshop.archiver.ended(over(name, uid=f"uid-of-{name}"))
    workshop.there = {"there": over("there", uid="uid-of-there"), "another": over("another", uid="made since")}
    await workshop.archive()
    assert workshop.uids() == ["uid-of-there"]
    assert workshop.archiver.state()["pending"] == 0


async def test_one_whose_record_is_never_taken_is_reported_once_and_waits(workshop):
    workshop.storage.is_odd = lambda uri: uri.endswith("/odd.json.zst")
    workshop.archiver.ended(over("odd", uid="odd"))
    workshop.archiver.ended(over())
    for _ in range(3):
        await workshop.archive()
        workshop.clock.now += UNFIT_AGAIN
    assert workshop.uids() == [UID]
    assert not workshop.archiver.is_archived("odd")
    assert [one.partition(":")[0] for one in workshop.reported] == ["odd"]
    assert list(workshop.archiver.state()["notArchivable"]) == ["default/odd"]


async def test_pods_and_events_that_are_odd_are_left_out(workshop):
    keep_pod(workshop, phase="Succeeded")
    workshop.archiver.event(("default", UID), {"metadata": 7})
    workshop.archiver.ended(over())
    await workshop.archive()
    assert workshop.record().pods == ()


@pytest.mark.parametrize(
    "status",
    [
        pytest.param({"completionTime": "9999-12-31T23:59:59Z"}, id="the end of time"),
        pytest.param({"completionTime": "soon"}, id="no time"),
        pytest.param({"completionTime": None}, id="none"),
        pytest.param({"attempts": [{"number": 10**12}]}, id="a number of attempts"),
        pytest.param({"outputsUri": "s3://other/x" * 10_000}, id="a long URI"),
    ],
)
async def test_what_somebody_wrote_into_a_status_leads_nowhere_else(workshop, status):
    body = over()
    body["status"] |= status
    workshop.archiver.ended(body)
    await workshop.archive()
    assert workshop.uids() == [UID]
    assert {uri.removeprefix(workshop.prefix).split("/")[1] for uri in workshop.storage.written} == {"v1"}
    assert {"default" in uri.removeprefix(workshop.prefix).split("/")[2:4] for uri in workshop.storage.written} == {True}


@pytest.mark.parametrize("odd", [pytest.param("\ud800", id="half of a surrogate pair"), pytest.param({1, 2}, id="no JSON")])
async def test_what_cant_be_encoded_fails_no_reconcile_and_is_reported(workshop, odd):
    body = over("odd", uid="odd")
    body["status"]["outputs"] = {"o0": odd}
    workshop.there = {"odd": body}
    workshop.archiver.ended(body)
    workshop.archiver.event(("default", UID), {"message": odd})
    workshop.archiver.ended(over())
    await workshop.archive()
    assert workshop.uids() == [UID]
    assert list(workshop.archiver.state()["notArchivable"]) == ["default/odd"]


async def test_integers_of_any_size_are_kept(workshop):
    body = over()
    body["status"]["outputs"] = {"o0": 2**70}
    workshop.archiver.ended(body)
    await workshop.archive()
    assert workshop.record().execution["status"]["outputs"] == {"o0": float(2**70)}


async def test_without_credentials_all_wait(workshop, caplog):
    workshop.archiver = Archiver(
        lambda: open_writer("s3://b/h", environment={}, node_identity=False),
        workshop.archiver._around,
        caches=workshop.caches,
        config=workshop.archiver._documents._config,
        now=lambda: T0,
        clock=workshop.clock,
    )
    workshop.archiver.ended(over())
    await workshop.archive()
    assert "the operator has no credentials for this store" in str(workshop.archiver.state()["storeFails"])
    assert "no credentials" in caplog.text


async def test_what_is_pending_is_archived_when_the_operator_ends(workshop):
    workshop.archiver.ended(over())
    await workshop.archiver.flush()
    workshop.archiver.close()
    assert workshop.uids() == [UID]


async def test_a_day_whose_index_cant_be_read_holds_up_no_other(workshop):
    workshop.storage.fails = lambda uri: "/_index/denied/" in uri
    body = over("run-0", uid="uid-0")
    body["metadata"]["namespace"] = "denied"
    workshop.archiver.found(body)
    workshop.archiver.found(over("run-1", uid="uid-1"))
    await workshop.archive()
    assert workshop.archived == ["uid-1"]
    workshop.storage.fails = lambda uri: False
    workshop.clock.now += 60
    await workshop.archive()
    assert workshop.archived == ["uid-1", "uid-0"]


async def test_an_amount_that_no_index_takes_is_left_out(workshop):
    task: dict[str, Any] = {"primaryContainerName": "main", "podTemplate": {"spec": {"containers": [{"name": "main", "image": "i"}]}}}
    task["podTemplate"]["spec"]["containers"][0]["resources"] = {"requests": {"memory": "9999999999E"}}
    for number in range(3):
        given: dict[str, Any] = {"task": task} if number == 0 else {}
        workshop.archiver.ended(over(f"run-{number}", uid=f"uid-{number}", **given))
    await workshop.archive()
    assert workshop.uids() == ["uid-0", "uid-1", "uid-2"]


async def test_what_nobody_foresaw_holds_up_no_others(workshop, monkeypatch):
    append = Index.append

    def refusing(self, rows):
        found = list(rows)
        if any(row.uid == "uid-0" for row in found):
            raise RuntimeError("no such thing")
        append(self, found)

    monkeypatch.setattr(Index, "append", refusing)
    for number in range(3):
        workshop.archiver.ended(over(f"run-{number}", uid=f"uid-{number}"))
    for _ in range(30):
        await workshop.archive()
        workshop.clock.now += 20
    assert workshop.uids() == ["uid-1", "uid-2"]
