"""What an execution came to, as text."""

from __future__ import annotations

from typing import Any

import pytest

from glider_client.following.results import error_lines, outputs_text, own_line, parts_of, trace_of

TRACE = """Trace:

    Traceback (most recent call last):
      File "/code/shop.py", line 7, in total
        return helper(price)
      File "/code/shop.py", line 2, in helper
        return json.loads(price)
      File "/usr/local/lib/python3.11/json/__init__.py", line 346, in loads
        return _default_decoder.decode(s)
      File "/opt/venv/lib/python3.11/site-packages/x/y.py", line 1, in z
        raise ValueError
    ValueError: no

Message:

    ValueError: no"""


def finished(**status: Any) -> dict[str, Any]:
    return {"metadata": {"name": "x"}, "status": status}


def test_outputs_are_yaml() -> None:
    assert (
        outputs_text(finished(outputs={"o0": 3, "o1": "a\nb", "o2": "yes"})) == "outputs:\n  o0: 3\n  o1: |-\n    a\n    b\n  o2: 'yes'\n"
    )


def test_no_outputs() -> None:
    assert outputs_text(finished(outputs={})) == "outputs: {}\n"


def test_outputs_that_are_too_large_are_named() -> None:
    assert outputs_text(finished(outputsUri="s3://b/outputs.pb")) == "outputsUri: s3://b/outputs.pb\n"


def error(message: str, code: str = "USER:RuntimeError") -> dict[str, Any]:
    return finished(phase="Failed", error={"code": code, "message": message, "reason": "UserError"})


def test_an_error_has_its_traceback_and_the_users_own_line() -> None:
    lines = list(error_lines(error(TRACE)))
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[-4:] == [
        "",
        "ValueError: no (USER:RuntimeError)",
        "  at /code/shop.py, line 2, in helper",
        "    return json.loads(price)",
    ]


def test_a_traceback_that_the_log_has_shown_isnt_repeated() -> None:
    assert list(error_lines(error(TRACE), traced=True)) == [
        "ValueError: no (USER:RuntimeError)",
        "  at /code/shop.py, line 2, in helper",
        "    return json.loads(price)",
    ]


@pytest.mark.parametrize(
    ("message", "code", "expected"),
    [
        pytest.param("It used too much memory.", "OOMKilled", ["It used too much memory. (OOMKilled)"], id="a line"),
        pytest.param("It failed:\nline 1\nline 2", "X", ["It failed: line 2 (X)", "  line 1", "  line 2"], id="several lines"),
        pytest.param(
            "no module x\nLooked for in\n" + "\n".join(f"/path/{i}" for i in range(12)),
            "X",
            ["no module x (X)", "  [… 1 lines before]", *(f"  /path/{i}" for i in range(12))],
            id="a long list",
        ),
        pytest.param("", "OOMKilled", ["UserError (OOMKilled)"], id="no message"),
    ],
)
def test_an_error_without_a_traceback(message: str, code: str, expected: list[str]) -> None:
    assert list(error_lines(error(message, code))) == expected


def test_what_was_deleted() -> None:
    assert list(error_lines(None)) == ["deleted before it had finished"]


def test_a_line_that_the_traceback_ends_with_isnt_repeated() -> None:
    trace = TRACE.replace("/usr/local/lib/python3.11/json", "/code/json").replace("/opt/venv/lib/python3.11/site-packages", "/code")
    assert list(error_lines(error(trace)))[-2:] == ["", "ValueError: no (USER:RuntimeError)"]


@pytest.mark.parametrize(
    "trace",
    [
        pytest.param("", id="none"),
        pytest.param('Traceback (most recent call last):\n  File "<string>", line 1, in <module>\nX', id="no file"),
        pytest.param('  File "/usr/lib/python3.12/json/decoder.py", line 1, in x\nX', id="Python's own"),
    ],
)
def test_no_line_of_the_users(trace: str) -> None:
    assert own_line(trace) is None


def test_a_line_whose_source_isnt_there() -> None:
    frame = own_line('  File "a.py", line 3, in f\n  File "/lib/python3.11/x.py", line 4, in g')
    assert frame is not None
    assert (frame.file, frame.line, frame.source) == ("a.py", 3, "")


def test_the_parts_of_a_traceback_are_the_users_and_others() -> None:
    trace = trace_of(TRACE)
    parts = parts_of(trace)
    assert [(part.own, len(part.lines)) for part in parts] == [(True, 5), (False, 4), (True, 1)]
    assert "\n".join(line for part in parts for line in part.lines) == trace


def test_a_chained_exception_is_the_users_again() -> None:
    trace = '  File "<frozen x>", line 1\n    x\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback'
    assert [part.own for part in parts_of(trace)] == [False, True]
