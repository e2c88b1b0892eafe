"""flyte:// URLs."""

from __future__ import annotations

import pytest

from glider.wire.jsonform import FieldError
from glider_admin.data.urls import flyte_url


@pytest.mark.parametrize(
    ("path", "part", "attempt", "kind", "variable"),
    [
        ("n0/i", "n0", None, "i", ""),
        ("n0/o/o0", "n0", None, "o", "o0"),
        ("n0/2/d", "n0", 2, "d", ""),
        ("n0/0/o/a.b", "n0", 0, "o", "a.b"),
        ("3/i", "3", None, "i", ""),
    ],
)
def test_it_names_a_node_an_attempt_and_what_of_it(path: str, part: str, attempt: int | None, kind: str, variable: str) -> None:
    found = flyte_url(f"flyte://v1/shop/development/run-1/{path}")
    assert (found.project, found.domain, found.execution) == ("shop", "development", "run-1")
    assert (found.node, found.attempt, found.kind, found.variable) == (part, attempt, kind, variable)


@pytest.mark.parametrize("path", ["", "n0", "n0/x", "n0/d/var", "n0/-1/o", "n0/o/a/b", "n0//o", "n0/o?x=1/2"])
def test_what_names_nothing_is_refused(path: str) -> None:
    with pytest.raises(FieldError, match="flyte_url: expected flyte://v1/PROJECT/DOMAIN/EXECUTION/NODE"):
        flyte_url(f"flyte://v1/shop/development/run-1/{path}")
