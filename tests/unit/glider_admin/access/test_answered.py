"""Who has asked for an execution by its name."""

from __future__ import annotations

from glider_admin.access.answered import Answered


def test_a_user_who_asked_is_remembered_for_a_while() -> None:
    now = [0.0]
    answered = Answered(seconds=15, clock=lambda: now[0])
    answered.note(user="ada", namespace="lab", name="f1")
    assert answered.has(user="ada", namespace="lab", name="f1")
    assert not answered.has(user="bob", namespace="lab", name="f1")
    now[0] = 16
    answered.note(user="ada", namespace="lab", name="f2")
    assert not answered.has(user="ada", namespace="lab", name="f1")
    assert answered.has(user="ada", namespace="lab", name="f2")
