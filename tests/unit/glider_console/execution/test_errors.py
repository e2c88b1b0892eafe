"""Why it failed, with the user's own lines apart."""

from __future__ import annotations

from typing import Any

import pytest

from glider_console.execution.errors import error_of, errors_of

TRACE = """Trace:

    Traceback (most recent call last):
      File "/usr/lib/python3.11/site-packages/glider/calling.py", line 88, in call
        return function(**inputs)
      File "/code/shop.py", line 7, in total
        return json.loads(price)
      File "/usr/local/lib/python3.11/json/__init__.py", line 346, in loads
        return _default_decoder.decode(s)
    ValueError: no

Message:

    ValueError: no"""


def error(message: str = TRACE, **fields: Any) -> dict[str, Any]:
    return {"code": "USER:RuntimeError", "reason": "UserError", "kind": "NON_RECOVERABLE", "origin": "USER", "message": message, **fields}


def shown(document: dict[str, Any]) -> dict[str, Any]:
    found = error_of(document)
    assert found is not None
    return found


def test_the_headline_and_the_users_own_line_come_first() -> None:
    found = shown(error())
    assert found["headline"] == "ValueError: no"
    assert found["own"] == {"file": "/code/shop.py", "line": 7, "function": "total", "source": "return json.loads(price)"}


def test_the_traceback_is_in_parts_of_the_users_and_of_others() -> None:
    parts = [(part["own"], len(part["lines"])) for part in shown(error())["trace"]]
    assert parts == [(True, 1), (False, 2), (True, 2), (False, 2), (True, 1)]


def test_no_line_of_the_traceback_is_lost() -> None:
    lines = [line for part in shown(error())["trace"] for line in part["lines"]]
    assert len(lines) == 8
    assert lines[0] == "Traceback (most recent call last):"


def test_a_message_without_a_traceback_is_shown_as_it_is() -> None:
    found = shown(error("The container exited with 3.\nlast line"))
    assert (found["headline"], found["own"], found["trace"]) == ("The container exited with 3.", None, [])
    assert found["message"] == "The container exited with 3.\nlast line"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        pytest.param({}, "The task's own failure, and another attempt would not help", id="the task's own, final"),
        pytest.param({"kind": "RECOVERABLE"}, "The task's own failure, and another attempt may help", id="the task's own, recoverable"),
        pytest.param(
            {"origin": "SYSTEM", "kind": "RECOVERABLE"},
            "A failure of what the task runs on, and another attempt may help",
            id="the system's, recoverable",
        ),
        pytest.param({"origin": "", "kind": ""}, "", id="somebody edited it"),
    ],
)
def test_origin_and_kind_in_words(fields: dict[str, Any], words: str) -> None:
    assert shown(error(**fields))["words"] == words


def test_a_message_that_was_cut_is_marked() -> None:
    assert [shown(error(message))["cut"] for message in ("whole", "begin\n[…]\nend")] == [False, True]


def test_each_attempt_has_its_own() -> None:
    attempts = [{"number": 0, "error": error("first")}, {"number": 1}, {"number": 2, "error": error("third")}]
    found = errors_of({"metadata": {}, "status": {"error": error("third"), "attempts": attempts}})
    assert {number: one["headline"] for number, one in found["attempts"].items()} == {"0": "first", "2": "third"}
    assert found["execution"]["headline"] == "third"


def test_there_is_none() -> None:
    assert errors_of({"metadata": {}}) == {"execution": None, "attempts": {}}
