"""A token travels in cookies that only the console's own pages send, and no script reads."""

from __future__ import annotations

from http.cookies import SimpleCookie

import pytest
from starlette.requests import cookie_parser
from starlette.responses import Response

from glider_console.access.cookies import LONGEST, base_name, keep, token_in

HOST = "glider.example.com"
JWT = "eyJhbGciOi.eyJ+/~_-=="


def cookies_of(token: str, *, host: str = HOST) -> list[str]:
    answer = Response()
    keep(answer, token, host=host)
    return [value.decode() for name, value in answer.raw_headers if name == b"set-cookie"]


def sent_back(lines: list[str]) -> dict[str, str]:
    """What a browser sends after these Set-Cookie headers."""
    pairs = [line.partition(";")[0] for line in lines if "Max-Age=0" not in line]
    return cookie_parser("; ".join(pairs))


@pytest.mark.parametrize("token", [JWT, "a" * 3_500, "ab" * 4_000, "x" * LONGEST], ids=lambda token: f"{len(token)} characters")
def test_a_token_comes_back_as_it_was(token):
    assert token_in(sent_back(cookies_of(token)), host=HOST) == token


def test_each_cookie_is_secure_and_fits():
    for line in cookies_of("y" * LONGEST):
        (morsel,) = SimpleCookie(line).values()
        assert (morsel["secure"], morsel["httponly"], morsel["samesite"], morsel["path"]) == (True, True, "strict", "/")
        assert morsel["domain"] == "" and morsel.key.startswith("__Host-") and len(line) < 4_096


def test_a_shorter_token_removes_the_rest_of_a_longer_one():
    removed = [line.partition("=")[0] for line in cookies_of(JWT) if "Max-Age=0" in line]
    assert removed == [f"__Host-glider-console-{index}" for index in range(1, 5)]


def test_no_token_removes_all():
    assert sent_back(cookies_of("")) == {}


@pytest.mark.parametrize(
    "cookies",
    [
        {},
        {"__Host-glider-console-0": "abc"},
        {"__Host-glider-console-0": "9:abc"},
        {"__Host-glider-console-0": "0:abc"},
        {"__Host-glider-console-0": "²:abc"},
        {"__Host-glider-console-0": "9" * 5_000 + ":abc"},
        {"__Host-glider-console-0": "2:abc"},
    ],
    ids=[
        "none",
        "without a number",
        "of too many",
        "of none",
        "of what isn't a number",
        "of a number without end",
        "of which one is missing",
    ],
)
def test_cookies_that_hold_no_whole_token(cookies):
    assert token_in(cookies, host=HOST) == ""


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("glider.example.com", "__Host-glider-console"),
        ("localhost:8585", "__Host-glider-console-8585"),
        ("[::1]", "__Host-glider-console"),
        ("localhost:²", "__Host-glider-console"),
    ],
)
def test_consoles_on_several_ports_of_a_host_have_cookies_of_their_own(host, name):
    assert base_name(host) == name
