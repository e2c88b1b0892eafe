"""What was worked out is known again by which objects it came from."""

from __future__ import annotations

from glider_core.api.remembered import Remembered


def test_the_same_objects_give_what_was_worked_out_from_them():
    remembered: Remembered[str] = Remembered(most=2)
    template, config = {"a": 1}, {"b": 2}
    remembered.add("value", template, config, key=b"shape")
    assert remembered.get(template, config, key=b"shape") == "value"


def test_equal_objects_are_others():
    remembered: Remembered[str] = Remembered(most=2)
    template = {"a": 1}
    remembered.add("value", template)
    assert remembered.get({"a": 1}) is None


def test_so_is_another_key():
    remembered: Remembered[str] = Remembered(most=2)
    remembered.add("value", None, key=b"shape")
    assert remembered.get(None, key=b"other") is None


def test_who_was_not_asked_for_the_longest_makes_room():
    remembered: Remembered[str] = Remembered(most=2)
    for name in ("first", "second"):
        remembered.add(name, key=name)
    remembered.get(key="first")
    remembered.add("third", key="third")
    assert [remembered.get(key=name) for name in ("first", "second", "third")] == ["first", None, "third"]
