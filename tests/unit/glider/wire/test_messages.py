"""The one line of a failure, and what is left of its message where there is little room."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glider.wire.errors import headline, shortened

TRACE = 'Trace:\n\n    Traceback (most recent call last):\n      File "app.py", line 3, in main\n    ValueError: no\n\nMessage:\n\n    '
LISTING = "the module \"app\" can't be imported: No module named 'x'\n    Looked for in /app\n    and along sys.path:\n        /app"
TAIL = "Container main exited with code 1. Its last output:\none\ntwo\n"
LINES = [
    pytest.param(TRACE + "ValueError: no", "ValueError: no", id="what was raised"),
    pytest.param(TRACE + "ValueError: no\n    see https://help", "ValueError: no", id="of several lines the first"),
    pytest.param(TRACE + LISTING, "the module \"app\" can't be imported: No module named 'x'", id="not the last line of a listing"),
    pytest.param("the input a: expected int\nmore", "the input a: expected int", id="without a trace the first line"),
    pytest.param(TAIL, "Container main exited with code 1. Its last output: two", id="with what it announces"),
    pytest.param(
        f"SIGTERM. It ended so:\n\n{TRACE}ValueError: no\n    more", "SIGTERM. It ended so: ValueError: no", id="with an announced trace's"
    ),
    pytest.param("[…]\n  of a trace\n\nMessage:\n\n    ValueError: no\n    more", "ValueError: no", id="of what has lost its beginning"),
    pytest.param("[…]\nend of a line\nlast", "last", id="where all that says more is lost, the last"),
    pytest.param("Traceback (most recent call last):\n  File\nValueError: no\n", "ValueError: no", id="of a traceback alone, the last"),
    pytest.param("\n\n  \nfirst\n", "first", id="no empty line"),
    pytest.param(TRACE + "", "", id="nothing where there is nothing"),
    pytest.param("MemoryError: ", "MemoryError", id="no colon with nothing after it"),
    pytest.param("x" * 5000, "x" * 1000, id="no more of a line than an Event takes"),
]


@pytest.mark.parametrize(("message", "line"), LINES)
def test_the_line_that_says_most(message: str, line: str):
    assert headline(message) == line


@pytest.mark.parametrize("limit", [120, 200, 1000])
@pytest.mark.parametrize(
    "message",
    [
        pytest.param(TRACE.replace("app.py", "x" * 2000) + "ValueError: no", id="a long trace"),
        pytest.param(TRACE + "ValueError: no\n" + "    line\n" * 500, id="a long text of the exception"),
        pytest.param("ValueError: no\n" + "line\n" * 500, id="no trace"),
    ],
)
def test_a_message_that_is_cut_keeps_that_line(message: str, limit: int):
    assert headline(shortened(message, limit)) == "ValueError: no"
    assert len(shortened(message, limit)) <= limit + 20


@given(st.text(max_size=300), st.integers(min_value=0, max_value=300))
def test_what_is_left_is_of_the_message(message: str, limit: int):
    left = shortened(message, limit)
    beginning, _, end = left.rpartition("[…]\n")
    assert message == left or (message.startswith(beginning) and message.endswith(end) and len(left) <= limit + 4)


def test_of_one_endless_line_both_ends_are_kept():
    assert shortened(TRACE + "ValueError: " + "x" * 5000 + " the end", 100).lstrip().startswith("ValueError: xxx")
    assert shortened("ValueError: " + "x" * 5000 + " the end", 100).endswith("xxx the end")
