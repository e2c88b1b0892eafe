"""Who may run where only some may."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from glider_core.reconcile.admission import Group, Limit, Rank, Turn
from glider_operator.cache.admission import Admission
from tests.unit.glider_core.builders import SECOND, T0

NAMESPACE = Limit(group=("ns",), most=2, name="namespace")
TASK = Limit(group=("ns", "task"), most=1, name="task")


def rank(uid: str, *, priority: int = 0, age: int = 0) -> Rank:
    return Rank(negative_priority=-priority, created=T0 - age * SECOND, uid=uid)


@dataclass
class Answer:
    """The limit that the execution waits for, if any, and who should ask again."""

    full: Limit | None
    ask_again: tuple[str, ...]


def ask(admission: Admission, uid: str, *limits: Limit, groups: tuple[Group, ...] = (("ns",), ("ns", "task")), **place: Any) -> Answer:
    """What a reconcile makes of the answer: the execution takes its places, or waits."""
    if (full := admission.full(rank(uid, **place), limits)) is None:
        return Answer(None, admission.claim(uid, groups))
    return Answer(full, admission.wait(Turn(limit=full, rank=rank(uid, **place))))


def test_as_many_as_the_limit_and_no_more():
    admission = Admission()
    assert [ask(admission, uid, NAMESPACE).full for uid in "abc"] == [None, None, NAMESPACE]


def test_without_a_limit_everybody_runs():
    admission = Admission()
    assert [ask(admission, uid).full for uid in "abcdef"] == [None] * 6


def test_asking_again_takes_no_second_place():
    admission = Admission()
    for _ in range(3):
        assert ask(admission, "a", NAMESPACE).full is None
    assert ask(admission, "b", NAMESPACE).full is None


def test_who_leaves_makes_room_for_the_first_by_priority_and_then_by_age():
    admission = Admission()
    ask(admission, "a", TASK)
    ask(admission, "young", TASK, age=1)
    ask(admission, "old", TASK, age=9)
    ask(admission, "urgent", TASK, priority=1)
    assert admission.release("a") == ("urgent",)
    assert ask(admission, "old", TASK, age=9).full == TASK, "nobody overtakes"
    assert ask(admission, "urgent", TASK, priority=1).full is None
    assert admission.release("urgent") == ("old",)


def test_a_full_task_does_not_hold_up_the_others_of_its_namespace():
    admission = Admission()
    assert ask(admission, "a", TASK, NAMESPACE).full is None
    assert ask(admission, "b", TASK, NAMESPACE).full == TASK
    other = ask(admission, "c", NAMESPACE, groups=(("ns",), ("ns", "other")))
    assert other.full is None


def test_who_moves_to_another_line_lets_the_next_ask():
    admission = Admission()
    admission.claim("x", (("ns",),))
    admission.claim("y", (("ns",),))
    ask(admission, "a", TASK)
    ask(admission, "b", TASK, NAMESPACE, age=2)
    ask(admission, "c", TASK, age=1)
    admission.release("a")
    moved = ask(admission, "b", TASK, NAMESPACE, age=2)
    assert (moved.full, moved.ask_again) == (NAMESPACE, ("c",))
    assert ask(admission, "c", TASK, age=1).full is None


def test_who_runs_already_keeps_running_after_a_restart():
    admission = Admission()
    admission.claim("a", (("ns",), ("ns", "task")))
    assert ask(admission, "b", TASK).full == TASK
    assert ask(admission, "a", TASK).full is None


def test_an_execution_that_goes_away_while_it_waits_holds_up_nobody():
    admission = Admission()
    ask(admission, "a", TASK)
    ask(admission, "b", TASK, age=2)
    ask(admission, "c", TASK, age=1)
    admission.release("b")
    assert admission.release("a") == ("c",)


def test_who_is_first_and_goes_away_instead_of_asking_hands_the_turn_on():
    admission = Admission()
    ask(admission, "a", TASK)
    ask(admission, "b", TASK, age=2)
    ask(admission, "c", TASK, age=1)
    assert admission.release("a") == ("b",)
    assert admission.release("b") == ("c",)
    assert ask(admission, "c", TASK, age=1).full is None


def test_who_goes_away_from_behind_wakes_nobody():
    admission = Admission()
    ask(admission, "a", TASK)
    ask(admission, "b", TASK, age=2)
    ask(admission, "c", TASK, age=1)
    assert admission.release("c") == ()


def test_lines_in_which_nobody_is_any_more_are_forgotten():
    admission = Admission()
    ask(admission, "a", TASK)
    ask(admission, "b", TASK)
    for uid in "ab":
        admission.release(uid)
    assert not (admission._lines or admission._places or admission._waits)


def test_a_thousand_executions_all_run_in_the_end_and_never_too_many_at_once():
    admission, chance = Admission(), random.Random(1)
    waiting: dict[str, dict[str, Any]] = {f"e{i}": {"priority": chance.randrange(3), "age": i} for i in range(1000)}
    running: set[str] = set()
    to_ask = list(waiting)
    chance.shuffle(to_ask)
    while to_ask or running:
        while to_ask:
            uid = to_ask.pop()
            if uid in waiting:
                answer = ask(admission, uid, NAMESPACE, **waiting[uid])
                if answer.full is None:
                    running.add(uid)
                    del waiting[uid]
                to_ask += answer.ask_again
        assert 0 < len(running) <= 2
        over = running.pop()
        to_ask += admission.release(over)
    assert waiting == {}


def test_the_question_alone_changes_nothing():
    admission = Admission()
    ask(admission, "a", TASK)
    for _ in range(3):
        assert admission.full(rank("b"), (TASK,)) == TASK
        assert admission.full(rank("c", age=9), (NAMESPACE,)) is None
    assert admission.release("a") == ()
    assert not (admission._lines or admission._places or admission._waits)
