"""Which attempt an address names."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from glider.wire.jsonform import FieldError
from glider_console.web.data import attempt_of


def request_for(attempt: str) -> Request:
    return Request({"type": "http", "path_params": {"attempt": attempt}})


@pytest.mark.parametrize("attempt", ["0", "7", "12"])
def test_a_number_names_an_attempt(attempt: str):
    assert attempt_of(request_for(attempt)) == int(attempt)


@pytest.mark.parametrize("attempt", ["", "one", "-1", "1.0", "²", "٣", pytest.param("9" * 5_000, id="many digits")])
def test_anything_else_names_none(attempt: str):
    with pytest.raises(FieldError, match="attempt: expected the number of an attempt, from 0"):
        attempt_of(request_for(attempt))
