"""Where the token of a call is found, and what can't be one."""

from __future__ import annotations

import pytest

from glider_admin.rpc.credentials import token_of, without_credentials
from glider_client.cluster.errors import UnauthorizedError


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param([("authorization", "Bearer abc")], id="as flytekit sends it"),
        pytest.param([("Authorization", "bearer abc")], id="in other case"),
        pytest.param([("authorization", "BEARER   abc  ")], id="with blanks around it"),
        pytest.param([("flyte-authorization", "Bearer abc")], id="in flyte's own header"),
        pytest.param([("authorization", "Basic xyz"), ("flyte-authorization", "Bearer abc")], id="beside a proxy's own credential"),
        pytest.param([("x-bin", b"\xff"), ("authorization", "Bearer abc")], id="beside a header of bytes"),
    ],
)
def test_the_token_is_found(headers: list[tuple[str, str | bytes]]) -> None:
    assert token_of(headers) == "abc"


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        pytest.param([], "no bearer token", id="no header"),
        pytest.param([("authorization", "abc")], "no bearer token", id="no scheme"),
        pytest.param([("authorization", "Basic abc")], "no bearer token", id="another scheme"),
        pytest.param([("authorization", "Bearer ")], "empty", id="a command that prints nothing"),
        pytest.param([("authorization", "Bearer " + "a" * 20_000)], "20000 characters", id="a token that is too long"),
    ],
)
def test_without_a_token_the_next_step_is_named(headers: list[tuple[str, str | bytes]], why: str) -> None:
    with pytest.raises(UnauthorizedError, match=why) as refused:
        token_of(headers)
    assert "admin.authType: ExternalCommand" in str(refused.value)
    assert "aaa" not in str(refused.value)


def test_handlers_get_no_token() -> None:
    headers: list[tuple[str, str | bytes]] = [
        ("Authorization", "Bearer abc"),
        ("flyte-authorization", "Bearer abc"),
        ("user-agent", "grpc"),
        ("x-bin", b"\xff"),
    ]
    assert without_credentials(headers) == {"user-agent": "grpc"}
