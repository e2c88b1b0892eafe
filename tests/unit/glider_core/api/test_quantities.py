"""Kubernetes' quantities."""

from __future__ import annotations

from fractions import Fraction

import pytest

from glider_core.api.quantities import format_bytes, parse_bytes, parse_quantity


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0.1", Fraction(1, 10)),
        ("100m", Fraction(1, 10)),
        (2, Fraction(2)),
        (0.5, Fraction(1, 2)),
        ("1Ki", Fraction(1024)),
        ("1.5Gi", Fraction(3 * 2**29)),
        ("2k", Fraction(2000)),
        ("1e3", Fraction(1000)),
        ("1E", Fraction(10**18)),
        ("5n", Fraction(5, 10**9)),
    ],
)
def test_parse(text, number):
    assert parse_quantity(text) == number


@pytest.mark.parametrize("text", ["", "Mi", "1Kb", "1 Gi", "x", True, None])
def test_refused(text):
    with pytest.raises(ValueError, match="expected a quantity"):
        parse_quantity(text)


def test_memory_goes_there_and_back():
    assert format_bytes(parse_bytes("1.5Gi")) == "1536Mi"
    assert format_bytes(parse_bytes("1M")) == "1000000"


@pytest.mark.parametrize("text", ["1e999999999", "1E-99999999999", "9" * 5_000 + "x"])
def test_a_number_that_would_take_all_memory_is_no_quantity(text):
    with pytest.raises(ValueError, match="quantity"):
        parse_quantity(text)
