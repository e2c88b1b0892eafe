"""Label selectors, as kubectl takes them."""

from __future__ import annotations

import pytest

from glider.wire.jsonform import FieldError
from glider_core.api.selectors import parse_selector

LABELS = {"team": "a", "stage": "dev", "glider.dev/rerun-of": "u-0", "empty": ""}


@pytest.mark.parametrize(
    ("selector", "taken"),
    [
        ("", True),
        (" ", True),
        ("team=a", True),
        ("team==a", True),
        ("team = a", True),
        ("team=b", False),
        ("team!=b", True),
        ("team!=a", False),
        ("absent!=a", True),
        ("absent=a", False),
        ("empty=", True),
        ("team=", False),
        ("stage in (dev,prod)", True),
        ("stage in ( dev , prod )", True),
        ("stage in (test)", False),
        ("stage notin (test,prod)", True),
        ("absent notin (test)", True),
        ("stage notin (dev)", False),
        ("team", True),
        ("absent", False),
        ("!absent", True),
        ("!team", False),
        ("team=a,stage in (dev,prod),!absent", True),
        ("team=a,stage in (test,prod)", False),
        ("glider.dev/rerun-of=u-0", True),
        ("in", False),
    ],
)
def test_takes(selector: str, taken: bool):
    assert all(requirement.takes(LABELS) for requirement in parse_selector(selector)) == taken


@pytest.mark.parametrize(
    "selector",
    ["team=a,", ",", "team=a b", "team in dev", "stage in (dev", "=a", "-a=b", "team=ä", "a in ()b", "a in (b c)", "a in (b,c", "<b>"],
)
def test_refuses_what_is_none(selector: str):
    with pytest.raises(FieldError, match="label: expected a label selector such as team=a"):
        parse_selector(selector)


@pytest.mark.parametrize("selector", ["a in (" + " " * 30_000, "," * 30_000 + "(", " " * 30_000 + "(", "a" + " " * 30_000 + "("])
def test_no_text_takes_long(selector: str):
    with pytest.raises(FieldError):  # at once: a pattern that tried all ways would take minutes
        parse_selector(selector)
