"""The termination summary: never too long, never cut in the middle."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glider.wire.errors import Kind, Origin, TaskError
from glider.wire.summary import MAX_BYTES, Summary, Usage, decode_summary, encode_summary, fits


def failure(message: str) -> Summary:
    return Summary(
        error=TaskError(code="USER:RuntimeError", kind=Kind.NON_RECOVERABLE, origin=Origin.USER, message=message, worker="pod-0")
    )


def test_a_success_keeps_its_outputs_and_usage():
    usage = Usage(timings={"execute": 12}, peak_memory_bytes=1, cpu_seconds=0.25, bytes_in=2, bytes_out=3)
    summary = Summary(outputs={"o0": 5.0}, usage=usage)
    assert decode_summary(encode_summary(summary).decode()) == summary


def test_outputs_that_do_not_fit_are_left_out_whole():
    decoded = decode_summary(encode_summary(Summary(outputs={"o0": "x" * MAX_BYTES})).decode())
    assert decoded == Summary(outputs=None)


@given(st.text(alphabet=st.characters(), max_size=9000))
def test_a_failure_fits_whatever_its_message(message: str):
    data = encode_summary(failure(message))
    assert len(data) <= MAX_BYTES
    decoded = decode_summary(data.decode())
    assert decoded is not None and decoded.error is not None
    beginning, _, end = decoded.error.message.rpartition("[…]\n")
    assert message == decoded.error.message or (message.startswith(beginning) and message.endswith(end))


def test_a_long_message_keeps_its_end_and_as_much_of_it_as_fits():
    data = encode_summary(failure("line\n" * 5000 + "ZeroDivisionError: division by zero"))
    assert MAX_BYTES - 20 < len(data) <= MAX_BYTES
    assert json.loads(data)["message"].endswith("ZeroDivisionError: division by zero")


def test_a_long_message_keeps_the_line_that_says_most():
    trace = "Trace:\n\n    Traceback (most recent call last):\n" + "      File\n" * 1000
    data = encode_summary(failure(f"{trace}\nMessage:\n\n    ModuleNotFoundError: x\n" + "    /a/folder\n" * 1000))
    assert MAX_BYTES - 20 < len(data) <= MAX_BYTES
    assert json.loads(data)["message"].startswith("    ModuleNotFoundError: x\n")


def test_a_lone_surrogate_in_a_message_does_no_harm():
    assert decode_summary(encode_summary(failure("bad \udc80 byte")).decode()) is not None


@pytest.mark.parametrize(
    "text", ["", "Killed", "[1]", '{"v":2,"outcome":"Succeeded"}', '{"v":1,"outcome":"Failed"}', '{"v":1,"outcome":"Fai']
)
def test_anything_else_is_no_summary(text: str):
    assert decode_summary(text) is None


def test_what_is_said_to_fit_does_fit_with_the_largest_usage():
    outputs = {"o0": "x" * 3000}
    assert fits(outputs)
    usage = Usage(timings={"start": 9, "load": 9, "download": 9}, peak_memory_bytes=10**12, bytes_in=10**12, bytes_out=10**12)
    decoded = decode_summary(encode_summary(Summary(outputs=outputs, usage=usage)).decode())
    assert decoded is not None and decoded.outputs == outputs


SUCCEEDED = {"v": 1, "outcome": "Succeeded", "outputs": {"o0": 5.0}}
FAILED = {"v": 1, "outcome": "Failed", "code": "USER:X", "kind": "RECOVERABLE", "origin": "USER", "message": "boom"}


@pytest.mark.parametrize(
    ("document", "changes"),
    [
        pytest.param(SUCCEEDED, {"v": True}, id="a version that is none"),
        pytest.param(SUCCEEDED, {"outcome": "Perhaps"}, id="an outcome that nobody knows"),
        pytest.param(SUCCEEDED, {"outputs": [1]}, id="outputs in a list"),
        pytest.param(SUCCEEDED, {"futures": 1}, id="futures in a number"),
        pytest.param(SUCCEEDED, {"timings": [1]}, id="timings in a list"),
        pytest.param(SUCCEEDED, {"timings": {"load": 1.5}}, id="a timing with a fraction"),
        pytest.param(SUCCEEDED, {"bytesIn": 1.5}, id="half a byte"),
        pytest.param(SUCCEEDED, {"bytesOut": 2**63}, id="more bytes than the status can tell"),
        pytest.param(SUCCEEDED, {"peakMemoryBytes": "1"}, id="memory in words"),
        pytest.param(SUCCEEDED, {"cpuSeconds": "1"}, id="seconds in words"),
        pytest.param(FAILED, {"code": 5}, id="a code in numbers"),
        pytest.param(FAILED, {"message": 5}, id="a message in numbers"),
        pytest.param(FAILED, {"message": None}, id="no message"),
        pytest.param(FAILED, {"kind": ["RECOVERABLE"]}, id="a kind in a list"),
        pytest.param(FAILED, {"origin": "NOBODY"}, id="an origin that nobody knows"),
        pytest.param(FAILED, {"worker": {}}, id="a worker that is an object"),
    ],
)
def test_what_only_looks_like_a_summary_is_none(document: dict[str, Any], changes: dict[str, Any]):
    assert decode_summary(json.dumps(document)) is not None
    assert decode_summary(json.dumps(document | changes)) is None


@pytest.mark.parametrize("value", ["NaN", "-Infinity", "1e999", "9" * 5000])
def test_numbers_that_are_no_json_or_have_no_end_are_no_summary(value: str):
    assert decode_summary(f'{{"v":1,"outcome":"Succeeded","outputs":{{}},"cpuSeconds":{value}}}') is None


def test_a_message_of_nothing_but_brackets_is_no_summary():
    assert decode_summary("[" * 4096) is None


def test_outputs_of_too_many_levels_are_left_out_and_the_end_is_told():
    deep = '{"v":1,"outcome":"Succeeded","outputs":{"o0":' + "[" * 300 + "]" * 300 + "}}"
    assert decode_summary(deep) == Summary(outputs=None)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
FIELDS = sorted({*SUCCEEDED, *FAILED, "futures", "timings", "peakMemoryBytes", "cpuSeconds", "bytesIn", "bytesOut", "worker"})


@given(st.sampled_from([SUCCEEDED, FAILED]), st.dictionaries(st.sampled_from(FIELDS), ANYTHING, max_size=3))
def test_whatever_a_task_writes_there_is_a_summary_that_a_status_can_hold_or_none(document: dict[str, Any], changes: dict[str, Any]):
    summary = decode_summary(json.dumps(document | changes))
    if summary is None:
        return
    usage = summary.usage
    numbers = (usage.peak_memory_bytes, usage.bytes_in, usage.bytes_out, *usage.timings.values())
    assert all(type(number) is int and -(2**63) <= number < 2**63 for number in numbers)
    assert type(usage.cpu_seconds) is float and math.isfinite(usage.cpu_seconds)
    if summary.error is None:
        assert summary.outputs is None or type(summary.outputs) is dict
    else:
        assert {type(text) for text in (summary.error.code, summary.error.message, summary.error.worker)} == {str}
