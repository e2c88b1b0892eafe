"""The termination summary: never too long, never cut in the middle."""

from __future__ import annotations

import json

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
    assert message.endswith(decoded.error.message.removeprefix("[…]\n"))


def test_a_long_message_keeps_its_end_and_as_much_of_it_as_fits():
    data = encode_summary(failure("line\n" * 5000 + "ZeroDivisionError: division by zero"))
    assert MAX_BYTES - 20 < len(data) <= MAX_BYTES
    assert json.loads(data)["message"].endswith("ZeroDivisionError: division by zero")


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
