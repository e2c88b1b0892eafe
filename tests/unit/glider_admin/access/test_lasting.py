"""For how long answers about callers are used."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from glider_admin.access.lasting import ALLOWED, lasting_of_token
from glider_client.access.answers import Lasting

NOW = 1_000_000.0


def token(claims: Any) -> str:
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"e30.{body}.c2ln"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(token({"exp": NOW + 3600}), ALLOWED, id="a token that lives long is as any answer"),
        pytest.param(
            token({"exp": NOW + 30}), Lasting(seconds=30.0), id="one that expires sooner counts until then, and not a second more"
        ),
        pytest.param(token({"exp": NOW + 100}), Lasting(seconds=60.0, grace=40.0), id="nor while the API server is away"),
        pytest.param(token({"exp": NOW - 5}), Lasting(seconds=0.0), id="one that has expired meanwhile isn't kept"),
        pytest.param(token({"sub": "ada"}), ALLOWED, id="a token may have no time"),
        pytest.param(token([1]), ALLOWED, id="claims may be of another form"),
        pytest.param("static-token", ALLOWED, id="a token needn't be a JSON Web Token"),
        pytest.param("a.ü.c", ALLOWED, id="or only seem to be one"),
    ],
)
def test_an_accepted_token_is_used_for(given: str, expected: Lasting) -> None:
    assert lasting_of_token(given, now=NOW) == expected
