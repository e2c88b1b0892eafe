"""The soak's judge: nothing to say where all is as foretold, a line for each thing that isn't."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from glider_core.api import labels
from tests.soak.audit import Audit
from tests.soak.checking import Facts, shortfalls, violations
from tests.soak.chronicle import Life, PodLife
from tests.soak.deeds import delete_and_create_again
from tests.soak.fates import FATES, Member, cast

UID = "0123456789abcdef"
FATE = next(fate for fate in FATES if fate.name == "mended")
POD_0, POD_1 = "mended-01234567-a0", "mended-01234567-a1"


def pod(name: str, attempt: int, exit_code: int) -> PodLife:
    marks = {labels.EXECUTION_UID: UID, labels.ATTEMPT: str(attempt)}
    ended = [{"state": {"terminated": {"exitCode": exit_code}}}]
    return PodLife(body={"metadata": {"name": name, "labels": marks}, "status": {"phase": "Succeeded", "containerStatuses": ended}})


def attempt(number: int, name: str, reason: str, code: int, **more: Any) -> dict[str, Any]:
    return {"number": number, "podName": name, "podUid": name, "reason": reason, "exitCode": code, "completionTime": "t", **more}


def status() -> dict[str, Any]:
    return {
        "phase": "Succeeded",
        "conditions": [{"type": "Succeeded", "status": "True", "reason": "Completed"}],
        "outputs": {"o0": "attempt 1: return"},
        "failures": {"user": 1, "system": 0, "unstarted": 0},
        "attempts": [attempt(0, POD_0, "UserError", 3, error={"origin": "USER"}), attempt(1, POD_1, "Completed", 0)],
    }


def facts(*statuses: dict[str, Any]) -> Facts:
    """An execution that fails once and then ends well, with all that tells of it."""
    life = Life(uid=UID, name="mended", spec={}, statuses=[(float(when), one) for when, one in enumerate(statuses or (status(),))])
    folder = f"metadata/mended-{UID[:8]}"
    return Facts(
        lives=[life],
        pods={POD_0: pod(POD_0, 0, 3), POD_1: pod(POD_1, 1, 0)},
        audit=Audit(pods_created=Counter([POD_0, POD_1]), status_writes={"mended": [-1.0]}),
        ends={f"{folder}/0/error.pb": "USER:Recoverable", f"{folder}/1/outputs.pb": "attempt 1: return"},
    )


def judged(found: Facts) -> list[str]:
    return violations([Member(name="mended", fate=FATE)], found)


def test_nothing_is_said_of_what_is_as_foretold():
    assert judged(facts()) == []


def test_an_attempt_whose_pod_somebody_deleted_is_the_systems():
    lost = status()
    lost["attempts"][0] |= {"reason": "PodDeleted", "error": {"origin": "SYSTEM"}}
    lost["failures"] = {"user": 0, "system": 1, "unstarted": 0}
    found = facts(lost)
    assert any("nobody touched its pod" in line for line in judged(found))
    found.audit.disturbed.update([POD_0])
    assert judged(found) == []


def test_a_pod_that_was_deleted_before_anybody_took_note_of_it_is_on_no_record():
    late = status() | {"attempts": [], "failures": {}, "phase": "TimedOut"}
    late["conditions"] = [{"type": "Succeeded", "status": "False", "reason": "TotalTimeout"}]
    found = facts(late)
    out_of_time = [Member(name="mended", fate=next(fate for fate in FATES if fate.name == "no-time-left"))]
    assert [line for line in violations(out_of_time, found) if "isn't on record" in line]
    found.audit.disturbed.update([POD_0, POD_1])
    assert violations(out_of_time, found) == []


def changed(**fields: Any) -> Callable[[], Facts]:
    return lambda: facts(status() | fields)


def with_facts(change: Callable[[Facts], Any]) -> Callable[[], Facts]:
    def make() -> Facts:
        found = facts()
        change(found)
        return found

    return make


def changed_after_its_end() -> Facts:
    later = copy.deepcopy(status())
    later["attempts"][0]["reason"] = "OOMKilled"
    return facts(status(), later, status())


EVENT = {"involvedObject": {"uid": UID}, "reason": "Succeeded", "message": "m"}


@pytest.mark.parametrize(
    ("found", "said"),
    [
        pytest.param(changed(phase="Failed"), "expected ('Succeeded', 'True', 'Completed')", id="another phase"),
        pytest.param(changed(outputs={"o0": "attempt 0: return"}), "its outputs are", id="other outputs"),
        pytest.param(changed(failures={"user": 2}), "failures on record are", id="failures miscounted"),
        pytest.param(changed(attempts=status()["attempts"][:1]), "(UserError) was the last", id="an attempt that is missing"),
        pytest.param(changed_after_its_end, "it changed after its end", id="a change after the end"),
        pytest.param(with_facts(lambda it: it.audit.pods_created.update([POD_1])), "had 2 pods", id="a pod too many"),
        pytest.param(with_facts(lambda it: it.audit.status_writes.update(mended=[1.0])), "written 1 times", id="a write after the end"),
        pytest.param(with_facts(lambda it: it.audit.pods_created.update(["x"])), "never seen", id="a pod that nobody saw"),
        pytest.param(with_facts(lambda it: it.audit.pods_created.pop(POD_1)), "never created", id="a pod that the audit doesn't know"),
        pytest.param(with_facts(lambda it: it.pods[POD_1].body["status"].update(phase="Running")), "is left", id="a pod that lives on"),
        pytest.param(with_facts(lambda it: setattr(it.lives[0], "deleted", True)), "is an orphan", id="an orphan"),
        pytest.param(with_facts(lambda it: it.ends.clear()), "left (None, None) in the store", id="nothing in the store"),
        pytest.param(with_facts(lambda it: it.events.append(EVENT | {"count": 2})), "was told 2 times", id="an Event told twice"),
        pytest.param(with_facts(lambda it: it.lives.clear()), "it never was", id="an execution that is lost"),
    ],
)
def test_what_is_wrong_is_told(found: Callable[[], Facts], said: str):
    assert [line for line in judged(found()) if said in line]


def test_each_pod_that_others_delete_may_have_one_in_its_place_and_no_more():
    found = facts()
    found.audit.pods_created.update([POD_1])
    found.audit.disturbed.update([POD_1])
    assert judged(found) == []
    found.audit.pods_created.update([POD_1])
    assert judged(found) == ["mended: attempt 1 had 3 pods, of which others deleted 1"]


def test_who_is_to_be_deleted_and_created_again_has_been():
    again = Member(name="mended", fate=replace(FATE, deed=delete_and_create_again))
    found = facts()
    assert "mended: it was never deleted and created again" in violations([again], found)
    found.lives.insert(0, Life(uid="former", name="mended", spec={}, deleted=True))
    assert violations([again], found) == []


def with_all_that_there_should_be() -> Facts:
    found = facts()
    found.audit.disturbed.update([POD_0])
    found.events.append(EVENT)
    return found


def too_little(found: Facts, *, count: int = 2, done: int = 5, logged: int = 1_000) -> list[str]:
    return shortfalls([Member(name="mended", fate=FATE)] * count, found, planned=5, done=done, logged=logged)


def test_a_soak_in_which_all_happened_that_was_to_happen_says_something():
    assert too_little(with_all_that_there_should_be()) == []


@pytest.mark.parametrize(
    ("lacks", "said"),
    [
        pytest.param({"done": 4}, "of 5 disturbances 4 were done", id="a disturbance"),
        pytest.param({"count": 3}, "3 executions had 2 pods", id="pods"),
        pytest.param({"logged": 0}, "no operator logged a word", id="logs"),
        pytest.param({"change": lambda it: it.audit.disturbed.clear()}, "nobody deleted or evicted a pod", id="pods that were disturbed"),
        pytest.param({"change": lambda it: it.audit.status_writes.clear()}, "wrote down no status", id="what the API server wrote down"),
        pytest.param({"change": lambda it: it.ends.clear()}, "nothing was found in the store", id="what is stored"),
        pytest.param({"change": lambda it: it.events.clear()}, "no Event was found", id="Events"),
    ],
)
def test_a_soak_that_lacks_something_says_nothing(lacks: dict[str, Any], said: str):
    found = with_all_that_there_should_be()
    lacks.pop("change", lambda _: None)(found)
    (line,) = too_little(found, **lacks)
    assert said in line


def test_the_same_seed_is_the_same_script_with_every_fate():
    one, same, other = (cast(seed=seed, count=300, window=60) for seed in (1, 1, 2))
    assert one == same != other
    assert len(one) == 300
    assert {member.fate.name for member in one} == {fate.name for fate in FATES}
    assert len({member.name for member in one}) == 300
