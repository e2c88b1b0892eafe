"""What a token claims is read for messages alone; whoever sent it may have made it up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from glider_admin.access.claims import claims_of, fault_of
from tests.unit.glider_admin.access.test_lasting import NOW, token


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        pytest.param({"exp": NOW - 5}, "it expired at 1970-01-12 13:46:35 UTC", id="an expired one"),
        pytest.param({"exp": -1e300}, "it has expired", id="one that expired before there was time"),
        pytest.param({"exp": NOW + 5, "aud": ["vault"]}, "its audience (vault) isn't the API server's", id="one for somebody else"),
        pytest.param({"aud": "vault"}, "its audience (vault) isn't", id="an audience that is no list"),
        pytest.param({"aud": "a\nb"}, "it is wrong, or its account is gone", id="an audience with a line break"),
        pytest.param({"aud": "a" * 1000}, "it is wrong, or its account is gone", id="a long audience"),
        pytest.param({"exp": True}, "it is wrong, or its account is gone", id="a time that is none"),
        pytest.param({}, "it is wrong, or its account is gone", id="no claims at all"),
    ],
)
def test_a_refused_token_may_have_this_fault(claims: Mapping[str, Any], words: str) -> None:
    assert words in fault_of(claims, now=NOW)


@pytest.mark.parametrize("text", ["", "a", "a.b.c", "a.ü.c", token([1]), "." + "W" * 10_000 + "."], ids=lambda text: text[:12])
def test_what_is_no_token_claims_nothing(text: str) -> None:
    assert claims_of(text) == {}
